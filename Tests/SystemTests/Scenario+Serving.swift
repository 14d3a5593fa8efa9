import Foundation
import Oracle
import Records
import RedisServer
import Testing
import WebClient

/// A gateway apart from the workers, and orders one by one.
extension Scenario {
    /// Starts `lantern serve`; returns it with its port once it listens.
    func serve(_ configuration: String) throws -> (process: WorkerProcess, port: UInt16) {
        let gateway = try WorkerProcess(
            ["serve", "--config", configuration], logPath: folder.appendingPathComponent("serve.log").path)
        try #require(gateway.waitForLog("the gateway listens"), "\(gateway.log)")
        let match = try #require(gateway.log.firstMatch(of: #/http://127\.0\.0\.1:(\d+)//#), "\(gateway.log)")
        return (gateway, try #require(UInt16(match.1)))
    }

    /// The configuration with `changes: true`.
    func configureTold(_ name: String = "lantern", more: [String]) throws -> String {
        let path = try configure(name, more: more)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacing("    version: 1\n", with: "    version: 1\n    changes: true\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Puts the checkpoint of the first partition elsewhere, as a Redis that comes back from before does.
    func setCheckpoint(_ next: Int64) throws {
        let checkpoint = Checkpoint(next: next, confirmed: next, writer: "w")
        let key = KeySpace(projection: projection.name).checkpoint(topic, 0)
        _ = try redis.cli(["SET", key, String(decoding: checkpoint.text, as: UTF8.self)])
    }

    /// Sends an event of an order, in Kafka when it returns.
    @discardableResult
    func sendOrder(_ type: String, _ order: String, _ customer: String, _ total: String) throws -> OracleEvent {
        let value =
            #"{"type":"\#(type)","orderId":"\#(order)","customerId":"\#(customer)","total":\#(total),"at":"2026-01-01T00:00:00Z"}"#
        let event = try send(key: Array(order.utf8), value: Array(value.utf8)).event
        try flush()
        return event
    }
}
