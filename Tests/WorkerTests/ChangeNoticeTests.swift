import Bytes
import Projections
import Records
import Seeded
import Testing

@testable import Worker

@Suite struct `A transaction that names its rows` {
    private let keys = KeySpace(projection: "p")

    /// The arguments of each command, read without the code under test.
    private func commands(_ buffer: borrowing CommandBuffer) -> [[String]] {
        var rest = String(decoding: buffer.bytes.array, as: UTF8.self).components("\r\n")[...]
        var commands: [[String]] = []
        while let head = rest.popFirst(), head.hasPrefix("*"), let count = Int(head.dropFirst()) {
            var words: [String] = []
            for _ in 0..<count {
                _ = rest.popFirst()
                words.append(rest.popFirst().map { String($0) } ?? "")
            }
            commands.append(words)
        }
        return commands
    }

    @Test func `adds one entry with each row that a command changes, and none of Lantern's own keys`() {
        var buffer = CommandBuffer()
        buffer.command("MULTI")
        buffer.command("HSET", "order:1", "a", "b")
        buffer.command("HDEL", "order:1", "c")
        buffer.command("DEL", "doc:1", "doc:2")
        buffer.command("MSET", "doc:3", "{}", "doc:4", "{}")
        buffer.command("ZADD", "top", "1", "m")
        buffer.command("RPUSH", "lantern:p:parked:t:0", "x")
        var notice = ChangeNotice(keys)
        notice.append(to: &buffer)
        let last = commands(buffer).last ?? []
        #expect(
            last.prefix(4) == ["XADD", keys.changes, "MAXLEN", "~"] && last[5] == "*" && last[6] == "rows", "\(last)")
        let named = ChangeEntry(text: Array((last.last ?? "").utf8))?.keys.map { String(decoding: $0, as: UTF8.self) }
        #expect(named == ["order:1", "doc:1", "doc:2", "doc:3", "doc:4", "top"])
        #expect(buffer.commandCount == 8)
    }

    @Test func `adds nothing where no row changes`() {
        var buffer = CommandBuffer()
        buffer.command("MULTI")
        buffer.command("SET", "lantern:p:checkpoint:t:0", "x")
        var notice = ChangeNotice(keys)
        notice.append(to: &buffer)
        #expect(buffer.commandCount == 2)
    }
}

extension String {
    /// Its pieces between the separators.
    fileprivate func components(_ separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
