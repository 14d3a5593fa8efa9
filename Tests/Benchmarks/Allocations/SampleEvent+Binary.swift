import BenchmarkEvents
import Projections

/// The same orders in binary encodings.
extension SampleEvent {
    /// Avro in a registry's frame, in turn with each of so many schemas.
    static func avro(_ count: Int, keys: Int, schemas: Int = 1) -> [SampleEvent] {
        orders(count, keys: keys) { order, index, value in order.writeAvro(schema: 1 + index % schemas, to: &value) }
    }

    static func protobuf(_ count: Int, keys: Int) -> [SampleEvent] {
        orders(count, keys: keys) { order, _, value in order.writeProtobuf(to: &value) }
    }
}

/// Schemas of `SampleEvent.avro`, whatever their ids.
final class OrderSchemas: SchemaSource {
    func schema(_ id: UInt32) -> SchemaAnswer { .found(WriterSchema(.avro, OrderEvent.avroSchema)) }
}
