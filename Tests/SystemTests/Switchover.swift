import Foundation
import Oracle
import Records
import RedisServer
import Testing

/// A projection whose definition is changed and changed back again and again, with workers of both definitions alive, and
/// something struck in the middle of it.
final class Switchover {
    /// When it strikes.
    enum Point: CaseIterable {
        case build, drain, swap
    }

    /// What it strikes.
    enum Victim: CaseIterable {
        case command, builder, live, all
    }

    let scenario: Scenario
    private let projection: OracleProjection
    private let paths: (old: String, new: String)
    private var workers: (old: WorkerProcess, new: WorkerProcess)
    private var source: OrderSource
    /// How often each was met: a point, and whether it was on the way there or back.
    private(set) var met: [String: Int] = [:]

    init(_ name: String, redis options: [String] = []) throws {
        scenario = try Scenario(name, partitions: 2, redis: options)
        let keep = #"{"type":"OrderPlaced","orderId":"keep","customerId":"k","total":1.50,"at":"2026-01-01T00:00:00Z"}"#
        try scenario.send(key: Array("keep".utf8), value: Array(keep.utf8))
        source = OrderSource(seed: Stage.seed(), orders: 100)
        try scenario.send(500, from: &source)
        try scenario.flush()
        projection = scenario.changedProjection()
        paths = (try scenario.configure("old"), try scenario.configure("new", as: projection))
        let old = try scenario.run(paths.old)
        try scenario.waitUntilDone(old)
        workers = (old, try scenario.run(paths.new))
    }

    /// Whether the changed definition is live.
    var isChanged: Bool { (try? scenario.reader().command("EXISTS", "order-v2:keep")) == .integer(1) }

    /// A build, a promotion or a way back, struck by `strike`; and afterwards all that was sent is in the live views.
    func round(_ point: Point, _ strike: (WorkerProcess, _ point: Point) throws -> Void) throws {
        let wayBack = isChanged
        if !wayBack {
            let prepare = point == .build ? "--abort" : "--until-caught-up"
            let (text, code) = try scenario.lantern(["rebuild", "--config", paths.new, prepare])
            try #require(code == 0, "rebuild \(prepare): \(text) \(workers.new.log.suffix(2_000))")
        }
        let words =
            wayBack ? ["rollback", "--drain", "1s"] : point == .build ? ["rebuild"] : ["promote", "--drain", "1s"]
        let command = try WorkerProcess(
            words + ["--config", paths.new],
            logPath: scenario.folder.appendingPathComponent("struck-\(UInt32.random(in: 0...(.max))).log").path)
        wait(for: wayBack && point == .build ? .drain : point, command)
        met["\(wayBack ? "rollback" : "\(words[0])"), \(point)", default: 0] += 1
        try strike(command, point)
        command.kill()
        try revive()
        try scenario.send(100, from: &source)
        try scenario.flush()
        try expectWhole("\(words[0]) struck at \(point): \(command.log.suffix(1_000))")
    }

    /// Kills with SIGKILL.
    func kill(_ victim: Victim, _ command: WorkerProcess) {
        switch victim {
        case .command: command.kill()
        case .builder: (isChanged ? workers.old : workers.new).kill()
        case .live: (isChanged ? workers.new : workers.old).kill()
        case .all: for process in [command, workers.old, workers.new] { process.kill() }
        }
    }

    private func wait(for point: Point, _ command: WorkerProcess) {
        guard point != .build else {
            usleep(.random(in: 0...1_500_000))
            return
        }
        let record = KeySpace(projection: projection.name).generation
        _ = eventually(within: 60) {
            guard command.isRunning else { return true }
            guard case .text(let text)? = try? scenario.reader().command("GET", record) else { return false }
            return String(decoding: text, as: UTF8.self).contains("draining")
        }
        if point == .swap { usleep(.random(in: 0...5_000)) }
    }

    private func revive() throws {
        if !workers.old.isRunning { workers.old = try scenario.run(paths.old) }
        if !workers.new.isRunning { workers.new = try scenario.run(paths.new) }
    }

    /// Live has all that was sent, whichever definition that is, and nothing of the other one.
    private func expectWhole(_ words: String) throws {
        let isDone = eventually(within: 120) { scenario.passed() >= scenario.sent }
        try #require(
            isDone,
            "\(scenario.passed()) of \(scenario.sent) events after \(words) \(workers.old.log.suffix(3_000)) \(workers.new.log.suffix(3_000))"
        )
        let differences = try scenario.differences(0, as: isChanged ? projection : scenario.projection)
        try #require(differences == [], "after \(words)")
    }

    /// The workers end well, once the changed definition is live.
    func finish() throws {
        if !isChanged {
            let (text, code) = try scenario.lantern(["rebuild", "--config", paths.new, "--promote", "auto"])
            try #require(code == 0, "\(text)")
        }
        try scenario.send(100, from: &source)
        try scenario.flush()
        try expectWhole("the last promotion")
        #expect(try workers.old.stop() == 0 && workers.new.stop() == 0)
    }
}
