import Bytes

/// From the stage into the changeset: from here on nothing can fail.
extension FoldStage {
    /// Lets the changes of all rows enter `changes`, merged or one behind the other.
    func apply(_ event: borrowing Event, _ program: borrowing FoldProgram, to changes: inout Changeset) {
        if changes.isMerging {
            merge(event, program, into: &changes)
        } else {
            encode(event, program, into: &changes.unmerged)
        }
    }

    func merge(_ event: borrowing Event, _ program: borrowing FoldProgram, into changes: inout Changeset) {
        for index in rows.indices { merge(rows[index], event, program, into: &changes) }
    }

    /// Lets the changes of one row enter the changeset.
    private func merge(
        _ row: StagedRow, _ event: borrowing Event, _ program: borrowing FoldProgram, into changes: inout Changeset
    ) {
        let entry = changes.entry(
            view: row.view, shape: row.shape, keep: row.keep, key: bytes.span(row.key.range))
        var previous: ChangeCode.Operation?
        for index in row.changes.range {
            let change = self.changes[index]
            let name = text(change.name, event, program)
            let hash = change.nameHash
            if change.operation != previous || !change.operation.sharesCommand { changes.offeredCount &+= 1 }
            previous = change.operation
            switch change.operation {
            case .setField: changes.set(entry, name, hash, to: text(change.value, event, program))
            case .unsetField, .removeMember: changes.remove(entry, name, hash)
            case .incrementField, .incrementMember: changes.increment(entry, name, hash, by: change.number)
            case .incrementCounter: changes.increment(entry, by: change.number)
            case .setAllDocument, .setDocument: changes.replace(entry, by: text(change.value, event, program))
            case .greatest, .addNewest: changes.raise(entry, name, hash, to: change.score)
            case .least: changes.lower(entry, name, hash, to: change.score)
            case .score: changes.score(entry, name, hash, change.score)
            case .addMember: changes.add(entry, name, hash)
            case .delete: changes.delete(entry)
            case .setAllFields: break
            }
        }
        if row.deadline >= 0 { changes.expire(entry, at: row.deadline) }
    }

    /// The bytes of a staged text.
    @inline(__always)
    @_lifetime(borrow self, copy event, borrow program)
    func text(
        _ text: StagedText, _ event: borrowing Event, _ program: borrowing FoldProgram
    ) -> Span<UInt8> {
        switch text.place {
        case .stage: return bytes.span(text.range)
        case .pool: return program.pool.span(text.range)
        case .value: if let value = event.value { return value.extracting(text.range) }
        case .key: if let key = event.key { return key.extracting(text.range) }
        case .converted: return event.converted.extracting(text.range)
        }
        return Span()
    }
}
