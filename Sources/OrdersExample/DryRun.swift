import Lantern

/// Shows what the projection makes of a few events, without Kafka and Redis.
enum DryRun {
    static let events = [
        event("o-1", #""type":"OrderPlaced","customerId":"ada","total":12.34"#, second: 0),
        event("o-2", #""type":"OrderPlaced","customerId":"bob","total":5,"note":"gift""#, second: 20),
        event("o-1", #""type":"OrderPaid","customerId":"ada","total":12.34"#, second: 40),
        event("o-2", #""type":"OrderPaid","customerId":"bob","total":5"#, second: 65),
        event("o-3", #""type":"OrderPlaced","customerId":"ada","total":"free""#, second: 70),
        event("o-3", #""type":"OrderPaid","customerId":"ada","total":"free""#, second: 75),
        event("o-2", #""type":"OrderDeleted","customerId":"bob""#, second: 80),
    ]

    private static func event(_ order: String, _ members: String, second: Int64) -> TestEvent {
        TestEvent(key: order, #"{"orderId":"\#(order)","at":\#(1_767_225_600 + second),\#(members)}"#)
    }

    static func run() throws(ProjectionError) {
        let test = try ProjectionTest(Orders())
        test.given(events)
        for key in test.keys {
            let scores = test.scores(key).sorted { $0.value > $1.value }
            let fields = test.hash(key).sorted { $0.key < $1.key }
            let row = scores.map { "\($0.key)=\($0.value)" } + fields.map { "\($0.key)=\($0.value)" }
            print(key, row.joined(separator: " "))
        }
        for parked in test.parked { print("parked:", parked.event.key ?? "-", parked.view ?? "-", parked.reason) }
    }
}
