import Foundation
import Oracle
import Testing

extension SystemTests {
    /// `lantern explain`: the events behind a row.
    @Suite(.serialized) struct `Explain` {
        private enum After: Decodable, Equatable {
            case fields([String: String])
            case text(String)
            case list([String])
            case nothing

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if container.decodeNil() {
                    self = .nothing
                } else if let text = try? container.decode(String.self) {
                    self = .text(text)
                } else if let list = try? container.decode([String].self) {
                    self = .list(list)
                } else {
                    self = .fields(try container.decode([String: String].self))
                }
            }
        }

        private struct Touch: Decodable {
            let topic: String
            let partition: Int32
            let offset: Int64
            let time: Int64
            let type: String?
            let after: After
        }

        /// A row as Redis has it, in the form of `after`.
        private func row(_ key: String, _ reader: RedisReader) throws -> After {
            func words(_ command: String...) throws -> [String] {
                guard case .array(let values) = try reader.pipeline([command.map { Array($0.utf8) }])[0] else {
                    return []
                }
                return values.compactMap {
                    if case .text(let text) = $0 { String(decoding: text, as: UTF8.self) } else { nil }
                }
            }
            guard case .status(let type) = try reader.command("TYPE", key) else { return .nothing }
            let pairs =
                switch type {
                case "hash": try words("HGETALL", key)
                case "zset": try words("ZRANGE", key, "0", "-1", "WITHSCORES")
                default: [String]()
                }
            var fields: [String: String] = [:]
            for index in stride(from: 0, to: pairs.count - 1, by: 2) { fields[pairs[index]] = pairs[index + 1] }
            return pairs.isEmpty ? .nothing : .fields(fields)
        }

        @Test func `the last event of a row leaves it as it is live, whatever the kind of view`() throws {
            let scenario = try Scenario("explain", partitions: 4)
            var source = OrderSource(seed: Stage.seed(), orders: 100)
            try scenario.send(1_500, from: &source)
            try scenario.flush()
            let path = try scenario.configure()
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            let reader = try scenario.reader()
            guard case .array(let found) = try reader.command("KEYS", "order:*") else { return }
            let keys = found.compactMap {
                if case .text(let text) = $0 { String(decoding: text, as: UTF8.self) } else { nil }
            }
            let rows =
                keys.sorted().prefix(6).map { ("order", $0) } + [("top-customers", "customers:by-revenue")]
                + [("latest-orders", "orders:latest")]
            for (view, key) in rows {
                let result = try scenario.lantern(["explain", "--config", path, "orders", view, key, "--json"])
                let start = try #require(result.text.firstIndex(of: "["), "\(result.text)")
                let touches = try JSONDecoder().decode([Touch].self, from: Data(result.text[start...].utf8))
                #expect(result.code == 0)
                #expect(try touches.last?.after == row(key, reader), "\(view) \(key)")
                for (one, next) in zip(touches, touches.dropFirst()) where one.partition == next.partition {
                    #expect(one.offset < next.offset)
                }
            }
            let last = try scenario.lantern(["explain", "--config", path, "orders", "order", keys[0], "--limit", "1"])
            #expect(last.code == 0 && last.text.split(separator: "\n").count == 2, "\(last.text)")
            let none = try scenario.lantern(["explain", "--config", path, "orders", "order", "order:nobody's"])
            #expect(none.code == 0 && none.text.contains("no event"), "\(none.text)")
        }
    }
}
