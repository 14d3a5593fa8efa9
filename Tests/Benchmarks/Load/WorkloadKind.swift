/// What is in a topic.
enum WorkloadKind: String, CaseIterable {
    /// Orders keyed by orderId, each of KEYS equally often.
    case orders
    /// The same with a Zipf law (s = 1.1).
    case skewed
    /// The same keyed by KEYS customers.
    case counters
    /// Documents of about 1 KB, keyed by orderId.
    case documents
    /// Orders as change events of Debezium.
    case debezium
    /// Orders in Avro, in a registry's frame: with the schema 1.
    case avro
    /// The same with each of a hundred schemas in turn.
    case avro100 = "avro-100"
    /// Orders in Protobuf.
    case protobuf
}
