package import Projections

/// Decodes the events of a plan's topics, each in the topic's format.
package struct TopicDecoders {
    private let topics: [TopicDecoder]

    init(_ plan: ProjectionPlan, schemas: (any SchemaSource)? = nil) {
        topics = plan.topics.indices.map { Self.make(TopicFields(plan, topic: $0), schemas ?? NoSchemas()) }
    }

    /// For views without rules: whether some of them may copy the members of the data, or the data as a document.
    package init(
        _ plan: ProjectionPlan, copiesMembers: Bool, copiesDocument: Bool, schemas: (any SchemaSource)? = nil
    ) {
        topics = plan.topics.indices.map { topic in
            Self.make(
                TopicFields(plan, topic: topic, copiesMembers: copiesMembers, copiesDocument: copiesDocument),
                schemas ?? NoSchemas())
        }
    }

    /// Fills `decoded`, which was made for the plan's paths; returns what is wrong with the event, or nil.
    package func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault? {
        topics[event.topic].decode(event, into: &decoded)
    }

    private static func make(_ fields: TopicFields, _ schemas: any SchemaSource) -> TopicDecoder {
        switch fields.topic.format.encoding {
        case .avro:
            return make(
                fields, schemas, key: { AvroFieldReader($0, schemas: schemas) },
                value: { AvroFieldReader($0, schemas: schemas) }
            )
        case .json: return make(fields, schemas, key: { JSONValueDecoder($0) }, value: { JSONValueDecoder($0) })
        case .protobuf(let options):
            let types = ProtobufFieldReader.Types(options, schemas)
            return make(
                fields, schemas, key: { ProtobufFieldReader($0, types) }, value: { ProtobufFieldReader($0, types) })
        case .bytes: return make(fields, schemas, key: { JSONValueDecoder($0) }, value: { _ in WholeValueReader() })
        }
    }

    /// `key` and `value` make the readers of the topic's encoding. (Inlined for the sake of `TopicDecoder.init`.)
    @inline(__always)
    private static func make<Key: FieldReader & ~Copyable, Value: FieldReader & ~Copyable>(
        _ fields: TopicFields, _ schemas: any SchemaSource, key: (FieldRequest) -> Key,
        value: (FieldRequest) -> Value
    ) -> TopicDecoder {
        let columns = KeyColumns(fields, reader: key(fields.keyRequest), schemas: schemas)
        switch fields.topic.format.envelope {
        case .none: return TopicDecoder(PlainDecoder(fields, key: columns, value: value))
        case .debezium: return TopicDecoder(DebeziumDecoder(fields, key: columns, value: value))
        case .cloudevents: return TopicDecoder(CloudEventDecoder(fields, key: columns, value: value))
        }
    }
}
