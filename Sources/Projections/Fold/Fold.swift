import Bytes

/// Folds decoded events into a changeset, as a plan says (Projections.md).
///
/// An event is evaluated for all views before any of its changes enters the changeset. No clock, no random number and no
/// floating-point sum takes part, and in steady state nothing is allocated.
public struct Fold: ~Copyable {
    let plan: ProjectionPlan
    let program: FoldProgram
    var stage = FoldStage()
    private let sample: RowSample
    /// The events that passed because no view has a rule for their type.
    public private(set) var unknownTypes = TypeCounts()

    /// Compiles `plan`; `naming` says what is before each row's key. Every event is evaluated, and the rows of `sample` are
    /// kept.
    public init(plan: ProjectionPlan, naming: RowNaming, limits: Limits = Limits(), sample: RowSample = .all) {
        self.plan = plan
        self.sample = sample
        program = FoldProgram(plan, prefix: naming.prefix, longestKey: limits.keyBytes)
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
            try program.checkKey(event, decoded, &stage.scratch)
            guard changes.isMerging || !sample.isAll else {
                try stream(steps, event, decoded, into: &changes.unmerged)
                return .projected
            }
            for index in steps.range {
                try program.stage(program.steps[index], event, decoded, into: &stage)
            }
        } catch {
            return .bad(program.describe(error, of: plan, event, decoded))
        }
        guard changes.canAdd(sums: stage.sums, scores: stage.scores) else { return .changesetMustCloseFirst }
        guard sample.isAll else {
            stage.keep(sample)
            stage.apply(event, program, to: &changes)
            return .projected
        }
        stage.merge(event, program, into: &changes)
        return .projected
    }

    /// Encodes the changes of all views at once, or none of them.
    private mutating func stream(
        _ steps: TableRange, _ event: borrowing Event, _ decoded: borrowing DecodedValue,
        into unmerged: inout UnmergedChanges
    ) throws(FoldFault) {
        let mark = unmerged.mark
        do throws(FoldFault) {
            for index in steps.range {
                try program.stream(program.steps[index], event, decoded, &stage, into: &unmerged)
            }
        } catch {
            unmerged.truncate(to: mark)
            throw error
        }
    }

    mutating func steps(
        for event: borrowing Event, _ decoded: borrowing DecodedValue
    ) throws(FoldFault) -> TableRange {
        let topic = program.topics[event.topic]
        guard let value = event.value else { return topic.tombstone }
        guard topic.typePath >= 0 else { return try stepsByRecord(event, decoded) }
        let slot = decoded.found[Int(topic.typePath)]
        switch slot.kind {
        case .string where slot.place == .value, .number where slot.place == .value:
            return program.steps(topic: event.topic, type: value.extracting(slot.range))
        case .nothing, .null, .object, .array: return topic.any
        case .escapedString, .yes, .no, .string, .number, .unavailable:
            var source = Source(.path)
            source.path = topic.typePath
            stage.scratch.truncate(to: 0)
            try program.appendText(program.find(source, event, decoded), source, event, to: &stage.scratch)
            return program.steps(topic: event.topic, type: stage.scratch.span)
        }
    }

    /// Where the type is what the record itself has: `{@header.type}`.
    private mutating func stepsByRecord(
        _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) throws(FoldFault) -> TableRange {
        guard let source = program.topics[event.topic].type else { return program.topics[event.topic].any }
        let found = program.find(source, event, decoded)
        if found.kind == .nothing { return program.topics[event.topic].any }
        stage.scratch.truncate(to: 0)
        try program.appendText(found, source, event, to: &stage.scratch)
        return program.steps(topic: event.topic, type: stage.scratch.span)
    }

    private mutating func unknown(
        _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) -> ProjectionOutcome {
        if plan.unknown == .ignore {
            count(event, decoded)
            return .unknownType
        }
        var bad = program.describe(
            FoldFault(.unknownType, program.topics[event.topic].type ?? Source(.nothing)), of: plan, event, decoded)
        bad.demandsHalt = plan.unknown == .halt
        return .bad(bad)
    }

    private static func add(_ name: borrowing ByteBuffer, to counts: inout TypeCounts) { counts.add(name.span) }

    private mutating func count(_ event: borrowing Event, _ decoded: borrowing DecodedValue) {
        stage.scratch.truncate(to: 0)
        if let source = program.topics[event.topic].type {
            // A value without a text is not a type.
            try? program.appendText(program.find(source, event, decoded), source, event, to: &stage.scratch)
        }
        if stage.scratch.isEmpty { stage.scratch.append("(none)") }
        Self.add(stage.scratch, to: &unknownTypes)
    }
}
