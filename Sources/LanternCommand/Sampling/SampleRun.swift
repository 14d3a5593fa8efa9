import Bytes
import Formats
import Projections

/// One projection on the events of a sample.
struct SampleRun: ~Copyable {
    private(set) var result: SampleReport.Projection
    private let plan: ProjectionPlan
    private let projector: any PlannedProjector
    private var changes = Changeset()
    private var places: [EventExplanation.TakenRule: Int] = [:]
    private var parkedKeys: Set<[UInt8]> = []

    init(_ plan: ProjectionPlan, limits: Limits) {
        self.plan = plan
        projector = makeProjector(plan, limits: limits)
        result = SampleReport.Projection(name: plan.name, rules: [])
        for (view, viewPlan) in plan.views.enumerated() {
            for rules in viewPlan.rules {
                for (rule, rulePlan) in rules.rules.enumerated() {
                    places[.init(view: view, event: rules.event, rule: rule)] = result.rules.count
                    result.rules.append(
                        SampleReport.Rule(
                            view: viewPlan.name, event: rules.event.word, rule: rule + 1,
                            when: SampleText.when(rulePlan, in: plan)))
                }
            }
        }
    }

    /// Counts the rules that take the event, and notes it if it cannot be projected.
    mutating func take(_ sample: SampleEvent) {
        guard let topic = plan.topics.firstIndex(where: { $0.name == sample.topic }) else { return }
        result.events += 1
        let headers = HeaderList()
        for header in sample.headers {
            let value = Array((header.value ?? "").utf8)
            headers.append(name: Array(header.name.utf8).span, value: header.value == nil ? nil : value.span)
        }
        let key = key(of: sample, topic: topic, headers)
        let (keyBytes, valueBytes) = (key ?? [], sample.value ?? [])
        let event = Self.event(sample, topic: topic, key == nil ? nil : keyBytes.span, valueBytes.span, headers)
        let explanation = projector.explain(event)
        for rule in explanation.rules { if let place = places[rule] { result.rules[place].matched += 1 } }
        changes.removeAll()
        let outcome = projector.project(event, into: &changes)
        if outcome == .unknownType { result.unknownTypes[ExactText(explanation.type ?? "(none)"), default: 0] += 1 }
        note(outcome, sample, key)
    }

    private mutating func note(_ outcome: ProjectionOutcome, _ sample: SampleEvent, _ key: [UInt8]?) {
        var view: String?
        var reason: String?
        if let key, parkedKeys.contains(key) {
            reason = SampleReport.BadEvent.behind
        } else if case .bad(let bad) = outcome {
            view = bad.view
            reason = bad.reason
            if let key, plan.isOrderDependent, plan.onError == .park { parkedKeys.insert(key) }
        }
        guard let reason else { return }
        result.bad.append(
            SampleReport.BadEvent(
                line: sample.line, topic: sample.topic ?? "", key: key.map { readableText($0) }, view: view,
                reason: reason))
    }

    @_lifetime(copy key, copy value, borrow headers)
    private static func event(
        _ sample: SampleEvent, topic: Int, _ key: Span<UInt8>?, _ value: Span<UInt8>, _ headers: borrowing HeaderList
    ) -> Event {
        Event(
            topic: topic, partition: 0, offset: Int64(sample.line - 1), timestamp: sample.timestamp, key: key,
            value: sample.value == nil ? nil : value, headers: headers)
    }

    /// The key that the line gives, otherwise what the value says of the one that the topic declares.
    private func key(of sample: SampleEvent, topic: Int, _ headers: HeaderList) -> [UInt8]? {
        switch sample.key {
        case .none: return nil
        case .bytes(let bytes): return bytes
        case .declared:
            let value = sample.value ?? []
            return projector.declaredKey(Self.event(sample, topic: topic, nil, value.span, headers))
        }
    }
}

extension EventName {
    /// As `events:` has it.
    var word: String {
        switch self {
        case .named(let name): name
        case .any: "*"
        case .tombstone: "tombstone"
        }
    }
}
