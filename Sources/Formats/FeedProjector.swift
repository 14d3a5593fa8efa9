import Bytes
import Projections

/// A plan on events of any format, topic by topic, ready to run.
final class FeedProjector: PlannedProjector {
    private var core: FeedCore

    init(
        plan: ProjectionPlan, naming: RowNaming, limits: Limits, sample: RowSample,
        schemas: (any SchemaSource)?
    ) {
        core = FeedCore(plan: plan, naming: naming, limits: limits, sample: sample, schemas: schemas)
    }

    var plan: ProjectionPlan { core.plan }
    var unknownTypes: TypeCounts { core.fold.unknownTypes }

    func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        core.project(event, into: &changes)
    }

    func time(of event: borrowing Event) -> Int64? { core.time(of: event) }

    func decode(_ event: borrowing Event) -> Bool { core.decode(event) == nil }

    func explain(_ event: borrowing Event) -> EventExplanation { core.explain(event) }

    func declaredKey(_ event: borrowing Event) -> [UInt8]? { core.declaredKey(event) }
}

/// What it has, in one place that is entered once for each event.
struct FeedCore: ~Copyable {
    let plan: ProjectionPlan
    var fold: Fold
    private let decoders: TopicDecoders
    private var decoded: DecodedValue
    private let limits: Limits

    init(
        plan: ProjectionPlan, naming: RowNaming, limits: Limits, sample: RowSample,
        schemas: (any SchemaSource)?
    ) {
        self.plan = plan
        fold = Fold(plan: plan, naming: naming, limits: limits, sample: sample)
        decoders = TopicDecoders(plan, schemas: schemas)
        decoded = DecodedValue(pathCount: plan.paths.count)
        self.limits = limits
    }

    mutating func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome {
        if let value = event.value, let bad = limits.fault(ofValue: value.count) { return .bad(bad) }
        if let fault = decode(event) {
            if case .awaitsSchema(let words) = fault { return .awaitsSchema(words) }
            return .bad(fault.badEvent(plan))
        }
        return Self.fold(event, decoded, &fold, into: &changes)
    }

    mutating func decode(_ event: borrowing Event) -> DecodeFault? {
        let fault = decoders.decode(event, into: &decoded)
        if fault == nil, let words = decoded.awaitedKeySchema { return .awaitsSchema(words) }
        return fault
    }

    private static func fold(
        _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ fold: inout Fold, into changes: inout Changeset
    ) -> ProjectionOutcome {
        fold.fold(decoded.event(event), decoded: decoded, into: &changes)
    }

    mutating func explain(_ event: borrowing Event) -> EventExplanation {
        if decode(event) != nil { return EventExplanation() }
        return Self.explain(event, decoded, &fold)
    }

    private static func explain(
        _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ fold: inout Fold
    ) -> EventExplanation {
        fold.explain(decoded.event(event), decoded: decoded)
    }

    mutating func time(of event: borrowing Event) -> Int64? {
        switch fold.timePlace(of: event) {
        case .record: return fold.time(of: event, decoded)
        case .value: return decode(event) == nil ? Self.time(event, decoded, fold) : nil
        case .large: return nil
        }
    }

    private static func time(
        _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ fold: borrowing Fold
    ) -> Int64? {
        fold.time(of: decoded.event(event), decoded)
    }

    mutating func declaredKey(_ event: borrowing Event) -> [UInt8]? {
        if event.value == nil || decode(event) != nil { return nil }
        return DeclaredKey.text(of: event, decoded, plan)
    }
}
