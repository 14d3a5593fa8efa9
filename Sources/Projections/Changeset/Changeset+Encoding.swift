public import Bytes

extension Changeset {
    /// Writes the changes as Redis commands, the rows in order of first touch, documents behind the others. Of all these commands only ZINCRBY
    /// returns a bulk string.
    public func encode(into commands: inout CommandBuffer) {
        unmerged.encode(into: &commands)
        var hasDocuments = false
        for index in entries.indices {
            switch entries[index].shape {
            case .document: hasDocuments = true
            case .counter: encodeCounter(entries[index], into: &commands)
            default: encodeElements(entries[index], into: &commands)
            }
        }
        if hasDocuments { encodeDocuments(into: &commands) }
    }

    /// All documents behind the other rows, so that neighbours share a command.
    private func encodeDocuments(into commands: inout CommandBuffer) {
        var next = document(from: 0)
        while let first = next {
            var last = first
            var rows = 1
            next = document(from: first + 1)
            while rows < DocumentRuns.longest, let other = next, sharesCommand(first, other) {
                last = other
                rows += 1
                next = document(from: other + 1)
            }
            encodeDocuments(first...last, rows, into: &commands)
        }
    }

    private func document(from start: Int) -> Int? {
        var index = start
        while index < entries.count {
            if entries[index].shape == .document { return index }
            index += 1
        }
        return nil
    }

    /// Whether one command can write both documents.
    private func sharesCommand(_ one: Int, _ other: Int) -> Bool {
        entries[one].deadline < 0 && entries[other].deadline < 0 && entries[one].isWritten == entries[other].isWritten
    }

    /// Documents that share a command: all written without a deadline, or all deleted; or one with a deadline.
    private func encodeDocuments(_ range: ClosedRange<Int>, _ rows: Int, into commands: inout CommandBuffer) {
        let first = entries[range.lowerBound]
        if !first.isWritten {
            commands.begin(1 + rows, "DEL", rows: rows)
        } else if first.deadline >= 0 {
            commands.begin(5, "SET")
        } else if rows == 1 {
            commands.begin(3, "SET")
        } else {
            commands.begin(1 + 2 * rows, "MSET", rows: rows)
        }
        for index in range where entries[index].shape == .document {
            commands.argument(arena.span(entries[index].key.range))
            if entries[index].isWritten { commands.argument(arena.span(entries[index].value.range)) }
        }
        guard first.isWritten, first.deadline >= 0 else { return }
        commands.argument("PXAT")
        commands.argument(first.deadline)
    }

    private func encodeCounter(_ entry: ChangesetEntry, into commands: inout CommandBuffer) {
        let key = arena.span(entry.key.range)
        if entry.isWritten {
            commands.begin(3)
            if entry.isDeleted { commands.argument("SET") } else { commands.argument("INCRBY") }
            commands.argument(key)
            commands.argument(entry.sum)
            encodeDeadline(entry, into: &commands)
        } else {
            commands.begin(2)
            commands.argument("DEL")
            commands.argument(key)
        }
    }

    private func encodeDeadline(_ entry: ChangesetEntry, into commands: inout CommandBuffer) {
        guard entry.deadline >= 0 else { return }
        commands.begin(3)
        commands.argument("PEXPIREAT")
        commands.argument(arena.span(entry.key.range))
        commands.argument(entry.deadline)
    }

    private func encodeElements(_ entry: ChangesetEntry, into commands: inout CommandBuffer) {
        if entry.isDeleted {
            commands.begin(2)
            commands.argument("DEL")
            commands.argument(arena.span(entry.key.range))
        }
        switch entry.shape {
        case .hash:
            encode(entry, .puts, entry.puts, into: &commands)
            encode(entry, .drops, entry.drops, into: &commands)
        case .set:
            encode(entry, .puts, entry.puts, into: &commands)
            encode(entry, .drops, entry.drops, into: &commands)
        default:
            encode(entry, .drops, entry.drops, into: &commands)
            encode(entry, .puts, entry.puts, into: &commands)
            encode(entry, .greatest, entry.greatest, into: &commands)
            encode(entry, .least, entry.least, into: &commands)
        }
        if entry.sums > 0 { encodeSums(entry, into: &commands) }
        guard entry.puts + entry.drops + entry.sums + entry.greatest + entry.least > 0 else { return }
        if entry.shape == .latest {
            commands.begin(4)
            commands.argument("ZREMRANGEBYRANK")
            commands.argument(arena.span(entry.key.range))
            commands.argument("0")
            commands.argument(-entry.keep - 1)
        }
        encodeDeadline(entry, into: &commands)
    }

