/// What the rules of `delete` may use: they take the event with `op` d and the tombstone that follows it.
package enum DebeziumDelete {
    package static let name = EventName.named("delete")

    /// Whether what a view does at a delete can be done with the record key alone. If it cannot, a tombstone changes
    /// nothing: the event before it has.
    package static func fitsTombstone(_ view: ViewPlan, _ topic: TopicPlan) -> Bool {
        guard let rules = view.rules.first(where: { $0.event == name })?.rules else { return false }
        var sources = view.key.sources
        for rule in rules {
            sources += rule.conditions.map(\.source) + rule.changes.flatMap(\.sources)
            if rule.changes.contains(where: { $0 != .delete }), let member = view.member { sources += member.sources }
        }
        return sources.allSatisfy { isInTombstone($0, topic) }
    }

    /// Whether a tombstone has it, or can do without.
    package static func isInTombstone(_ source: ValueSource, _ topic: TopicPlan) -> Bool {
        guard case .path(let index, let isOptional) = source else { return true }
        return isOptional || topic.keyPaths.contains(index)
    }
}
