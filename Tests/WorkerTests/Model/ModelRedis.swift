import Bytes

/// Redis in memory: exactly the commands that a lane sends, with WATCH, EXEC and their refusals as Redis has them.
final class ModelRedis {
    enum Value: Equatable {
        case string([UInt8])
        case hash([String: [UInt8]])
        case sorted([[UInt8]: Int64])
        case list([[UInt8]])
    }

    /// A key that a client watches.
    struct WatchedKey: Hashable {
        var database: Int
        var key: String
    }

    /// Of the database whose command is carried out; between commands the home one.
    var data: [String: Value] {
        get { databases[selected, default: [:]] }
        set { databases[selected] = newValue }
    }
    /// So many there are.
    private static let databaseCount = 16
    private(set) var databases: [Int: [String: Value]] = [:]
    private var selected = 0
    /// Counts the writes of each key: what WATCH compares. They stay where they are when databases are exchanged.
    private var versions: [Int: [String: Int]] = [:]
    private var epoch = 0
    var isAway = false
    /// The words with which writes (and EXEC) are refused.
    var refusal: String?
    var refusesMulti = false
    /// The words with which WATCH is refused.
    var refusesWatch: String?
    /// The words with which TYPE is refused.
    var refusesType: String?
    /// What TIME answers, in milliseconds since 1970.
    var clock: () -> Int64 = { 0 }
    /// What it does when its memory is full.
    var policy = "noeviction"
    /// Commands of which an argument is longer than the server reads.
    var isTooLong: ((_ command: [[UInt8]]) -> Bool)?
    /// What ROLE answers.
    var role = "master"
    /// Called after each EXEC that was carried out, with its commands and which of them failed.
    var executed: ((_ commands: [[[UInt8]]], _ failed: [Int]) -> Void)?
    /// The keys that the transaction being carried out has written.
    private(set) var written: Set<String> = []
    /// What becomes of an entry of a stream on its way here.
    var mislaid: ((_ entry: [UInt8]) -> [UInt8])?
    /// Called with a key that is written bare because MULTI was refused.
    var bared: ((String) -> Void)?
    /// Called with what no lane may ever send: reading or WATCH inside MULTI, writes that no transaction carries.
    var misused: ((String) -> Void)?
    /// Called with the name and the first key of each command that is about to be carried out or queued.
    var beforeCommand: ((_ name: String, _ key: String) -> Void)?
    /// The most keys that one WATCH named.
    var longestWatch = 0

    struct Stamp: Equatable {
        var epoch: Int
        var version: Int
    }

    func stamp(_ key: String) -> Stamp { stamp(WatchedKey(database: selected, key: key)) }

    private func stamp(_ watched: WatchedKey) -> Stamp {
        Stamp(epoch: epoch, version: versions[watched.database]?[watched.key] ?? 0)
    }

    func write(_ key: String, _ value: Value?) {
        databases[selected, default: [:]][key] = value
        written.insert(key)
        versions[selected, default: [:]][key, default: 0] += 1
    }

    /// Fail-over: an older state comes back, and every WATCH is lost.
    func restore(_ snapshot: [Int: [String: Value]]) {
        databases = snapshot
        epoch += 1
    }

    /// As SWAPDB of the home database and another one.
    func swap(with database: Int) { swap(0, database) }

    /// As Redis does it: each WATCH of a key that either side has is lost, also where both hold the same.
    private func swap(_ first: Int, _ second: Int) {
        let contents = databases[first, default: [:]]
        let keys = Set(contents.keys).union(databases[second, default: [:]].keys)
        databases[first] = databases[second, default: [:]]
        databases[second] = contents
        for key in keys {
            versions[first, default: [:]][key, default: 0] += 1
            versions[second, default: [:]][key, default: 0] += 1
        }
    }

    /// Something that happens in another database.
    func within<Result>(_ database: Int, _ body: () -> Result) -> Result {
        let before = selected
        selected = database
        defer { selected = before }
        return body()
    }

    /// Another program's work.
    func spoil(_ key: String, field: String?) {
        if let field, case .hash(var fields)? = data[key] {
            fields[field] = Array("12.5".utf8)
            write(key, .hash(fields))
        } else {
            write(key, .string(Array("mine".utf8)))
        }
    }

