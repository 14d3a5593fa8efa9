import Bytes
import Records

/// Topics of a projection with the number of their partitions, as the live generation's growth record has them, and the
/// commands that read the projection's vector as long as they are the same: they are encoded once, not for each answer.
struct TopicLayout: Sendable {
    struct Topic: Sendable, Equatable {
        var name: String
        var count: Int
    }

    let topics: [Topic]
    /// Each partition with its topic, in the order of the checkpoints.
    let places: [(topic: String, partition: Int32)]
    /// The generation's record, the counts of partitions, and the checkpoints if any partition is known.
    let vector: EncodedCommands
    /// Whether any partition has parked events; no command if none is known.
    let parking: EncodedCommands

    init(_ keys: KeySpace, topics: [Topic]) {
        self.topics = topics
        places = topics.flatMap { topic in (0..<Int32(topic.count)).map { (topic.name, $0) } }
        var vector = CommandBuffer()
        vector.command("GET", keys.generation)
        vector.begin(2 + topics.count)
        vector.argument("HMGET")
        vector.argument(text: keys.growth)
        for topic in topics { vector.argument(text: topic.name) }
        var parking = CommandBuffer()
        if !places.isEmpty {
            vector.begin(1 + places.count)
            vector.argument("MGET")
            parking.begin(1 + places.count)
            parking.argument("EXISTS")
            for place in places {
                vector.argument(text: keys.checkpoint(place.topic, place.partition))
                parking.argument(text: keys.parkedIndex(place.topic, place.partition))
            }
        }
        self.vector = EncodedCommands(vector)
        self.parking = EncodedCommands(parking)
    }
}
