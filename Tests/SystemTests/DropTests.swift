import Foundation
import Oracle
import Projections
import Records
import Testing

extension SystemTests {
    @Suite(.serialized) struct `Dropping a projection` {
        @Test func `what the file no longer has is dropped, what it has is not, and status tells what is broken`()
            throws
        {
            let scenario = try Scenario("drop", partitions: 1)
            var source = OrderSource(seed: Stage.seed(), orders: 20)
            try scenario.send(100, from: &source)
            try scenario.flush()
            let path = try scenario.configure()
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            let refused = try scenario.lantern(["drop", "--config", path, "orders", "--yes"])
            #expect(refused.code == 2 && refused.text.contains("is in"), "\(refused.text)")

            let renamed = scenario.folder.appendingPathComponent("renamed.yaml").path
            try String(contentsOfFile: path, encoding: .utf8).replacing("  orders:\n", with: "  renamed:\n")
                .write(toFile: renamed, atomically: true, encoding: .utf8)
            let unknown = try scenario.lantern(["drop", "--config", renamed, "nothing", "--yes"])
            #expect(unknown.code == 2 && unknown.text.contains("it has orders"), "\(unknown.text)")
            let unasked = try scenario.lantern(["drop", "--config", renamed, "orders"])
            #expect(unasked.code == 2 && unasked.text.contains("--yes"), "\(unasked.text)")
            #expect(try scenario.lantern(["status", "--config", path]).code == 0)

            let keys = KeySpace(projection: "orders")
            _ = try scenario.reader().command("DEL", keys.generation)
            let broken = try scenario.lantern(["status", "--config", path])
            #expect(broken.code == 3 && broken.text.contains("\(keys.generation) is missing"), "\(broken.text)")

            let dropped = try scenario.lantern(["drop", "--config", renamed, "orders", "--yes"])
            #expect(dropped.code == 0 && dropped.text.contains("orders: dropped"), "\(dropped.text)")
            // Nothing but the history is left.
            #expect(try scenario.reader().command("DBSIZE") == .integer(1))
            #expect(try scenario.reader().command("LLEN", KeySpace.history) == .integer(1))
        }
    }
}