    /// As HSET from another connection.
    func setField(_ key: String, _ field: String, _ text: String) {
        var fields: [String: [UInt8]] = [:]
        if case .hash(let found)? = data[key] { fields = found }
        fields[field] = Array(text.utf8)
        write(key, .hash(fields))
    }

    func text(_ key: String) -> [UInt8]? {
        if case .string(let text)? = data[key] { text } else { nil }
    }

    /// Carries out the next whole command of a client; false if there is none.
    func step(_ client: ModelClient) -> Bool {
        guard !client.isClosing, let command = client.nextCommand() else { return false }
        if isTooLong?(command) == true {
            client.outbox += RESP.error("ERR Protocol error: invalid bulk length")
            client.isClosing = true
            return true
        }
        client.outbox += within(client.database) { answer(command, client) }
        return true
    }

    private static let writes: Set = [
        "SET", "MSET", "HSET", "HDEL", "HINCRBY", "ZADD", "ZINCRBY", "ZREM", "DEL", "LPUSH", "LTRIM", "MOVE", "SWAPDB",
        "XADD",
    ]

    private func answer(_ command: [[UInt8]], _ client: ModelClient) -> [UInt8] {
        let name = String(decoding: command[0], as: UTF8.self)
        beforeCommand?(name, command.count > 1 ? String(decoding: command[1], as: UTF8.self) : "")
        switch name {
        case "MULTI":
            client.isBare = refusesMulti
            if refusesMulti { return RESP.error("NOPERM this user has no permissions to run the 'multi' command") }
            client.queue = []
            client.isAborted = false
            return RESP.ok
        case "EXEC":
            client.isBare = false
            return exec(client)
        case "DISCARD":
            client.isBare = false
            guard client.queue != nil else { return RESP.error("ERR DISCARD without MULTI") }
            client.queue = nil
            client.watching.removeAll()
            return RESP.ok
        case "WATCH":
            if client.queue != nil {
                misused?("WATCH inside MULTI")
                return RESP.error("ERR WATCH inside MULTI is not allowed")
            }
            if let refusesWatch { return RESP.error(refusesWatch) }
            longestWatch = max(longestWatch, command.count - 1)
            for key in command.dropFirst() {
                let key = String(decoding: key, as: UTF8.self)
                let watched = WatchedKey(database: client.database, key: key)
                if client.watching[watched] == nil { client.watching[watched] = stamp(watched) }
            }
            return RESP.ok
        default: break
        }
        if let refusal, Self.writes.contains(name) {
            client.isAborted = client.queue != nil
            return RESP.error(refusal)
        }
        if client.queue != nil {
            if !Self.writes.contains(name), name != "SELECT" { misused?("\(name) inside MULTI") }
            if name == "XADD", let mislaid, let entry = command.last {
                client.queue?.append(command.dropLast() + [mislaid(entry)])
            } else {
                client.queue?.append(command)
            }
            return RESP.status("QUEUED")
        }
        if name == "UNWATCH" { client.watching.removeAll() }
        if Self.writes.contains(name), command.count > 1 { wroteOutside(command, client) }
        return carryOut(command, client)
    }

    private func wroteOutside(_ command: [[UInt8]], _ client: ModelClient) {
        let key = String(decoding: command[1], as: UTF8.self)
        if client.isBare {
            bared?(key)
            return
        }
        // What `status` shows, the record of damage and the answers to requests stand outside on purpose.
        if [":about", ":damage", ":requests"].contains(where: { key.hasSuffix($0) }) || key.contains(":answer:") {
            return
        }
        misused?("\(String(decoding: command[0], as: UTF8.self)) \(key) outside of MULTI")
    }

    private func exec(_ client: ModelClient) -> [UInt8] {
        guard let queue = client.queue else { return RESP.error("ERR EXEC without MULTI") }
        let isLost = client.watching.contains { stamp($0.key) != $0.value }
        client.queue = nil
        client.watching.removeAll()
        // As in Redis: an aborted transaction hides that its WATCH was lost as well.
        if client.isAborted { return RESP.error("EXECABORT Transaction discarded because of previous errors.") }
        if isLost { return RESP.null }
        var answers: [[UInt8]] = []
        written = []
        for command in queue { answers.append(carryOut(command, client)) }
        executed?(queue, answers.indices.filter { answers[$0].first == UInt8(ascii: "-") })
        return RESP.array(answers)
    }

