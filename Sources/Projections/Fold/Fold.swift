import Bytes

/// Folds decoded events into a changeset, as a plan says (PROJECTIONS.md).
///
/// An event is evaluated for all views before any of its changes enters the changeset. No clock, no random number and no
/// floating-point sum takes part, and in steady state nothing is allocated.
public struct Fold: ~Copyable {
    let plan: ProjectionPlan
    let program: FoldProgram
    var stage = FoldStage()

    /// Compiles `plan`; `naming` says what stands before each row's key.
    public init(plan: ProjectionPlan, naming: RowNaming) {
        self.plan = plan
        program = FoldProgram(plan, prefix: naming.prefix)
    }

    /// Folds one event: all of its changes for all views enter `changes`, or none of them. For a tombstone all of the
    /// slots in `decoded` find nothing; the topic's declared path is supplied by the record key.
    public mutating func fold(
        _ event: borrowing Event, decoded: borrowing DecodedValue, into changes: inout Changeset
    ) -> ProjectionOutcome {
        stage.removeAll()
        do throws(FoldFault) {
            let steps = try steps(for: event, decoded)
            if steps.isEmpty { return event.value == nil ? .projected : unknown(event, decoded) }
            try checkKey(event, decoded)
            for index in steps.range {
                let step = program.steps[index]
                do throws(FoldFault) {
                    try program.stage(step, event, decoded, into: &stage)
                } catch {
                    var fault = error
                    fault.view = Int(program.views[Int(step.view)].view)
                    throw fault
                }
            }
        } catch {
            return .bad(describe(error, event, decoded))
        }
        guard changes.canAdd(sums: stage.sums, scores: stage.scores) else { return .changesetMustCloseFirst }
        for index in stage.rows.indices { apply(stage.rows[index], event, to: &changes) }
        return .projected
    }

    private mutating func steps(
        for event: borrowing Event, _ decoded: borrowing DecodedValue
    ) throws(FoldFault) -> Rows {
        let topic = program.topics[event.topic]
        guard let value = event.value else { return topic.tombstone }
        guard let path = program.typePath else { return topic.any }
        let slot = decoded.slots[path]
        switch slot.kind {
        case .string, .number: return program.steps(topic: event.topic, type: value.extracting(slot.range))
        case .nothing, .null, .object, .array: return topic.any
        case .escapedString, .yes, .no:
            var source = Source(.path)
            source.path = Int32(path)
            stage.scratch.truncate(to: 0)
            try program.appendText(program.find(source, event, decoded), source, event, to: &stage.scratch)
            return program.steps(topic: event.topic, type: stage.scratch.span)
        }
    }

    /// The record key must be the text of the topic's declared path.
    private mutating func checkKey(_ event: borrowing Event, _ decoded: borrowing DecodedValue) throws(FoldFault) {
        let path = program.topics[event.topic].keyPath
        guard path >= 0, event.value != nil else { return }
        var source = Source(.path)
        source.path = path
        let found = program.find(source, event, decoded)
        guard let key = event.key else { throw FoldFault(.recordKey, source) }
        switch found.kind {
        case .string, .number:
            guard program.bytes(found, source, event).isEqual(to: key) else { throw FoldFault(.recordKey, source) }
        case .escapedString, .yes, .no:
            stage.scratch.truncate(to: 0)
            try program.appendText(found, source, event, to: &stage.scratch)
            guard stage.scratch.span.isEqual(to: key) else { throw FoldFault(.recordKey, source) }
        case .nothing, .null, .object, .array: throw FoldFault(.recordKey, source)
        }
    }

    private func unknown(_ event: borrowing Event, _ decoded: borrowing DecodedValue) -> ProjectionOutcome {
        if plan.unknown == .ignore { return .unknownType }
        var fault = FoldFault(.unknownType)
        if let path = program.typePath {
            fault.source = Source(.path)
            fault.source.path = Int32(path)
        }
        var bad = describe(fault, event, decoded)
        bad.demandsHalt = plan.unknown == .halt
        return .bad(bad)
    }

    /// Lets the changes of one row enter the changeset.
    private func apply(_ row: StagedRow, _ event: borrowing Event, to changes: inout Changeset) {
        let entry = changes.entry(
            view: row.view, shape: row.shape, keep: row.keep, key: stage.bytes.span(row.key.range))
        for index in row.changes.range {
            let change = stage.changes[index]
            let name = change.nameIsFixed ? program.pool.span(change.name.range) : stage.bytes.span(change.name.range)
            let hash = change.nameHash
            switch change.operation {
            case .setField: changes.set(entry, name, hash, to: stage.bytes.span(change.value.range))
            case .unsetField, .removeMember: changes.remove(entry, name, hash)
            case .incrementField, .incrementMember: changes.increment(entry, name, hash, by: change.number)
            case .incrementCounter: changes.increment(entry, by: change.number)
            case .setAllDocument: if let value = event.value { changes.replace(entry, by: value) }
            case .setDocument: changes.replace(entry, by: stage.bytes.span(change.value.range))
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
