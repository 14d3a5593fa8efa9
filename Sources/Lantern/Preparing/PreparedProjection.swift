internal import Configuration
internal import Projections

/// A projection's compiled form: the plan, and where its declared fields and views are in it.
struct PreparedProjection {
    var plan: ProjectionPlan
    /// For each place of a path in `Declarations` its place in `plan.paths`, or −1.
    var paths: ContiguousArray<Int32> = []
    /// For each place of a view in `Declarations` its place in `plan.views`, or −1.
    var places: ContiguousArray<Int32> = []
    var views: ContiguousArray<Changes.View> = []
    private var faults: [String] = []

    /// Finds the views and fields among the stored properties of `projection` and checks them; throws all that is wrong.
    init<Source: Projection>(_ projection: Source) throws(ProjectionError) {
        plan = ProjectionPlan(
            name: Source.name, version: Source.version, topics: [], onError: Source.onBadEvent.plan)
        if let fault = Names.fault(in: Source.name) { faults.append("its name must be \(fault)") }
        if Source.version < 1 || Source.version > Int(Int32.max) { faults.append("its version must be 1 or more") }
        addTopics(Source.topics.map(\.topic))
        addTime(Source.time)
        for child in Mirror(reflecting: projection).children {
            if let field = child.value as? Field { add(field) }
            if let view = child.value as? any DeclaredView {
                add(Declarations.view(at: view.place), at: view.place, label: child.label ?? "")
            }
        }
        if plan.views.isEmpty { faults.append("it has no view: declare one as a stored property") }
        checkCollisions()
        if faults.isEmpty { return }
        throw ProjectionError(
            invalid: faults.map { "projection \(Source.name): \($0)" }.joined(separator: "\n"))
    }

    private mutating func addTopics(_ topics: [Topic]) {
        if topics.isEmpty { faults.append("it has no topics: name at least one") }
        for topic in topics {
            if !Names.isTopic(topic.name) { faults.append("`\(topic.name)` is not a valid name for a Kafka topic") }
            if plan.topics.contains(where: { $0.name == topic.name }) {
                faults.append("topic \(topic.name) occurs twice")
            }
            var topicPlan = TopicPlan(name: topic.name, isCompacted: topic.isCompacted)
            if let key = topic.key, let path = path(key, of: "the key of topic \(topic.name)") {
                topicPlan.keyPath = add(path)
            }
            plan.topics.append(topicPlan)
        }
    }

    private mutating func addTime(_ text: String) {
        do throws(PathReader.Fault) {
            switch try PathReader.value(text) {
            case .path(let path, false): plan.time = .path(add(path))
            case .attribute(.timestamp): plan.time = nil
            case .attribute(let source): plan.time = source
            case .path, .text: faults.append("its time `\(text)` must be a path, such as `$.at`")
            }
        } catch {
            faults.append("its time: \(error.message)")
        }
    }

    private mutating func add(_ field: Field) {
        let text = Declarations.path(at: field.path)
        guard let path = path(text, of: "a field") else { return }
        Self.enter(Int32(add(path)), at: field.path, in: &paths)
    }

    private mutating func path(_ text: String, of what: String) -> JSONPath? {
        do throws(PathReader.Fault) {
            if case .path(let path, false) = try PathReader.value(text) { return path }
            faults.append("`\(text)`, \(what), must be a path, such as `$.id`")
        } catch {
            faults.append("\(what): \(error.message)")
        }
        return nil
    }

    private mutating func add(_ path: JSONPath) -> Int {
        if let place = plan.paths.firstIndex(of: path) { return place }
        plan.paths.append(path)
        return plan.paths.count - 1
    }

    // MARK: - Views

    private mutating func add(_ declaration: ViewDeclaration, at place: Int32, label: String) {
        let name = Self.name(label)
        if let fault = Names.fault(in: name) {
            faults.append("property `\(label)` cannot name a view: rename it to \(fault)")
        }
        if Int(place) < places.count, places[Int(place)] >= 0 {
            faults.append("view \(name) is declared twice: \(declaration.key)")
            return
        }
        guard let key = template(declaration.key, of: name) else { return }
        var topics = Array(plan.topics.indices)
        if !declaration.topics.isEmpty {
            topics = []
            for topic in declaration.topics {
                if let index = plan.topics.firstIndex(where: { $0.name == topic }) {
                    topics.append(index)
                } else {
                    faults.append("view \(name): `from` names \(topic), which is not one of the projection's topics")
                }
            }
        }
        let view = ViewPlan(
            name: name, kind: declaration.kind, key: key, topics: topics,
            member: declaration.ownership == .member ? .value(.key) : nil, timeToLive: declaration.timeToLive,
            isOrderDependent: declaration.ownership != .shared)
        faults += ViewFaults(view: view, ownership: declaration.ownership, topics: plan.topics, paths: plan.paths).all
        Self.enter(Int32(plan.views.count), at: place, in: &places)
        plan.views.append(view)
        views.append(
            Changes.View(
                name: name, ownership: declaration.ownership, reads: plan.topics.indices.map(topics.contains),
                sums: declaration.sums.map { Array($0.utf8) }))
    }

    private mutating func template(_ text: String, of view: String) -> TextTemplate? {
        do throws(PathReader.Fault) {
            let parts = try TemplateReader.parts(text)
            if let fault = TemplateReader.fault(inKey: parts) {
                faults.append("view \(view): \(fault)")
                return nil
            }
            var plan: [TextTemplate.Part] = []
            for part in parts {
                switch part {
                case .literal(let text): plan.append(.literal(text))
                case .path(let path): plan.append(.placeholder(.path(add(path))))
                case .attribute(let source): plan.append(.placeholder(source))
                }
            }
            return TextTemplate(parts: plan)
        } catch {
            faults.append("view \(view): \(error.message)")
            return nil
        }
    }

    private mutating func checkCollisions() {
        for (index, second) in plan.views.enumerated() {
            for first in plan.views[..<index] where KeyPattern.canCollide(first, second) {
                faults.append(
                    "view \(second.name) could make the same key as view \(first.name): begin the keys with different "
                        + "words")
            }
        }
    }

    private static func enter(_ value: Int32, at place: Int32, in table: inout ContiguousArray<Int32>) {
        while table.count <= Int(place) { table.append(-1) }
        table[Int(place)] = value
    }

    /// `customerRevenue` is the view customer-revenue.
    static func name(_ label: String) -> String {
        var name = ""
        for character in label {
            if character.isUppercase, !name.isEmpty { name += "-" }
            name += character.lowercased()
        }
        return name
    }
}