    /// What concerns databases as a whole; nil: another command.
    private func carryOutOnDatabases(_ command: [[UInt8]], _ client: ModelClient) -> [UInt8]? {
        guard let initial = command[0].first, "SMD".utf8.contains(initial) else { return nil }
        let words = command.map { String(decoding: $0, as: UTF8.self) }
        func number(_ index: Int) -> Int? {
            Int(words[index]).flatMap { (0..<Self.databaseCount).contains($0) ? $0 : nil }
        }
        switch words[0] {
        case "SELECT":
            guard let number = number(1) else { return RESP.error("ERR DB index is out of range") }
            client.database = number
            selected = number
            return RESP.ok
        case "SWAPDB":
            guard let first = number(1), let second = number(2) else {
                return RESP.error("ERR DB index is out of range")
            }
            if first != second { swap(first, second) }
            return RESP.ok
        case "MOVE":
            guard let target = number(2), target != selected else {
                return RESP.error("ERR source and destination objects are the same")
            }
            guard let value = data[words[1]], databases[target, default: [:]][words[1]] == nil else {
                return RESP.integer(0)
            }
            within(target) { write(words[1], value) }
            write(words[1], nil)
            return RESP.integer(1)
        case "DBSIZE": return RESP.integer(Int64(data.count))
        default: return nil
        }
    }

    private func carryOut(_ command: [[UInt8]], _ client: ModelClient) -> [UInt8] {
        if let answer = carryOutOnDatabases(command, client) { return answer }
        let key = command.count > 1 ? String(decoding: command[1], as: UTF8.self) : ""
        let wrongType = RESP.error("WRONGTYPE Operation against a key holding the wrong kind of value")
        switch String(decoding: command[0], as: UTF8.self) {
        case "UNWATCH": return RESP.ok
        case "ROLE": return RESP.array([RESP.bulk(Array(role.utf8)), RESP.integer(0)])
        case "TIME":
            let now = clock()
            return RESP.array([
                RESP.bulk(Array("\(now / 1_000)".utf8)), RESP.bulk(Array("\(now % 1_000 * 1_000)".utf8)),
            ])
        case "INFO": return RESP.bulk(Array("maxmemory:1000\r\nmaxmemory_policy:\(policy)\r\n".utf8))
        case "GET": return text(key).map { RESP.bulk($0) } ?? RESP.null
        case "MGET":
            return RESP.array(
                command.dropFirst().map { text(String(decoding: $0, as: UTF8.self)).map { RESP.bulk($0) } ?? RESP.null }
            )
        case "SET":
            write(key, .string(command[2]))
            return RESP.ok
        case "MSET":
            for at in stride(from: 1, to: command.count, by: 2) {
                write(String(decoding: command[at], as: UTF8.self), .string(command[at + 1]))
            }
            return RESP.ok
        case "DEL":
            for key in command.dropFirst() { write(String(decoding: key, as: UTF8.self), nil) }
            return RESP.integer(1)
        case "TYPE":
            if let refusesType { return RESP.error(refusesType) }
            switch data[key] {
            case nil: return RESP.status("none")
            case .string?: return RESP.status("string")
            case .hash?: return RESP.status("hash")
            case .sorted?: return RESP.status("zset")
            case .list?: return RESP.status("list")
            }
        case "HGET":
            guard case .hash(let fields)? = data[key] ?? .hash([:]) else { return wrongType }
            return fields[String(decoding: command[2], as: UTF8.self)].map { RESP.bulk($0) } ?? RESP.null
        case "ZRANGE":
            guard case .sorted(let members)? = data[key] ?? .sorted([:]) else { return wrongType }
            var found = members.sorted { $0.value < $1.value }
            if command.count == 8 { found = Self.range(found, command.map { String(decoding: $0, as: UTF8.self) }) }
            return RESP.array(found.map { RESP.bulk($0.key) })
        case "HSTRLEN":
            guard case .hash(let fields)? = data[key] ?? .hash([:]) else { return wrongType }
            return RESP.integer(Int64(fields[String(decoding: command[2], as: UTF8.self)]?.count ?? 0))
        case "HMGET":
            guard case .hash(let fields)? = data[key] ?? .hash([:]) else { return wrongType }
            return RESP.array(
                command.dropFirst(2).map {
                    fields[String(decoding: $0, as: UTF8.self)].map { RESP.bulk($0) } ?? RESP.null
                })
        case "ZCARD":
            guard case .sorted(let members)? = data[key] ?? .sorted([:]) else { return wrongType }
            return RESP.integer(Int64(members.count))
        case "LPUSH":
            guard case .list(let lines)? = data[key] ?? .list([]) else { return wrongType }
            write(key, .list([command[2]] + lines))
            return RESP.integer(Int64(lines.count + 1))
        case "XADD":
            guard case .list(let entries)? = data[key] ?? .list([]) else { return wrongType }
            write(key, .list([command[command.count - 1]] + entries))
            return RESP.bulk(Array("\(entries.count + 1)-0".utf8))
        case "LTRIM":
            guard case .list(let lines)? = data[key] ?? .list([]) else { return wrongType }
            write(key, .list(Array(lines.prefix((Int(String(decoding: command[3], as: UTF8.self)) ?? 0) + 1))))
            return RESP.ok
        case "ZSCORE":
            guard case .sorted(let members)? = data[key] ?? .sorted([:]) else { return wrongType }
            return members[command[2]].map { RESP.bulk(Array("\($0)".utf8)) } ?? RESP.null
        case "HLEN", "HKEYS":
            guard case .hash(let fields)? = data[key] ?? .hash([:]) else { return wrongType }
            if command[0].elementsEqual("HLEN".utf8) { return RESP.integer(Int64(fields.count)) }
            return RESP.array(fields.keys.sorted().map { RESP.bulk(Array($0.utf8)) })
        case "HGETALL":
            guard case .hash(let fields)? = data[key] ?? .hash([:]) else { return wrongType }
            return RESP.array(
                fields.sorted { $0.key < $1.key }.flatMap { [RESP.bulk(Array($0.key.utf8)), RESP.bulk($0.value)] })
        case "HSET", "HDEL", "HINCRBY":
            guard case .hash(let fields)? = data[key] ?? .hash([:]) else { return wrongType }
            return changeHash(key, fields, command)
        case "ZINCRBY":
            guard case .sorted(var members)? = data[key] ?? .sorted([:]) else { return wrongType }
            members[command[3], default: 0] += Int64(String(decoding: command[2], as: UTF8.self)) ?? 0
            write(key, .sorted(members))
            return RESP.bulk(Array("\(members[command[3]] ?? 0)".utf8))
        case "ZADD", "ZREM":
            guard case .sorted(var members)? = data[key] ?? .sorted([:]) else { return wrongType }
            if command.count == 4 {
                members[command[3]] = Int64(String(decoding: command[2], as: UTF8.self))
            } else {
                members[command[2]] = nil
            }
            write(key, members.isEmpty ? nil : .sorted(members))
            return RESP.integer(1)
        case let name: return RESP.error("ERR unknown command '\(name)'")
        }
    }

