import Configuration
import Formats
import Lantern
import Projections

/// A projection, and events for it.
struct Workload {
    /// Allocations an event that are allowed. Nothing but decoding and folding is to be free of them altogether: a
    /// transaction has a few, which its events share.
    struct Limits {
        var decode = 0.0
        var fold = 0.0
        /// The lane's machine with the answers of a Redis.
        var lane: Double
    }

    var name: String
    var views: String
    var events: [SampleEvent]
    var limits: Limits
    /// Through the Swift form rather than the file.
    var isSwift = false
    /// The topic's options.
    var topic = "{ key: $.orderId }"

    func plan() throws -> ProjectionPlan {
        let text = """
            kafka: { bootstrap.servers: nowhere }
            redis: redis://localhost
            registry: http://localhost
            projections:
              bench:
                version: 1
                topics: { orders: \(topic) }
                type: $.type
                time: $.at
                views:
            \(views)
            """
        let read = try Configuration.parse(text: text, file: "bench", environment: [:])
        guard let plan = read.projections.first else { throw GateError("the file of \(name) has no projection") }
        return plan
    }

    func projector() throws -> any Projector {
        if isSwift { return try SwiftProjector(SwiftOrders()) }
        return makeProjector(try plan(), schemas: OrderSchemas())
    }
}

/// upsert in Swift.
struct SwiftOrders: Projection {
    static let name = "bench", version = 1
    static let topics = [Topic("orders", key: "$.orderId")]

    let status = Field("$.status")
    let total = Field("$.total")
    let customerId = Field("$.customerId")

    let order = HashView("order:{orderId}")

    func project(_ event: borrowing Lantern.Event, into changes: inout Changes) throws(ProjectionError) {
        try order.set("status", to: event[status], in: &changes)
        try order.set("total", to: event[total], in: &changes)
        try order.set("customerId", to: event[customerId], in: &changes)
    }
}
