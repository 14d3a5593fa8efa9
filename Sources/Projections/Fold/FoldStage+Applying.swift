import Bytes

/// From the stage into the changeset: from here on nothing can fail.
extension FoldStage {
    /// Lets the changes of all rows enter `changes`.
    func apply(_ event: borrowing Event, _ program: borrowing FoldProgram, to changes: inout Changeset) {
        for index in rows.indices { apply(rows[index], event, program, to: &changes) }
    }

    /// Lets the changes of one row enter the changeset.
    private func apply(
        _ row: StagedRow, _ event: borrowing Event, _ program: borrowing FoldProgram, to changes: inout Changeset
    ) {
        let entry = changes.entry(
            view: row.view, shape: row.shape, keep: row.keep, key: bytes.span(row.key.range))
        for index in row.changes.range {
            let change = self.changes[index]
            let name = change.nameIsFixed ? program.pool.span(change.name.range) : bytes.span(change.name.range)
            let hash = change.nameHash
            switch change.operation {
            case .setField: changes.set(entry, name, hash, to: bytes.span(change.value.range))
            case .unsetField, .removeMember: changes.remove(entry, name, hash)
            case .incrementField, .incrementMember: changes.increment(entry, name, hash, by: change.number)
            case .incrementCounter: changes.increment(entry, by: change.number)
            case .setAllDocument: if let value = event.value { changes.replace(entry, by: value) }
            case .setDocument: changes.replace(entry, by: bytes.span(change.value.range))
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
}
