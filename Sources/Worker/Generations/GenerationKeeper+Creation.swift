import Bytes
import Projections
import Records
import Redis
import System

extension GenerationKeeper {
    func newRecord(number: Int) -> GenerationRecord {
        GenerationRecord(number: number, identifier: GenerationRecord.drawIdentifier(), fingerprint: fingerprint)
    }

    /// All that a generation begins with; the caller sends it in one transaction.
    func appendCreation(
        of record: GenerationRecord, inheriting inheritance: Inheritance = Inheritance(),
        to commands: inout CommandBuffer
    ) {
        commands.command("SET", keys.generation, record.text)
        for view in plan.views {
            let claim = Claim(projection: plan.name, view: view)
            commands.command("HSET", KeySpace.claims, claim.field, claim.value)
        }
        for (index, topic) in facts.topics.enumerated() {
            let growth = inheritance.growth(of: topic, facts.topicIDs[topic.name])
            let fields = growth?.inherited(topic.name) ?? [(topic.name, "\(topic.partitions.count)")]
            for (field, value) in fields { commands.command("HSET", keys.growth, field, value) }
            // Partitions of a growth wait until the older ones have passed it, as they did in the generation before.
            let count = growth?.first(topic.name).map { Int($0) } ?? topic.partitions.count
            for (partition, marks) in topic.partitions.prefix(count).enumerated() {
                let start = plan.topics[index].isCompacted || allowsPartial ? marks.low : 0
                if start > 0, !plan.topics[index].isCompacted {
                    commands.command("HSET", keys.about, About.start(topic.name, Int32(partition)), "\(start)")
                }
                commands.begin(3)
                commands.argument("SET")
                commands.argument(text: keys.checkpoint(topic.name, Int32(partition)))
                commands.argument(Checkpoint(next: start, confirmed: start, writer: "creation").text)
            }
        }
        appendAbout(isPartial: allowsPartial ? "yes" : "no", to: &commands)
        inheritance.appendLedger(keys, to: &commands)
    }

    func appendAbout(isPartial: String, to commands: inout CommandBuffer) {
        commands.command("HSET", keys.about, About.version, "\(plan.version)", About.partial, isPartial)
        if let cluster = facts.clusterID { commands.command("HSET", keys.about, About.cluster, cluster) }
        for (topic, identifier) in facts.topicIDs {
            commands.command("HSET", keys.about, About.topicID(topic), identifier)
        }
        if let definition { commands.command("HSET", keys.about, About.definition, definition) }
        commands.command("HSET", keys.about, About.builtAt, "\(Clock.wallMilliseconds())")
        if let builtBy { commands.command("HSET", keys.about, About.builtBy, builtBy) }
    }
}
