import Configuration
import Projections
import Records
import System
import Worker

/// The consumer groups of generations that a command has dropped.
enum DroppedGroups {
    /// Deletes them as well as it can; what Kafka refuses is said on stderr. Returns what became of each.
    @discardableResult
    static func delete(
        _ generations: [(projection: String, record: GenerationRecord)], _ configuration: Configuration
    ) -> [GenerationGroup.Removal] {
        let groups = generations.map {
            GenerationGroup(prefix: configuration.worker.group, projection: $0.projection, of: $0.record)
        }
        let removals = GenerationGroup.delete(groups, configuration.kafka.map { ($0.name, $0.value) })
        for (group, removal) in zip(groups, removals) {
            guard case .kept(let words) = removal else { continue }
            Console.messages.write(
                "consumer group \(group.name) stays in Kafka: \(words). It does no harm: Kafka removes it after it has been empty for `offsets.retention.minutes`.\n"
            )
        }
        return removals
    }
}
