internal import Bytes
internal import Formats
internal import Projections

/// What projects events in Swift: the decoder, the projection, and what it writes into. Memory is used again, so that in
/// steady state an event allocates nothing.
struct ProjectionCore<Source: Projection>: ~Copyable {
    let source: Source
    let plan: ProjectionPlan
    private let paths: ContiguousArray<Int32>
    private let keyPaths: ContiguousArray<Int>
    private let limits: Limits
    private var decoder: JSONValueDecoder
    /// Of topics with another format than JSON without an envelope; nil if there is none.
    private let decoders: TopicDecoders?
    private var decoded: DecodedValue
    private var texts: UnescapedTexts
    private var changes: Changes

    init(
        _ source: Source, naming: RowNaming, limits: Limits, schemas: (any SchemaSource)?
    ) throws(ProjectionError) {
        self.limits = limits
        let prepared = try PreparedProjection(source)
        self.source = source
        plan = prepared.plan
        paths = prepared.paths
        keyPaths = ContiguousArray(prepared.plan.topics.map { $0.keyPath ?? -1 })
        let copiesMembers = prepared.views.contains { $0.ownership == .whole }
        let copiesDocument = plan.views.contains { $0.kind == .document }
        decoder = JSONValueDecoder(
            paths: plan.isPlain ? plan.paths : [], wantsMembers: copiesMembers, validatesWhole: copiesDocument)
        decoders =
            plan.isPlain
            ? nil
            : TopicDecoders(
                plan, copiesMembers: copiesMembers || copiesDocument, copiesDocument: copiesDocument, schemas: schemas)
        decoded = DecodedValue(pathCount: plan.paths.count)
        texts = UnescapedTexts(pathCount: plan.paths.count)
        changes = Changes(plan: plan, naming: naming, places: prepared.places, views: prepared.views, limits: limits)
    }

    mutating func project(
        _ event: borrowing Projections.Event, into changeset: inout Changeset
    ) -> ProjectionOutcome {
        if let value = event.value, let bad = limits.fault(ofValue: value.count) { return .bad(bad) }
        if let decoders {
            if let fault = decoders.decode(event, into: &decoded) {
                if case .awaitsSchema(let words) = fault { return .awaitsSchema(words) }
                return .bad(fault.badEvent(plan))
            }
            if let words = decoded.awaitedKeySchema { return .awaitsSchema(words) }
            texts.fill(decoded, event)
            return Self.foldDecoded(
                source, event, decoded, texts, paths, keyPath: keyPaths[event.topic], &changes,
                into: &changeset)
        }
        if let value = event.value {
            if let fault = decoder.decode(value, into: &decoded) { return .bad(fault.badEvent(plan)) }
            texts.fill(decoded, event)
        } else {
            for index in decoded.found.indices { decoded.found[index] = FoundValue() }
        }
        return Self.fold(
            source, event, decoded, texts, paths, keyPath: keyPaths[event.topic], &changes, into: &changeset)
    }

    mutating func time(of event: borrowing Projections.Event) -> Int64? {
        switch changes.fold.timePlace(of: event) {
        case .record: return changes.fold.time(of: event, decoded)
        case .value:
            if let decoders {
                return decoders.decode(event, into: &decoded) == nil ? Self.time(event, decoded, changes.fold) : nil
            }
            guard let value = event.value, decoder.decode(value, into: &decoded) == nil else { return nil }
            return changes.fold.time(of: event, decoded)
        case .large: return nil
        }
    }

    private static func time(
        _ event: borrowing Projections.Event, _ decoded: borrowing DecodedValue, _ fold: borrowing SwiftFold
    ) -> Int64? {
        fold.time(of: decoded.event(event), decoded)
    }

    /// An event with what its decoder wrote beside it.
    private static func foldDecoded(
        _ source: Source, _ event: borrowing Projections.Event, _ decoded: borrowing DecodedValue,
        _ texts: borrowing UnescapedTexts, _ paths: borrowing ContiguousArray<Int32>, keyPath: Int,
        _ changes: inout Changes, into changeset: inout Changeset
    ) -> ProjectionOutcome {
        fold(
            source, decoded.event(event), decoded, texts, paths, keyPath: keyPath, &changes, into: &changeset)
    }

    private static func fold(
        _ source: Source, _ event: borrowing Projections.Event, _ decoded: borrowing DecodedValue,
        _ texts: borrowing UnescapedTexts, _ paths: borrowing ContiguousArray<Int32>, keyPath: Int,
        _ changes: inout Changes,
        into changeset: inout Changeset
    ) -> ProjectionOutcome {
        changes.begin(event)
        do throws(ProjectionError) {
            try source.project(
                Event(event, decoded, places: paths.span, texts: texts, keyPath: keyPath), into: &changes)
        } catch {
            return .bad(BadEvent(view: error.view, reason: error.reason))
        }
        return changes.fold.finish(event, decoded: decoded, into: &changeset)
    }
}
