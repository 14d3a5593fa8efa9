import Bytes

/// From the stage straight into commands, for streams whose keys rarely repeat: what a naive fold sends, event after
/// event. Neighbouring changes of one row and one kind share a command.
extension FoldStage {
    /// Writes the commands of all rows.
    func encode(_ event: borrowing Event, _ program: borrowing FoldProgram, into unmerged: inout UnmergedChanges) {
        for index in rows.indices {
            if rows[index].shape == .document {
                encodeDocument(rows[index], event, program, into: &unmerged.documents)
            } else {
                encode(rows[index], event, program, into: &unmerged.commands)
            }
        }
    }

    private func encode(
        _ row: StagedRow, _ event: borrowing Event, _ program: borrowing FoldProgram,
        into commands: inout CommandBuffer
    ) {
        let (start, end) = (Int(row.changes.start), Int(row.changes.end))
        var at = start
        while at < end {
            let operation = changes[at].operation
            var next = at &+ 1
            if operation.sharesCommand {
                let most = min(end, at &+ Int(ChangesetEntry.chunk))
                while next < most, changes[next].operation == operation { next &+= 1 }
            }
            encode(at..<next, operation, of: row, event, program, into: &commands)
            at = next
        }
        if row.shape == .latest {
            begin("ZREMRANGEBYRANK", 4, row, &commands)
            commands.argument("0")
            commands.argument(-row.keep - 1)
        }
        guard row.deadline >= 0 else { return }
        begin("PEXPIREAT", 3, row, &commands)
        commands.argument(row.deadline)
    }

    @inline(__always)
    private func begin(
        _ name: StaticString, _ arguments: Int, _ row: StagedRow, _ commands: inout CommandBuffer
    ) {
        commands.begin(arguments)
        commands.argument(name)
        commands.argument(bytes.span(row.key.range))
    }

    @inline(__always)
    private func encode(
        _ range: Range<Int>, _ operation: ChangeCode.Operation, of row: StagedRow, _ event: borrowing Event,
        _ program: borrowing FoldProgram, into commands: inout CommandBuffer
    ) {
        let count = range.count
        switch operation {
        case .setField:
            begin("HSET", 2 &+ 2 &* count, row, &commands)
            for index in range {
                name(index, event, program, &commands)
                commands.argument(text(changes[index].value, event, program))
            }
        case .unsetField: named("HDEL", range, row, event, program, &commands)
        case .incrementField:
            begin("HINCRBY", 4, row, &commands)
            name(range.lowerBound, event, program, &commands)
            commands.argument(changes[range.lowerBound].number)
        case .incrementCounter:
            begin("INCRBY", 3, row, &commands)
            commands.argument(changes[range.lowerBound].number)
        case .incrementMember:
            begin("ZINCRBY", 4, row, &commands)
            commands.argument(changes[range.lowerBound].number)
            name(range.lowerBound, event, program, &commands)
        case .addMember: named(row.shape == .unique ? "PFADD" : "SADD", range, row, event, program, &commands)
        case .removeMember: named(row.shape == .set ? "SREM" : "ZREM", range, row, event, program, &commands)
        case .greatest, .addNewest: scored("GT", range.lowerBound, row, event, program, &commands)
        case .least: scored("LT", range.lowerBound, row, event, program, &commands)
        case .score: scored(nil, range.lowerBound, row, event, program, &commands)
        case .delete: begin("DEL", 2, row, &commands)
        case .setAllFields, .setAllDocument, .setDocument: break
        }
    }

    @inline(__always)
    private func name(
        _ index: Int, _ event: borrowing Event, _ program: borrowing FoldProgram, _ commands: inout CommandBuffer
    ) {
        if changes[index].encodedName.count > 0 {
            commands.argument(encoded: program.pool.span(changes[index].encodedName.range))
        } else {
            commands.argument(text(changes[index].name, event, program))
        }
    }

    private func named(
        _ command: StaticString, _ range: Range<Int>, _ row: StagedRow, _ event: borrowing Event,
        _ program: borrowing FoldProgram, _ commands: inout CommandBuffer
    ) {
        begin(command, 2 &+ range.count, row, &commands)
        for index in range { name(index, event, program, &commands) }
    }

    private func scored(
        _ condition: StaticString?, _ index: Int, _ row: StagedRow, _ event: borrowing Event,
        _ program: borrowing FoldProgram, _ commands: inout CommandBuffer
    ) {
        begin("ZADD", condition == nil ? 4 : 5, row, &commands)
        if let condition { commands.argument(condition) }
        commands.argument(score: changes[index].score)
        name(index, event, program, &commands)
    }

    private func encodeDocument(
        _ row: StagedRow, _ event: borrowing Event, _ program: borrowing FoldProgram,
        into documents: inout DocumentRuns
    ) {
        let key = bytes.span(row.key.range)
        for index in row.changes.range {
            guard changes[index].operation != .delete else {
                documents.begin(.delete, key: key)
                continue
            }
            documents.begin(row.deadline >= 0 ? .setWithDeadline : .set, key: key)
            documents.argument(text(changes[index].value, event, program))
            if row.deadline >= 0 { documents.deadline(row.deadline) }
        }
    }
}

extension ChangeCode.Operation {
    /// Whether one command takes several changes of the kind.
    @inline(__always)
    var sharesCommand: Bool {
        switch self {
        case .setField, .unsetField, .addMember, .removeMember: true
        default: false
        }
    }
}
