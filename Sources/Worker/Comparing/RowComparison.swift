import Bytes
import Projections
import Redis

/// Compares what two sides answered for the same unit; a pure function of both.
enum RowComparison: Equatable {
    /// Neither side has it.
    case absent
    case same
    case missing([FieldDifference])
    case extra([FieldDifference])
    case changed([FieldDifference])

    init(_ unit: ComparedUnit, _ kind: ViewKind, live: RedisValue, build: RedisValue) {
        if unit.isPresence {
            self = Self.presence(live, build)
        } else if let members = unit.members {
            let differences = zip(members, zip(Self.parts(live), Self.parts(build))).compactMap { member, sides in
                sides.0 == sides.1 ? nil : FieldDifference(member, live: sides.0, build: sides.1)
            }
            self = differences.isEmpty ? .same : .changed(differences)
        } else {
            self.init(kind, live: live, build: build)
        }
    }

    private init(_ kind: ViewKind, live: RedisValue, build: RedisValue) {
        let (old, new) = (Self.isMissing(live), Self.isMissing(build))
        if old, new {
            self = .absent
        } else if live == build {
            self = .same
        } else if kind == .unique, !old, !new {
            self = Self.registers(live, build)
        } else {
            let (before, after) = (Self.fields(kind, live), Self.fields(kind, build))
            var names = Set(before.keys)
            names.formUnion(after.keys)
            let differences = names.sorted { ($0 ?? []).lexicographicallyPrecedes($1 ?? []) }.compactMap { name in
                before[name] == after[name]
                    ? nil : FieldDifference(name, live: before[name], build: after[name])
            }
            self =
                differences.isEmpty
                ? .same : new ? .missing(differences) : old ? .extra(differences) : .changed(differences)
        }
    }

    /// HyperLogLogs are the same if their registers are: the encoding depends on the order of what was added.
    private static func registers(_ live: RedisValue, _ build: RedisValue) -> RowComparison {
        guard let before = HyperLogLog(live.bytes ?? []), let after = HyperLogLog(build.bytes ?? []) else {
            return .changed([FieldDifference(live: text(live), build: text(build))])
        }
        if before == after { return .same }
        return .changed([FieldDifference(live: before.description, build: after.description)])
    }

    private static func presence(_ live: RedisValue, _ build: RedisValue) -> RowComparison {
        let words = Array("a row too large to be shown".utf8)
        switch (live.integer == 1, build.integer == 1) {
        case (true, true): return .same
        case (false, false): return .absent
        case (true, false): return .missing([FieldDifference(live: words, build: nil)])
        case (false, true): return .extra([FieldDifference(live: nil, build: words)])
        }
    }

    private static func isMissing(_ value: RedisValue) -> Bool {
        switch value {
        case .null: true
        case .array(let elements): elements.isEmpty
        default: false
        }
    }

    /// By field or member; a single value has none.
    private static func fields(_ kind: ViewKind, _ value: RedisValue) -> [[UInt8]?: [UInt8]] {
        guard let elements = value.elements else {
            return isMissing(value) ? [:] : [nil: kind == .unique ? shown(value) : text(value)]
        }
        var fields: [[UInt8]?: [UInt8]] = [:]
        if kind == .set {
            for element in elements { fields[element.bytes ?? []] = element.bytes ?? [] }
        } else {
            for index in stride(from: 0, to: elements.count - 1, by: 2) {
                fields[elements[index].bytes ?? []] = elements[index + 1].bytes ?? []
            }
        }
        return fields
    }

    private static func shown(_ value: RedisValue) -> [UInt8] {
        HyperLogLog(value.bytes ?? [])?.description ?? text(value)
    }

    /// What a reply says; an error if the key is of another type.
    private static func text(_ value: RedisValue) -> [UInt8] {
        if case .error(let text) = value { text } else { value.bytes ?? [] }
    }

    /// The elements of a reply for some members; nil where there is none.
    private static func parts(_ value: RedisValue) -> [[UInt8]?] {
        (value.elements ?? []).map { part($0) }
    }

    static func part(_ element: RedisValue) -> [UInt8]? {
        switch element {
        case .integer(let isMember): isMember == 1 ? Array("yes".utf8) : nil
        default: element.bytes
        }
    }
}
