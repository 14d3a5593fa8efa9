import Bytes

/// A tiny Redis in memory: the commands that a changeset writes, without a clock.
struct ModelRedis: Equatable {
    enum Row: Equatable {
        case string([UInt8])
        case hash([[UInt8]: [UInt8]])
        case set(Set<[UInt8]>)
        case sorted([[UInt8]: Double])
    }

    var rows: [[UInt8]: Row] = [:]
    var deadlines: [[UInt8]: Int64] = [:]
    var commands = 0

    static func == (one: ModelRedis, other: ModelRedis) -> Bool {
        one.rows == other.rows && one.deadlines == other.deadlines
    }

    /// The commands in a buffer, as text.
    static func parse(_ bytes: [UInt8]) -> [[[UInt8]]] {
        var at = 0
        func number() -> Int {
            let end = bytes[at...].firstIndex(of: 13)!
            let value = Int(String(decoding: bytes[at + 1..<end], as: UTF8.self))!
            at = end + 2
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

    mutating func perform(_ bytes: [UInt8]) {
        for command in Self.parse(bytes) { perform(command) }
    }

    private func integer(_ text: [UInt8]) -> Int64 { Int64(String(decoding: text, as: UTF8.self))! }

    private mutating func perform(_ command: [[UInt8]]) {
        commands += 1
        let key = command[1]
        var rest = Array(command[2...])
        switch String(decoding: command[0], as: UTF8.self) {
        case "DEL":
            rows[key] = nil
            deadlines[key] = nil
        case "SET":
            rows[key] = .string(rest[0])
            deadlines[key] = rest.count > 1 ? integer(rest[2]) : nil
        case "INCRBY":
            var old: Int64 = 0
            if case .string(let text)? = rows[key] { old = integer(text) }
            rows[key] = .string(Array(String(old + integer(rest[0])).utf8))
        case "PEXPIREAT": if rows[key] != nil { deadlines[key] = integer(rest[0]) }
        case "HSET", "HDEL", "HINCRBY":
            var fields: [[UInt8]: [UInt8]] = [:]
            if case .hash(let old)? = rows[key] { fields = old }
            if command[0] == Array("HDEL".utf8) {
                for field in rest { fields[field] = nil }
            } else if command[0] == Array("HINCRBY".utf8) {
                let old = fields[rest[0]].map { integer($0) } ?? 0
                fields[rest[0]] = Array(String(old + integer(rest[1])).utf8)
            } else {
                while !rest.isEmpty {
                    fields[rest[0]] = rest[1]
                    rest.removeFirst(2)
                }
            }
            store(key, fields.isEmpty ? nil : .hash(fields))
        case "SADD", "SREM", "PFADD":
            var members: Set<[UInt8]> = []
            if case .set(let old)? = rows[key] { members = old }
            if command[0] == Array("SREM".utf8) { members.subtract(rest) } else { members.formUnion(rest) }
            store(key, members.isEmpty ? nil : .set(members))
        default: performSorted(command, key, rest)
        }
    }

    private mutating func performSorted(_ command: [[UInt8]], _ key: [UInt8], _ arguments: [[UInt8]]) {
        var members: [[UInt8]: Double] = [:]
        if case .sorted(let old)? = rows[key] { members = old }
        var rest = arguments
        func score(_ text: [UInt8]) -> Double { Double(String(decoding: text, as: UTF8.self))! }
        switch String(decoding: command[0], as: UTF8.self) {
        case "ZADD":
            let mode = String(decoding: rest[0], as: UTF8.self)
            if mode == "GT" || mode == "LT" { rest.removeFirst() }
            while !rest.isEmpty {
                let new = score(rest[0])
                let old = members[rest[1]]
                members[rest[1]] = mode == "GT" ? max(old ?? new, new) : mode == "LT" ? min(old ?? new, new) : new
                rest.removeFirst(2)
            }
        case "ZINCRBY": members[rest[1], default: 0] += score(rest[0])
        case "ZREM": for member in rest { members[member] = nil }
        case "ZREMRANGEBYRANK":
            let order = members.sorted {
                $0.value != $1.value ? $0.value < $1.value : $0.key.lexicographicallyPrecedes($1.key)
            }
            let last = order.count + Int(integer(rest[1]))
            if last >= 0 { for member in order[0...last] { members[member.key] = nil } }
        default: preconditionFailure("unknown command \(String(decoding: command[0], as: UTF8.self))")
        }
        store(key, members.isEmpty ? nil : .sorted(members))
    }

    private mutating func store(_ key: [UInt8], _ row: Row?) {
        rows[key] = row
        if row == nil { deadlines[key] = nil }
    }
}
