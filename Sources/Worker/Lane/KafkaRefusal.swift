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
            let named = topics.filter { Self.names($0, in: error.message) }
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

    /// Whether the words name the topic, rather than another whose name contains this one.
    private static func names(_ topic: String, in words: String) -> Bool {
        func isOfName(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return words.ranges(of: topic).contains { range in
            let before = words.utf8[..<range.lowerBound].last
            let rest = words.utf8[range.upperBound...].prefix(2)
            if before.map({ isOfName($0) || $0 == UInt8(ascii: ".") }) == true { return false }
            guard let next = rest.first else { return true }
            // A dot may end the sentence.
            if next == UInt8(ascii: ".") { return !(rest.count > 1 && rest.last.map(isOfName) == true) }
            return !isOfName(next)
        }
    }
}
