import Foundation
import Lantern

// orders-example --dry-run                         what the projection makes of a few events, without Kafka and Redis
// orders-example BROKERS REDIS-URL [--until-end] [--fresh]   the same projection as a worker
let arguments = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("--") }
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
            untilEnd: CommandLine.arguments.contains("--until-end"),
            fresh: CommandLine.arguments.contains("--fresh")))
}
