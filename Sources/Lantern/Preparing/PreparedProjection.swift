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
            var topicPlan = TopicPlan(name: topic.name, isCompacted: topic.isCompacted, format: format(of: topic))
            if let key = topic.key, let path = dataPath(key, of: "the key of topic \(topic.name)") {
                topicPlan.keyPath = add(path)
            }
            addColumns(of: topic, to: &topicPlan)
            plan.topics.append(topicPlan)
        }
    }

    private mutating func format(of topic: Topic) -> TopicFormat {
        var format = TopicFormat(
            encoding: EncodingFaults.encoding(of: topic), hasWholeBefore: topic.hasWholeBefore,
            ignoresTruncate: topic.ignoresTruncate)
        format.hasStableKeys = topic.hasStableKeys
        faults += EncodingFaults.all(of: topic, format)
        switch topic.envelope {
        case .none: break
        case .connect: format.isInConnect = true
        case .debezium: format.envelope = .debezium
        case .debeziumInConnect:
            format.isInConnect = true
            format.envelope = .debezium
        case .cloudEvents: format.envelope = .cloudevents
        }
        if let data = topic.data {
            format.data = data == "$" ? [] : dataPath(data, of: "the data of topic \(topic.name)")?.members
            if format.envelope != .none {
                faults.append("topic \(topic.name): `data` and its envelope both say where the data is: remove one")
            }
        }
        if format.envelope != .debezium, topic.hasWholeBefore || topic.ignoresTruncate {
            faults.append(
                "topic \(topic.name): `hasWholeBefore` and `ignoresTruncate` are options of change events")
        }
        return format
    }

    private mutating func addColumns(of topic: Topic, to topicPlan: inout TopicPlan) {
        if topic.key != nil, !topic.keyColumns.isEmpty {
            faults.append("topic \(topic.name): its key is a text (`key`) or has columns (`keyColumns`): remove one")
        }
        for column in topic.keyColumns {
            guard let path = dataPath(column, of: "a key column of topic \(topic.name)") else { continue }
            if path.members.count > 1 {
                faults.append("`\(column)` is not a column of topic \(topic.name)'s key: a column is `$.name`")
            } else if topicPlan.keyColumns.contains(add(path)) {
                faults.append("`\(column)` occurs twice among the key columns of topic \(topic.name)")
            } else {
                topicPlan.keyColumns.append(add(path))
            }
        }
    }

    private mutating func addTime(_ text: String) {
        do throws(PathReader.Fault) {
            switch try PathReader.value(text) {
            case .path(let path, false):
                check(path, of: "its time")
                plan.time = TimeSource(.path(add(path)))
            case .attribute(.timestamp): plan.time = nil
            case .attribute(let source): plan.time = TimeSource(source)
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
            if case .path(let path, false) = try PathReader.value(text) {
                check(path, of: what)
                return path
            }
            faults.append("`\(text)`, \(what), must be a path, such as `$.id`")
        } catch {
            faults.append("\(what): \(error.message)")
        }
        return nil
    }

    /// A path in the data itself.
    private mutating func dataPath(_ text: String, of what: String) -> JSONPath? {
        do throws(PathReader.Fault) {
            if case .path(let path, false) = try PathReader.value(text), path.root == .data { return path }
            faults.append("`\(text)`, \(what), must be a path, such as `$.id`")
        } catch {
            faults.append("\(what): \(error.message)")
        }
        return nil
    }

    /// Some topic must have what a path names.
    private mutating func check(_ path: JSONPath, of what: String) {
        let reasons = plan.topics.map { $0.fault(of: path) }
        if let reason = reasons.first ?? nil, reasons.allSatisfy({ $0 != nil }) { faults.append("\(what): \(reason)") }
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
                case .path(let path):
                    check(path, of: "view \(view)")
                    plan.append(.placeholder(.path(add(path))))
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
