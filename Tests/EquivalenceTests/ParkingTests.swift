import Oracle
import Testing

/// Projections.md, "Parking", in the oracle.
@Suite struct ParkingTests {
    private static func projection(ordered: Bool, onError: OracleProjection.OnError, unknown: OracleProjection.Unknown)
        -> OracleProjection
    {
        let action: OracleAction =
            ordered
            ? .hash(set: [OracleField("n", .path("n"))], unset: [], increment: [])
            : .hash(set: [], unset: [], increment: [OracleIncrement("n", OracleNumber(.path("n")))])
        let key = OracleTemplate([.literal("v:")] + (ordered ? [.placeholder(.key)] : [.literal("all")]))
        return OracleProjection(
            name: "p", topics: [.init("t")], type: .path("type"), unknown: unknown, onError: onError,
            views: [
                OracleView(
                    name: "v", kind: .hash, key: key, events: [OracleEventRules(.named("A"), [OracleRule(action)])])
            ])
    }

    /// Key, partition and value of each.
    private static let records: [(key: String?, partition: Int, value: String?)] = [
        ("a", 0, #"{"type":"A","n":1}"#), ("a", 0, #"{"type":"A"}"#), ("a", 0, #"{"type":"A","n":3}"#),
        ("b", 0, #"{"type":"A","n":4}"#), ("a", 0, nil), ("a", 1, #"{"type":"A","n":6}"#), (nil, 0, "x"), (nil, 0, "x"),
        ("a", 0, #"{"type":"Other"}"#), ("b", 0, #"{"type":"Other"}"#), ("b", 0, #"{"type":"A","n":11}"#),
    ]

    private static let events: [OracleEvent] = records.enumerated().map { offset, record in
        OracleEvent(
            topic: "t", partition: record.partition, offset: offset, timestamp: 0,
            key: record.key.map { Array($0.utf8) },
            value: record.value.map { Array($0.utf8) })
    }

    private static func folded(_ projection: OracleProjection) -> OracleFold {
        var fold = OracleFold(projection)
        for event in events { _ = fold.take(event) }
        return fold
    }

    @Test func `later events of a parked key queue behind it, other keys and partitions flow`() {
        let fold = Self.folded(Self.projection(ordered: true, onError: .park, unknown: .ignore))
        #expect(fold.parked.map(\.offset) == [1, 2, 4, 6, 7, 8])
        #expect(fold.text("v:a") == "hash 'n': '6'")
        #expect(fold.text("v:b") == "hash 'n': '11'")
    }

    @Test func `where no view depends on order each bad event parks alone`() {
        let fold = Self.folded(Self.projection(ordered: false, onError: .park, unknown: .ignore))
        #expect(fold.parked.map(\.offset) == [1, 6, 7])
        #expect(fold.text("v:all") == "hash 'n': '25'")
    }

    @Test func `skip passes over bad events, and unknown types may park all the same`() {
        let fold = Self.folded(Self.projection(ordered: true, onError: .skip, unknown: .park))
        #expect(fold.skipped.map(\.offset) == [1, 6, 7])
        #expect(fold.parked.map(\.offset) == [8, 9, 10])
    }

    @Test func `halt stops the partition, not the others`() {
        let fold = Self.folded(Self.projection(ordered: true, onError: .halt, unknown: .ignore))
        #expect(fold.halted == [OraclePlace(topic: "t", partition: 0, offset: 1)])
        #expect(fold.text("v:a") == "hash 'n': '6'")
        #expect(fold.text("v:b") == nil)
    }

    @Test func `an unknown type halts where that is asked for, whatever bad events do`() {
        let fold = Self.folded(Self.projection(ordered: false, onError: .park, unknown: .halt))
        #expect(fold.halted.map(\.offset) == [8])
        #expect(fold.parked.map(\.offset) == [1, 6, 7])
    }
}
