import Logging
import Records
import Redis
import Synchronization
import System

/// The removal itself, on a thread of its own: of many rows it takes minutes.
final class FormerDropJob: Sendable {
    private let generations: [FormerGeneration]
    private let settings: ProjectionSettings
    private let log: Log
    /// Deletes consumer groups; told apart for tests without Kafka.
    private let delete: @Sendable ([GenerationGroup]) -> [GenerationGroup.Removal]
    private let isStopped = Atomic(false)
    private let hasEnded = Atomic(false)

    init(
        _ generations: [FormerGeneration], _ settings: ProjectionSettings, _ log: Log,
        delete: (@Sendable ([GenerationGroup]) -> [GenerationGroup.Removal])? = nil
    ) {
        self.generations = generations
        self.settings = settings
        self.log = log
        self.delete = delete ?? { [settings] in GenerationGroup.delete($0, settings.kafka) }
    }

    var isDone: Bool { hasEnded.load(ordering: .acquiring) }
    func stop() { isStopped.store(true, ordering: .releasing) }

    func start() throws {
        try DetachedThread.start { [self] in
            run()
            hasEnded.store(true, ordering: .releasing)
        }
    }

    /// One after the other; returns those that it dropped.
    @discardableResult
    func run() -> [FormerGeneration] {
        var dropped: [FormerGeneration] = []
        for generation in generations where !isStopped.load(ordering: .acquiring) {
            do {
                guard let rows = try drop(generation) else { continue }
                dropped.append(generation)
                note(generation, rows)
            } catch {
                log.warning("former generation \(generation.name) was not dropped: \(error)")
            }
        }
        if !dropped.isEmpty { deleteGroups(of: dropped) }
        return dropped
    }

    /// How many rows were removed; nil: another worker drops it, or it is no longer there.
    private func drop(_ generation: FormerGeneration) throws -> Int? {
        var redis = try RedisConnection.open(settings.redis.selecting(generation.database))
        do {
            var driver = try GenerationDriver(
                generation.projection, goal: .nothing, exactly: generation.record.text, &redis)
            try driver.run(&redis, isPaced: true) { [self] in isStopped.load(ordering: .acquiring) }
            return driver.isDone ? driver.removed : nil
        } catch let error as WorkerError where error.code == .refused {
            return nil
        }
    }

    private func note(_ generation: FormerGeneration, _ rows: Int) {
        log.info(
            "dropped the former generation",
            [
                "projection": .text(generation.projection), "generation": .count(generation.record.number),
                "database": .count(generation.database), "rows": .count(rows),
            ])
        let entry = HistoryEntry(
            who: ProcessOwner.name, command: "lantern run (keep-previous)",
            result: "dropped \(generation.name), \(rows) rows")
        do {
            var redis = try RedisConnection.open(settings.redis)
            try entry.write(&redis)
        } catch { log.warning("the history has no line about it: \(error)") }
    }

    private func deleteGroups(of generations: [FormerGeneration]) {
        let groups = generations.map {
            GenerationGroup(prefix: settings.group, projection: $0.projection, of: $0.record)
        }
        for (group, removal) in zip(groups, delete(groups)) {
            guard case .kept(let words) = removal else { continue }
            log.warning("consumer group \(group.name) stays: \(words)")
        }
    }
}
