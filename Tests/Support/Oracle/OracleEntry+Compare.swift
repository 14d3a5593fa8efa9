extension OracleEntry {
    func isGone(at now: Int) -> Bool { deadline.map { $0 <= now } ?? false }

    /// What the entry holds, in words: fields in the order in which they came.
    public var summary: String {
        switch kind {
        case .hash:
            "hash "
                + fields.map { "\(OracleDump.show($0.name)): \(OracleDump.show($0.field.bytes))" }.joined(
                    separator: ", ")
        case .string: "string \(OracleDump.show(text))"
        case .counter: "counter \(sum)"
        case .set: "set " + members.map(OracleDump.show).joined(separator: ", ")
        case .sortedSet, .latest:
            "sorted set " + scores.map { "\(OracleDump.show($0.key)): \($0.value)" }.joined(separator: ", ")
        case .unique: "HyperLogLog"
        }
    }

    /// How the row differs from the entry; nil if it does not.
    func difference(from row: OracleDump.Row) -> String? {
        if row.deadline != deadline {
            return "expires at \(row.deadline.map(String.init) ?? "never") in Redis, "
                + "\(deadline.map(String.init) ?? "never") in the fold"
        }
        switch (kind, row.type) {
        case (.hash, "hash"):
            let expected = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.field.bytes) })
            return Self.difference(Self.pairs(row.values), expected, OracleDump.show)
        case (.string, "string"):
            return row.values[0] == text
                ? nil : "\(OracleDump.show(row.values[0])) in Redis, \(OracleDump.show(text)) in the fold"
        case (.counter, "string"):
            return row.values[0].elementsEqual("\(sum)".utf8)
                ? nil : "\(OracleDump.show(row.values[0])) in Redis, \(sum) in the fold"
        case (.set, "set"):
            let found = Dictionary(uniqueKeysWithValues: row.values.map { ($0, true) })
            let expected = Dictionary(uniqueKeysWithValues: members.map { ($0, true) })
            return Self.difference(found, expected) { _ in "a member" }
        case (.sortedSet, "zset"), (.latest, "zset"):
            let found = Self.pairs(row.values).mapValues {
                Double(String(decoding: $0, as: UTF8.self))?.bitPattern ?? 0
            }
            return Self.difference(found, scores.mapValues(\.bitPattern)) { "\(Double(bitPattern: $0))" }
        case (.unique, "string"):
            guard let registers, let found = OracleRegisters(redisString: row.values[0]) else {
                return "no HyperLogLog in Redis"
            }
            let differing = (0..<16_384).filter { found.values[$0] != registers.values[$0] }
            return differing.isEmpty ? nil : "\(differing.count) registers of the HyperLogLog differ"
        default: return "\(row.type) in Redis, \(summary) in the fold"
        }
    }

    private static func pairs(_ values: [[UInt8]]) -> [[UInt8]: [UInt8]] {
        var result: [[UInt8]: [UInt8]] = [:]
        for index in stride(from: 0, to: values.count - 1, by: 2) { result[values[index]] = values[index + 1] }
        return result
    }

    private static func difference<Value: Equatable>(
        _ found: [[UInt8]: Value], _ expected: [[UInt8]: Value], _ show: (Value) -> String
    ) -> String? {
        if found == expected { return nil }
        var notes: [String] = []
        for (name, value) in expected where found[name] != value {
            notes.append(
                "\(OracleDump.show(name)) is \(found[name].map(show) ?? "missing") in Redis, \(show(value)) in the fold"
            )
        }
        for (name, value) in found where expected[name] == nil {
            notes.append("\(OracleDump.show(name)) is \(show(value)) in Redis, missing in the fold")
        }
        return notes.sorted().prefix(5).joined(separator: "; ") + (notes.count > 5 ? "; …" : "")
    }
}

extension OracleEntry.Field {
    var bytes: [UInt8] {
        switch self {
        case .text(let text): text
        case .sum(let sum): Array(String(sum).utf8)
        }
    }
}
