internal import CRdkafka

/// Whether librdkafka takes a property, without making a client.
public enum PropertyCheck {
    /// Why it does not; nil where it does.
    public static func fault(of name: String, _ value: String) -> KafkaError? {
        do throws(KafkaError) {
            _ = try Properties([(name, value)])
            try checkSupport([(name, value)])
            return nil
        } catch {
            return error
        }
    }

    /// The names that the installed librdkafka knows and that have a value by default: for suggestions.
    public static var knownNames: [String] {
        let configuration = unsafe rd_kafka_conf_new()
        defer { unsafe rd_kafka_conf_destroy(configuration) }
        var count = 0
        guard let texts = unsafe rd_kafka_conf_dump(configuration, &count) else { return [] }
        defer { unsafe rd_kafka_conf_dump_free(texts, count) }
        return stride(from: 0, to: count, by: 2).compactMap { index in
            unsafe texts[index].map { unsafe String(cString: $0) }
        }
    }
}