    /// Elements that share one command.
    private enum Group { case puts, drops, greatest, least }

    private static func group(_ change: ElementChange) -> Group? {
        switch change {
        case .put, .putSum, .putGreatest, .putLeast: .puts
        case .drop, .dropSum: .drops
        case .greatest: .greatest
        case .least: .least
        case .none, .sum: nil
        }
    }

    /// One command for up to 128 elements, and others for the rest.
    private func encode(_ entry: ChangesetEntry, _ group: Group, _ count: Int32, into commands: inout CommandBuffer) {
        var rest = count
        var room: Int32 = 0
        var at = entry.first
        while rest > 0, at >= 0 {
            let index = Int(at)
            at = elements[index].next
            guard Self.group(elements[index].change) == group else { continue }
            if room == 0 {
                room = min(rest, ChangesetEntry.chunk)
                begin(entry, group, Int(room), into: &commands)
            }
            encode(elements[index], entry.shape, group, into: &commands)
            room -= 1
            rest -= 1
        }
    }

    private func begin(_ entry: ChangesetEntry, _ group: Group, _ count: Int, into commands: inout CommandBuffer) {
        let key = arena.span(entry.key.range)
        switch (entry.shape, group) {
        case (.hash, .drops): command("HDEL", key, 2 + count, into: &commands)
        case (.hash, _): command("HSET", key, 2 + 2 * count, into: &commands)
        case (.set, .drops): command("SREM", key, 2 + count, into: &commands)
        case (.set, _): command("SADD", key, 2 + count, into: &commands)
        case (.unique, _): command("PFADD", key, 2 + count, into: &commands)
        case (_, .drops): command("ZREM", key, 2 + count, into: &commands)
        case (_, .puts): command("ZADD", key, 2 + 2 * count, into: &commands)
        case (_, .greatest):
            command("ZADD", key, 3 + 2 * count, into: &commands)
            commands.argument("GT")
        case (_, .least):
            command("ZADD", key, 3 + 2 * count, into: &commands)
            commands.argument("LT")
        }
    }

    private func command(
        _ name: StaticString, _ key: Span<UInt8>, _ arguments: Int, into commands: inout CommandBuffer
    ) {
        commands.begin(arguments)
        commands.argument(name)
        commands.argument(key)
    }

    private func encode(
        _ element: ChangesetElement, _ shape: EntryShape, _ group: Group, into commands: inout CommandBuffer
    ) {
        let name = arena.span(element.name.range)
        if group == .drops || shape == .set || shape == .unique {
            commands.argument(name)
        } else if shape == .hash {
            commands.argument(name)
            if element.change == .putSum {
                commands.argument(element.number)
            } else {
                commands.argument(arena.span(element.value.range))
            }
        } else {
            commands.argument(score: element.score)
            commands.argument(name)
        }
    }

    private func encodeSums(_ entry: ChangesetEntry, into commands: inout CommandBuffer) {
        var at = entry.first
        while at >= 0 {
            let index = Int(at)
            at = elements[index].next
            guard elements[index].change == .sum || elements[index].change == .dropSum else { continue }
            let name = arena.span(elements[index].name.range)
            if entry.shape == .hash {
                command("HINCRBY", arena.span(entry.key.range), 4, into: &commands)
                commands.argument(name)
                commands.argument(elements[index].number)
            } else {
                command("ZINCRBY", arena.span(entry.key.range), 4, into: &commands)
                commands.argument(elements[index].number)
                commands.argument(name)
            }
        }
    }
}

extension CommandBuffer {
    /// The shortest text that reads back as the same double; whole numbers, the usual case, without a String.
    mutating func argument(score: Double) {
        if score.magnitude < 0x1p53, Double(Int64(score)) == score {
            argument(Int64(score))
        } else if let short = ShortDecimal(score) {
            argument(short.text.span.extracting(first: short.count))
        } else {
            argument(text: score.description)
        }
    }
}
