import Bytes
import Projections
import Records
import Redis
import Registry

/// One parked event with all that is known of it.
struct ShownEvent: Encodable {
    struct Header: Encodable {
        let name: String
        /// nil for one without a value, which is not an empty one.
        let value: String?

        private enum CodingKeys: String, CodingKey { case name, value }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(value, forKey: .value)
        }
    }

    let event: ParkedEvent
    let timestamp: Int64
    let headers: [Header]
    let value: String?
    /// How many bytes the value has, if it was too large to be kept.
    let leftOutBytes: Int?
    /// What it would do now; nil if its value was not kept.
    let now: EventPreview?

    /// nil if no such event is parked.
    init?(
        _ plan: ProjectionPlan, _ place: ParkedPlace, limits: Limits, _ redis: inout RedisConnection
    ) throws {
        guard let reader = try ParkedReader(plan, &redis),
            let record = try reader.record(place.topic, place.partition, place.offset, &redis)
        else { return nil }
        event = ParkedEvent(
            projection: plan.name, topic: place.topic, partition: place.partition, offset: place.offset,
            key: record.key.map { readableText($0) }, view: record.view, reason: record.reason)
        timestamp = record.timestamp
        headers = record.headers.map {
            Header(name: readableText($0.name), value: $0.value.map { readableText($0) })
        }
        value = record.value.map { readableText($0) }
        leftOutBytes = record.leftOutBytes
        guard record.leftOutBytes == nil else {
            now = nil
            return
        }
        let schemas =
            plan.topics.contains(where: \.format.needsRegistry)
            ? try KnownSchemas(KeySpace(projection: plan.name), &redis) : nil
        now = EventPreview(
            record, topic: place.topic, partition: place.partition, plan, limits: limits, schemas: schemas)
    }
}
