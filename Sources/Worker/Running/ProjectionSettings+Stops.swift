import Kafka
import Projections
public import Records

extension ProjectionSettings {
    /// Where a build as of that time stops: at each partition's first record that is from then or later.
    ///
    /// `milliseconds` since 1970, compared with the records' own timestamps. Throws `KafkaError`.
    public func stops(before milliseconds: Int64) throws -> StopOffsets {
        let timeout = 10_000
        var admin = try Admin(properties: kafka, clientID: "lantern-\(plan.name)-until")
        var stops = StopOffsets()
        let names = plan.topics.map(\.name)
        for (topic, count) in zip(names, try admin.partitionCounts(of: names, timeoutMilliseconds: timeout)) {
            let partitions = (0..<count).map { Int32($0) }
            let found = try admin.offsets(
                topic: topic, partitions: partitions, since: milliseconds, timeoutMilliseconds: timeout)
            let ranges = try admin.ranges(topic: topic, partitions: partitions, timeoutMilliseconds: timeout)
            for (partition, offset) in zip(partitions, found) {
                // All there is now is from before: what comes later is not.
                stops[topic, partition] = offset ?? ranges[Int(partition)].end
            }
        }
        return stops
    }
}
