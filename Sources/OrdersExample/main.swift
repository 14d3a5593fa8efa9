import Foundation
import Lantern

// orders-example --dry-run                         what the projection makes of a few events, without Kafka and Redis
// orders-example BROKERS REDIS-URL [--until-end] [--fresh] [--listen=ADDRESS:PORT]   the same projection as a worker
let arguments = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("--") }
let listen = CommandLine.arguments.first { $0.hasPrefix("--listen=") }?.dropFirst("--listen=".count)
if CommandLine.arguments.contains("--dry-run") || arguments.count != 2 {
    do throws(ProjectionError) {
        try DryRun.run()
    } catch {
        print(error)
        exit(2)
    }
} else {
    exit(
        LanternProgram.run(
            Orders(), kafka: ["bootstrap.servers": arguments[arguments.startIndex]],
            redis: ["url": arguments[arguments.index(after: arguments.startIndex)]],
            gateway: listen.map { ["listen": String($0)] } ?? [:],
            untilEnd: CommandLine.arguments.contains("--until-end"),
            fresh: CommandLine.arguments.contains("--fresh")))
}