    /// `ZRANGE key from to BYSCORE LIMIT 0 count`, `(to` without it.
    private static func range(
        _ members: [(key: [UInt8], value: Int64)], _ words: [String]
    ) -> [(key: [UInt8], value: Int64)] {
        let from = Int64(words[2]) ?? 0
        let to = words[3].hasPrefix("(") ? (Int64(words[3].dropFirst()) ?? 0) - 1 : Int64(words[3]) ?? 0
        return Array(members.filter { $0.value >= from && $0.value <= to }.prefix(Int(words[7]) ?? 0))
    }

    private func changeHash(_ key: String, _ fields: [String: [UInt8]], _ command: [[UInt8]]) -> [UInt8] {
        var fields = fields
        var answer: Int64 = 1
        switch command[0].first {
        case UInt8(ascii: "H") where command[0].count == 7:
            let field = String(decoding: command[2], as: UTF8.self)
            let old = fields[field].map { String(decoding: $0, as: UTF8.self) } ?? "0"
            guard let number = Int64(old), let step = Int64(String(decoding: command[3], as: UTF8.self)) else {
                return RESP.error("ERR hash value is not an integer")
            }
            answer = number + step
            fields[field] = Array("\(answer)".utf8)
        case _ where command[0].elementsEqual("HDEL".utf8):
            for field in command.dropFirst(2) { fields[String(decoding: field, as: UTF8.self)] = nil }
        default:
            for index in stride(from: 2, to: command.count - 1, by: 2) {
                fields[String(decoding: command[index], as: UTF8.self)] = command[index + 1]
            }
        }
        write(key, fields.isEmpty ? nil : .hash(fields))
        return RESP.integer(answer)
    }
}
