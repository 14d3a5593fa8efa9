/// A tiny Redis in memory: it performs the commands that a changeset writes, without a clock. For tests of projections.
package struct MemoryRows: Equatable {
    package enum Row: Equatable {
        case string([UInt8])
        case hash([[UInt8]: [UInt8]])
        case set(Set<[UInt8]>)
        case sorted([[UInt8]: Double])
    }

    package var rows: [[UInt8]: Row] = [:]
    /// When rows end, in milliseconds since 1970.
    package var deadlines: [[UInt8]: Int64] = [:]
    /// How many commands it performed.
    package var commands = 0

    package init() {}

    package static func == (one: MemoryRows, other: MemoryRows) -> Bool {
        one.rows == other.rows && one.deadlines == other.deadlines
    }

    /// The commands in a command buffer's bytes.
    package static func parse(_ bytes: [UInt8]) -> [[[UInt8]]] {
        var at = 0
        func number() -> Int {
            var value = 0
            at += 1
            while at < bytes.count, bytes[at] != 13 {
                value = value * 10 + Int(bytes[at] - 48)
                at += 1
            }
            at += 2
            return value
        }
        var commands: [[[UInt8]]] = []
        while at < bytes.count {
            var command: [[UInt8]] = []
            for _ in 0..<number() {
                let count = number()
                command.append(Array(bytes[at..<at + count]))
                at += count + 2
            }
            commands.append(command)
        }
        return commands
    }

    /// Performs the commands in a command buffer's bytes.
    package mutating func perform(_ bytes: [UInt8]) {
        for command in Self.parse(bytes) { perform(command) }
    }

    private func integer(_ text: [UInt8]) -> Int64 { Int64(String(decoding: text, as: UTF8.self)) ?? 0 }

    package mutating func perform(_ command: [[UInt8]]) {
        commands += 1
        let key = command[1]
        let rest = Array(command[2...])
        switch String(decoding: command[0], as: UTF8.self) {
        case "DEL": for key in [key] + rest { store(key, nil) }
        case "MSET":
            for at in stride(from: 1, to: command.count, by: 2) {
                rows[command[at]] = .string(command[at + 1])
                deadlines[command[at]] = nil
            }
        case "SET":
            rows[key] = .string(rest[0])
            deadlines[key] = rest.count > 1 ? integer(rest[2]) : nil
        case "INCRBY":
            var old: Int64 = 0
            if case .string(let text)? = rows[key] { old = integer(text) }
            rows[key] = .string(Array(String(old + integer(rest[0])).utf8))
        case "PEXPIREAT": if rows[key] != nil { deadlines[key] = integer(rest[0]) }
        case let name where name.hasPrefix("H"): performHash(name, key, rest)
        case let name where name.hasPrefix("Z"): performSorted(name, key, rest)
        case let name:
            precondition(["SADD", "SREM", "PFADD"].contains(name), "no changeset writes \(name)")
            var members: Set<[UInt8]> = []
            if case .set(let old)? = rows[key] { members = old }
            if name == "SREM" { members.subtract(rest) } else { members.formUnion(rest) }
            store(key, members.isEmpty ? nil : .set(members))
        }
    }

    private mutating func performHash(_ name: String, _ key: [UInt8], _ arguments: [[UInt8]]) {
        var fields: [[UInt8]: [UInt8]] = [:]
        if case .hash(let old)? = rows[key] { fields = old }
        switch name {
        case "HDEL": for field in arguments { fields[field] = nil }
        case "HINCRBY":
            let old = fields[arguments[0]].map { integer($0) } ?? 0
            fields[arguments[0]] = Array(String(old + integer(arguments[1])).utf8)
        default: for at in stride(from: 0, to: arguments.count, by: 2) { fields[arguments[at]] = arguments[at + 1] }
        }
        store(key, fields.isEmpty ? nil : .hash(fields))
    }

    private mutating func performSorted(_ name: String, _ key: [UInt8], _ arguments: [[UInt8]]) {
        var members: [[UInt8]: Double] = [:]
        if case .sorted(let old)? = rows[key] { members = old }
        var rest = arguments
        func score(_ text: [UInt8]) -> Double { Double(String(decoding: text, as: UTF8.self)) ?? .nan }
        switch name {
        case "ZINCRBY": members[rest[1], default: 0] += score(rest[0])
        case "ZREM": for member in rest { members[member] = nil }
        case "ZREMRANGEBYRANK":
            let order = members.sorted {
                $0.value != $1.value ? $0.value < $1.value : $0.key.lexicographicallyPrecedes($1.key)
            }
            let last = order.count + Int(integer(rest[1]))
            if last >= 0 { for member in order[0...last] { members[member.key] = nil } }
        default:
            let mode = String(decoding: rest[0], as: UTF8.self)
            if mode == "GT" || mode == "LT" { rest.removeFirst() }
            for at in stride(from: 0, to: rest.count, by: 2) {
                let new = score(rest[at])
                let old = members[rest[at + 1]] ?? new
                members[rest[at + 1]] = mode == "GT" ? max(old, new) : mode == "LT" ? min(old, new) : new
            }
        }
        store(key, members.isEmpty ? nil : .sorted(members))
    }

    private mutating func store(_ key: [UInt8], _ row: Row?) {
        rows[key] = row
        if row == nil { deadlines[key] = nil }
    }
}
