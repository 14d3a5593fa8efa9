import Oracle
import Seeded

/// A projection that counts every event twice, in one counter and in a hash of its key: an event that is lost or taken
/// twice cannot hide.
enum Tally {
    static let counter = "tally:all"
    static let rows = "tally:row:"

    static let projection = OracleProjection(
        name: "tally", topics: [.init("tally")],
        views: [
            OracleView(
                name: "all", kind: .counter, key: OracleTemplate([.literal(counter)]),
                events: [OracleEventRules(.any, [OracleRule(.increment(OracleNumber(.plain("1"))))])]),
            OracleView(
                name: "row", kind: .hash, key: OracleTemplate([.literal(rows), .placeholder(.key)]),
                events: [
                    OracleEventRules(
                        .any,
                        [
                            OracleRule(
                                .hash(
                                    set: [OracleField("last", .path("n"))], unset: [],
                                    increment: [OracleIncrement("count", OracleNumber(.plain("1")))]))
                        ])
                ]),
        ])
}

extension Scenario {
    /// Sends `count` events of keys that fall into all partitions.
    func sendTally(_ count: Int, keys: Int = 400) throws {
        for _ in 0..<count {
            let number = Int(sent)
            try send(key: Array("k-\(number % keys)".utf8), value: Array("{\"n\":\(number)}".utf8))
        }
    }

    /// The events that the counter has.
    func counted() throws -> Int {
        guard case .text(let text) = try reader().command("GET", Tally.counter) else { return 0 }
        return Int(String(decoding: text, as: UTF8.self)) ?? 0
    }
}
