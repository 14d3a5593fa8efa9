import Bytes
import Formats
import Projections

/// One projection on the events of a sample.
struct SampleRun: ~Copyable {
    private(set) var result: SampleReport.Projection
    private let plan: ProjectionPlan
    private let projector: JSONProjector
    private var changes = Changeset()
    private var places: [EventExplanation.TakenRule: Int] = [:]
    private var parkedKeys: Set<[UInt8]> = []
    private var keyDecoder: JSONValueDecoder
    private var keyDecoded: DecodedValue

    init(_ plan: ProjectionPlan, limits: Limits) {
        self.plan = plan
        projector = JSONProjector(plan: plan, limits: limits)
        keyDecoder = JSONValueDecoder(paths: plan.paths, wantsMembers: false)
        keyDecoded = DecodedValue(pathCount: plan.paths.count)
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
        let key = key(of: sample, topic: topic)
        let headers = HeaderList()
        for header in sample.headers {
            let value = Array((header.value ?? "").utf8)
            headers.append(name: Array(header.name.utf8).span, value: header.value == nil ? nil : value.span)
        }
        let (keyBytes, valueBytes) = (key ?? [], sample.value ?? [])
        let event = Event(
            topic: topic, partition: 0, offset: Int64(sample.line - 1), timestamp: sample.timestamp,
            key: key == nil ? nil : keyBytes.span, value: sample.value == nil ? nil : valueBytes.span, headers: headers)
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

    /// The key that the line gives, otherwise the value at the path that the topic declares.
    private mutating func key(of sample: SampleEvent, topic: Int) -> [UInt8]? {
        switch sample.key {
        case .none: return nil
        case .bytes(let bytes): return bytes
        case .declared: break
        }
        guard let path = plan.topics[topic].keyPath, let value = sample.value,
            keyDecoder.decode(value.span, into: &keyDecoded) == nil
        else { return nil }
        let slot = keyDecoded.found[path]
        switch slot.kind {
        case .string, .number, .yes, .no: return Array(value[slot.range])
        case .escapedString:
            var text = ByteBuffer()
            return JSONText.unescape(value.span.extracting(slot.range), to: &text) ? text.array : nil
        case .nothing, .null, .object, .array: return nil
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
