import Kafka
import Projections

/// Something that Kafka refuses until an operator acts: what, to whom, and what to do.
struct KafkaRefusal {
    let words: String

    /// nil for an error that may pass by itself.
    init?(_ error: KafkaError, _ settings: LaneSettings) {
        let user = settings.kafkaUser.map { "user \($0)" } ?? "this worker's user"
        let topics = settings.plan.topics.map(\.name)
        let remedy: String
        switch error.name {
        case "TOPIC_AUTHORIZATION_FAILED":
            let named = topics.filter { error.message.contains($0) }
            remedy =
                "\(user) lacks the right READ on topic \((named.isEmpty ? topics : named).joined(separator: ", ")): grant it "
                + "(`kafka-acls --add --operation Read --topic …`)"
        case "GROUP_AUTHORIZATION_FAILED":
            remedy =
                "\(user) lacks the right READ on consumer group \(settings.group): grant it (`kafka-acls --add --operation "
                + "Read --group …`; each generation has another group, so grant it on the prefix)"
        case "CLUSTER_AUTHORIZATION_FAILED": remedy = "\(user) lacks a right on the cluster: grant it"
        case "INVALID_SESSION_TIMEOUT":
            remedy =
                "the broker does not accept this session.timeout.ms for group \(settings.group): set it under `kafka:` within the "
                + "broker's group.min.session.timeout.ms and group.max.session.timeout.ms"
        case "INCONSISTENT_GROUP_PROTOCOL":
            remedy =
                "other members of group \(settings.group) use other assignors: give all workers the same "
                + "partition.assignment.strategy, or stop the others first"
        case "INVALID_GROUP_ID":
            remedy = "the broker does not accept the group's name \(settings.group): set another `worker: { group: … }`"
        default: return nil
        }
        words = "\(remedy). Kafka's message: \(error)"
    }
}
