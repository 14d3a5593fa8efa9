internal import Projections

/// Compiles `projections:`.
struct ProjectionsReader {
    /// A projection of the file.
    struct Found {
        var plan: ProjectionPlan
        /// nil: the one of the URL.
        var database: Int?
        /// See ``StoredDefinition``.
        var definition: String
    }

    let log: DiagnosticLog
    /// The database of those that name none.
    let home: Int

    func read(_ node: YAMLNode) -> [Found] {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            log.error(node.position, "projections must be a map of names and projections, not \(node.kindName)")
            return []
        }
        var views: [(projection: String, database: Int, view: PlacedView)] = []
        var found: [Found] = []
        var deadLetters: [String: Position] = [:]
        for entry in entries {
            checkName(entry, what: "projection")
            var reader = ProjectionReader(scope: ProjectionScope(name: entry.name, log: log))
            guard let plan = reader.read(entry) else { continue }
            found.append(
                Found(plan: plan, database: reader.database, definition: StoredDefinition.text(of: entry.value, plan)))
            deadLetters[plan.name] = reader.scope.deadLetterPosition
            views += reader.views.map { (entry.name, reader.database ?? home, $0) }
        }
        checkCollisions(views)
        checkDeadLetters(found.map(\.plan), at: deadLetters)
        return found
    }

    /// An event that is bad for each of these projections would go round for ever, and fill Kafka with its copies.
    private func checkDeadLetters(_ plans: [ProjectionPlan], at positions: [String: Position]) {
        for plan in plans {
            guard let position = positions[plan.name], let way = Self.wayBack(to: plan, among: plans) else { continue }
            log.error(
                position,
                "bad events would come back for ever: \(way.joined(separator: ", ")). "
                    + "Give one of these projections another dead-letter topic")
        }
    }

    /// The topics and projections over which what `start` produces as dead letters comes back to it; nil if it does not.
    private static func wayBack(to start: ProjectionPlan, among plans: [ProjectionPlan]) -> [String]? {
        var way: [String] = []
        var reached: Set<String> = []
        var next = [start]
        while let plan = next.popLast() {
            guard case .deadLetter(let topic) = plan.onError, reached.insert(plan.name).inserted else { continue }
            let readers = plans.filter { $0.topics.contains { $0.name == topic } }
            way += readers.map { "`\(topic)` is read by projection \($0.name)" }
            if readers.contains(where: { $0.name == start.name }) { return way }
            next += readers
        }
        return nil
    }

    private func checkName(_ entry: YAMLNode.Entry, what: String) {
        if let fault = Names.fault(in: entry.name) {
            log.error(entry.position, "`\(entry.name)` is not a valid name for a \(what): use \(fault)")
        }
    }

    private func checkCollisions(_ views: [(projection: String, database: Int, view: PlacedView)]) {
        for (index, second) in views.enumerated() {
            let earlier = views[..<index].first {
                $0.database == second.database && Self.collide($0.view.plan, second.view.plan)
            }
            guard let earlier else { continue }
            let owner =
                earlier.projection == second.projection
                ? "view \(earlier.view.plan.name)"
                : "view \(earlier.view.plan.name) of projection \(earlier.projection)"
            log.error(
                second.view.keyPosition,
                "view \(second.view.plan.name) could make the same key as \(owner) (at \(earlier.view.keyPosition)): "
                    + "begin the keys with different words")
        }
    }

    /// Whether some key belongs to both.
    private static func collide(_ first: ViewPlan, _ second: ViewPlan) -> Bool {
        // Most pairs differ in their first literals already, which is quicker told.
        let isSame = zip(first.key.head.utf8, second.key.head.utf8).allSatisfy { $0 == $1 }
        return isSame && KeyPattern.canCollide(first, second)
    }
}

/// Names of projections and views, and of topics.
package enum Names {
    /// Why `name` cannot name a projection or a view; nil if it can.
    package static func fault(in name: String) -> String? {
        let isLegal = name.utf8.enumerated().allSatisfy { index, byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || (byte == 0x2D && index > 0)
        }
        if isLegal, (1...100).contains(name.utf8.count) { return nil }
        return "1 to 100 of a-z, 0-9 and `-`, beginning with a letter or digit"
    }

    /// Whether Kafka allows it.
    package static func isTopic(_ name: String) -> Bool {
        name != "." && name != ".." && (1...249).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                    || "._-".utf8.contains($0)
            }
    }
}

extension TextTemplate {
    /// The literal text before the first placeholder.
    fileprivate var head: String {
        if case .literal(let text)? = parts.first { return text }
        return ""
    }
}
