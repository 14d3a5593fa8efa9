import Foundation
import Lantern

// The workload upsert through the Swift form, for scripts/bench: BenchmarkOrders BROKERS REDIS-URL TOPIC LANES

struct BenchmarkOrders: Projection {
    static let name = "bench", version = 1
    // The topic's name is the program's to choose: the same one as for the other contenders.
    static let topics = [Topic(CommandLine.arguments.count > 3 ? CommandLine.arguments[3] : "orders", key: "$.orderId")]

    let status = Field("$.status")
    let total = Field("$.total")
    let customerId = Field("$.customerId")

    let order = HashView("order:{orderId}")

    func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {
        try order.set("status", to: event[status], in: &changes)
        try order.set("total", to: event[total], in: &changes)
        try order.set("customerId", to: event[customerId], in: &changes)
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 5 else {
    FileHandle.standardError.write(Data("usage: BenchmarkOrders BROKERS REDIS-URL TOPIC LANES\n".utf8))
    exit(2)
}
exit(
    LanternProgram.run(
        BenchmarkOrders(), kafka: ["bootstrap.servers": arguments[1]], redis: ["url": arguments[2]],
        worker: ["lanes": arguments[4]],
        untilEnd: true))
