internal import CRdkafka

/// librdkafka's properties while a client is being made; owns them until `makeClient`.
@safe
struct Properties: ~Copyable {
    private(set) var configuration: OpaquePointer
    private var isOwned = true

    /// The user's properties, in order; throws `configuration` naming the one that is wrong.
    init(_ properties: [(String, String)]) throws(KafkaError) {
        unsafe configuration = rd_kafka_conf_new()
        for (name, value) in properties { try set(name, value) }
    }

    deinit {
        if isOwned { unsafe rd_kafka_conf_destroy(configuration) }
    }

    /// Sets a property; throws `configuration` naming it.
    func set(_ name: String, _ value: String) throws(KafkaError) {
        let (outcome, reason) = attempt(name, value)
        if outcome == RD_KAFKA_CONF_OK { return }
        throw KafkaError(.configuration, message: "Kafka property \(name): \(reason)")
    }

    private func attempt(_ name: String, _ value: String) -> (rd_kafka_conf_res_t, String) {
        var text = [CChar](repeating: 0, count: 512)
        let outcome = unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe rd_kafka_conf_set(configuration, name, value, buffer.baseAddress, buffer.count)
        }
        return (outcome, terminatedText(text))
    }

    /// Makes the client, which takes the properties over; throws `configuration` with librdkafka's reason.
    mutating func makeClient(_ kind: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        var text = [CChar](repeating: 0, count: 512)
        let client = unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe rd_kafka_new(kind, configuration, buffer.baseAddress, buffer.count)
        }
        guard let client = unsafe client else {
            throw KafkaError(.configuration, message: "The Kafka client cannot be created: \(terminatedText(text))")
        }
        isOwned = false
        return unsafe client
    }
}

/// The text before the NUL byte.
private func terminatedText(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Whether this librdkafka loses nothing if the group gives and takes single partitions.
///
/// Before 2.1 a rebalance pauses what stays, and a partition of which records were fetched and none taken continues
/// behind them; so does one of which a call for many records holds some (its CHANGELOG, 2.1.0; rdkafka_partition.c,
/// rd_kafka_toppar_pause_resume: seen on 2.0.2 as records that were never delivered).
public var supportsCooperativeRebalancing: Bool { libraryNumber >= 0x0201_00ff }

/// Refuses what the installed librdkafka cannot do, before it fails with a message that does not help.
func checkSupport(_ properties: [(String, String)]) throws(KafkaError) {
    if let strategy = properties.last(where: { $0.0 == "partition.assignment.strategy" })?.1,
        strategy.contains("cooperative"), !supportsCooperativeRebalancing
    {
        throw KafkaError(
            .unsupported,
            message: "Kafka property partition.assignment.strategy: \(strategy) needs librdkafka 2.1 or later, this is "
                + "\(libraryVersion), which loses records in a cooperative rebalance; leave the property out (range and "
                + "roundrobin lose nothing), or use a newer librdkafka")
    }
    for (name, value) in properties where name == "group.protocol" && value.lowercased() == "consumer" {
        throw KafkaError(
            .unsupported,
            message:
                "Kafka property group.protocol: consumer is not supported: with it the broker moves partitions one by "
                + "one and sets the session time-out, while Lantern sets session.timeout.ms itself and takes all partitions "
                + "of a rebalance together; remove it, or write classic")
    }
    for (name, value) in properties where name == "sasl.mechanism" || name == "sasl.mechanisms" {
        // librdkafka before 2.6.1 sends a nonce that Kafka 4 refuses (its CHANGELOG, 2.6.1).
        guard value.uppercased().hasPrefix("SCRAM"), libraryNumber < 0x0206_01ff else { continue }
        throw KafkaError(
            .unsupported,
            message: "Kafka property \(name): \(value) needs librdkafka 2.6.1 or later, this is \(libraryVersion), "
                + "which cannot log in to Kafka 4; use PLAIN over TLS or client certificates, or a newer librdkafka")
    }
}
