import Projections

/// What a plan needs of the events of one topic.
struct TopicFields {
    let topic: TopicPlan
    /// The order of a key's events matters to some view.
    let isOrderDependent: Bool
    let paths: [JSONPath]
    /// Some view copies the members of the data.
    let copiesMembers: Bool
    /// Some view copies the data as a document.
    let copiesDocument: Bool

    init(_ plan: ProjectionPlan, topic: Int, copiesMembers: Bool, copiesDocument: Bool) {
        self.topic = plan.topics[topic]
        isOrderDependent = plan.isOrderDependent
        paths = plan.paths
        self.copiesMembers = copiesMembers
        self.copiesDocument = copiesDocument
    }

    /// What the rules of the views copy.
    init(_ plan: ProjectionPlan, topic: Int) {
        let copying = plan.views.filter { view in
            view.topics.contains(topic) && view.rules.contains { $0.rules.contains { $0.changes.contains(.setAll) } }
        }
        self.init(
            plan, topic: topic, copiesMembers: !copying.isEmpty,
            copiesDocument: copying.contains { $0.kind == .document })
    }

    /// Some path is the name of the value's schema.
    var wantsSchemaName: Bool { paths.contains { $0.root == .schema } }

    /// The names of the record key's columns.
    var keyNames: [[String]] { topic.keyColumns.map { paths[$0].members } }

    /// All members are wanted, so that a column that is not declared shows.
    var keyRequest: FieldRequest { FieldRequest(paths: keyNames, membersOf: []) }
}

/// The fields that are read of a value, each path once.
struct FieldTable {
    private(set) var paths: [[String]] = []

    /// The place of a path among them.
    mutating func place(of path: [String]) -> Int32 {
        if let place = paths.firstIndex(where: { $0.elementsEqual(path) { $0.utf8.elementsEqual($1.utf8) } }) {
            return Int32(place)
        }
        paths.append(path)
        return Int32(paths.count - 1)
    }
}
