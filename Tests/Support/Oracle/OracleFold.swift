/// The naive fold: one event at a time, written from Projections.md, sharing nothing with the worker.
public struct OracleFold {
    public let projection: OracleProjection
    /// The keys that Redis should hold.
    public private(set) var model = OracleModel()
    /// The events that are parked, in the order in which they were.
    public private(set) var parked: [OraclePlace] = []
    /// The events that `on-error: skip` passed over.
    public private(set) var skipped: [OraclePlace] = []
    /// The partitions that halted, and where.
    public private(set) var halted: [OraclePlace] = []

    private let paths: [OraclePath]
    private var parkedKeys: Set<ParkedKey> = []

    private struct ParkedKey: Hashable {
        var topic: String
        var partition: Int
        var key: [UInt8]
    }

    public init(_ projection: OracleProjection) {
        self.projection = projection
        paths = projection.paths
    }

    /// Takes the event as a worker does: with parking, halting and skipping.
    public mutating func take(_ event: OracleEvent) -> OracleDecision {
        let place = OraclePlace(topic: event.topic, partition: event.partition, offset: event.offset)
        if halted.contains(where: { $0.topic == place.topic && $0.partition == place.partition }) { return .halted }
        let key =
            projection.isOrderDependent
            ? event.key.map { ParkedKey(topic: event.topic, partition: event.partition, key: $0) } : nil
        if let key, parkedKeys.contains(key) {
            parked.append(place)
            return .behind
        }
        var demands = (halt: false, park: false)
        let decision = project(event, demands: &demands)
        guard case .bad = decision else { return decision }
        if demands.halt || (projection.onError == .halt && !demands.park) {
            halted.append(place)
        } else if projection.onError == .skip && !demands.park {
            skipped.append(place)
        } else {
            parked.append(place)
            if let key { parkedKeys.insert(key) }
        }
        return decision
    }

    /// Folds the event into the model if it can be: all of it or nothing, without parking.
    public mutating func project(_ event: OracleEvent) -> OracleDecision {
        var demands = (halt: false, park: false)
        return project(event, demands: &demands)
    }

    private mutating func project(_ event: OracleEvent, demands: inout (halt: Bool, park: Bool)) -> OracleDecision {
        let changes: [OracleChange]
        do throws(OracleBad) {
            let reading = try read(event)
            let rules = try self.rules(for: reading)
            if rules.isEmpty {
                if event.value == nil { return .ignored }
                if projection.unknown == .ignore { return .unknown }
                demands = (projection.unknown == .halt, projection.unknown == .park)
                return .bad("unknown type")
            }
            try checkKey(reading)
            changes = try self.changes(reading, rules)
        } catch {
            return .bad(error.reason)
        }
        for change in changes {
            if let damage = model.damage(of: change) { return .damage(damage) }
        }
        for change in changes { model.apply(change) }
        return .projected
    }

    private func read(_ event: OracleEvent) throws(OracleBad) -> OracleReading {
        let declared = projection.topics.first { $0.name == event.topic }?.key
        guard let value = event.value else { return OracleReading(event: event, tree: nil, declared: declared) }
        let tree: JSONTree
        do throws(JSONFault) {
            tree = try JSONTree(value)
        } catch {
            throw OracleBad("no JSON: \(error.reason) at byte \(error.at)")
        }
        for path in paths where tree.find(path) == .repeated { throw OracleBad("a name on \(path.text) occurs twice") }
        return OracleReading(event: event, tree: tree, declared: declared)
    }

    /// Each view that reads the event's topic and has a rule for its type, with those rules.
    private func rules(for reading: OracleReading) throws(OracleBad) -> [(OracleView, [OracleRule])] {
        var type: [UInt8]?
        if reading.tree != nil, let source = projection.type { type = try reading.text(source) }
        var result: [(OracleView, [OracleRule])] = []
        for view in projection.views where view.from?.contains(reading.event.topic) ?? true {
            let named = view.events.first { event in
                if reading.tree == nil { return event.name == .tombstone }
                if case .named(let name) = event.name, let type { return name.utf8.elementsEqual(type) }
                return false
            }
            let any = reading.tree == nil ? nil : view.events.first { $0.name == .any }
            if let found = named ?? any { result.append((view, found.rules)) }
        }
        return result
    }

    private func checkKey(_ reading: OracleReading) throws(OracleBad) {
        guard reading.tree != nil, let path = reading.declared else { return }
        guard let text = try reading.text(.path(path, optional: false)), text == reading.event.key else {
            throw OracleBad("the record key is not \(path.text)")
        }
    }

    private func changes(
        _ reading: OracleReading, _ rules: [(OracleView, [OracleRule])]
    ) throws(OracleBad) -> [OracleChange] {
        let isCompacted = projection.topics.first { $0.name == reading.event.topic }?.compacted ?? false
        var changes: [OracleChange] = []
        for (view, rules) in rules {
            var taken: OracleRule?
            for rule in rules {
                if try holds(rule.when, reading) {
                    taken = rule
                    break
                }
            }
            if taken == nil, isCompacted { taken = OracleRule(.delete) }
            guard let taken else { continue }
            changes += try OracleRuling(reading: reading, view: view, projection: projection).changes(taken.action)
        }
        return changes
    }

    private func holds(_ conditions: [OracleCondition], _ reading: OracleReading) throws(OracleBad) -> Bool {
        for condition in conditions {
            let text: [UInt8]
            switch try reading.found(condition.value) {
            case .nothing, .null: text = Array("null".utf8)
            case .string(let string, _), .number(let string): text = string
            case .boolean(let yes): text = OracleReading.word(yes)
            case .structure: return false
            }
            let holds = condition.anyOf.contains { constant in
                switch constant {
                case .text(let other), .plain(let other): other.utf8.elementsEqual(text)
                default: false
                }
            }
            if !holds { return false }
        }
        return true
    }
}
