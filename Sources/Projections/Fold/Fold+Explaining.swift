import Bytes

/// What a plan makes of one event, for the person who writes it.
package struct EventExplanation: Sendable, Equatable {
    /// A rule that takes the event: its view, under which name, and its place in the list of that name.
    package struct TakenRule: Sendable, Hashable {
        package var view: Int
        package var event: EventName
        package var rule: Int

        package init(view: Int, event: EventName, rule: Int) {
            self.view = view
            self.event = event
            self.rule = rule
        }
    }

    /// The event's type; nil if it has none.
    package var type: String?
    /// In each view that has a rule for it the one that takes it, whether or not what it needs is there.
    package var rules: [TakenRule] = []

    package init() {}
}

extension Fold {
    /// Says which rules take an event; nothing is folded. Not for the hot path.
    package mutating func explain(
        _ event: borrowing Event, decoded: borrowing DecodedValue
    ) -> EventExplanation {
        stage.removeAll()
        var explanation = EventExplanation()
        if event.value != nil, let source = program.topics[event.topic].type {
            let found = program.find(source, event, decoded)
            var text = ByteBuffer()
            if found.kind != .nothing, (try? program.appendText(found, source, event, to: &text)) != nil {
                explanation.type = text.span.readable
            }
        }
        guard let steps = try? steps(for: event, decoded) else { return explanation }
        for index in steps.range {
            let step = program.steps[index]
            let view = Int(program.views[Int(step.view)].view)
            let name = name(of: event, type: explanation.type, in: view)
            for row in step.rules.range
            where (try? program.holds(program.rules[row].conditions, event, decoded, &stage)) == true {
                explanation.rules.append(.init(view: view, event: name, rule: row - step.rules.range.lowerBound))
                break
            }
        }
        return explanation
    }

    /// The name under which a view has rules for such an event.
    private func name(of event: borrowing Event, type: String?, in view: Int) -> EventName {
        let topic = plan.topics[event.topic]
        var names = topic.eventNames(ofType: type)
        if event.value == nil { names = [topic.format.envelope == .debezium ? DebeziumDelete.name : .tombstone] }
        return names.first { name in plan.views[view].rules.contains { $0.event == name } } ?? .any
    }
}
