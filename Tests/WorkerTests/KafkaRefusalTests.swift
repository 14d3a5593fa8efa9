import Configuration
import Kafka
import Testing

@testable import Worker

@Suite struct `What Kafka refuses, in words` {
    private func words(_ message: String) throws -> String {
        let plan = try Configuration.parse(
            text: """
                kafka: { bootstrap.servers: b }
                redis: redis://r
                projections:
                  p:
                    version: 1
                    topics: [t, orders, orders.eu, my-orders]
                    views:
                      v: { counter: "v", events: { "*": { increment: 1 } } }
                """, file: "f", environment: [:]
        ).projections[0]
        let settings = LaneSettings(plan: plan, generationText: [], writer: "w")
        let error = KafkaError(.authorization, name: "TOPIC_AUTHORIZATION_FAILED", message: message)
        return try #require(KafkaRefusal(error, settings)).words
    }

    @Test(arguments: [
        ("orders: not authorized", "on topic orders: "), ("topic orders.eu, partition 1", "on topic orders.eu: "),
        ("my-orders is refused", "on topic my-orders: "), ("it is orders.", "on topic orders: "),
        ("something else", "on topic t, orders, orders.eu, my-orders: "),
    ])
    func `a topic is named by its whole name, not by one that contains it`(message: String, named: String) throws {
        let found = try words(message)
        #expect(found.contains(named), "\(found)")
    }
}
