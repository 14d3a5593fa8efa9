internal import CRdkafka

/// Whether librdkafka takes a property, without making a client.
public enum PropertyCheck {
    /// Why it does not; nil if it does.
    public static func fault(of name: String, _ value: String) -> KafkaError? {
        do throws(KafkaError) {
            try checkSupport([(name, value)])
            _ = try Properties([(name, value)])
            return nil
        } catch {
            return error
        }
    }

    /// Why a consumer cannot be made with all of them together (a wrong assignor, sizes that do not fit each other);
    /// nil if it can. Connects to nothing and reads no certificate.
    public static func fault(of properties: [(String, String)]) -> KafkaError? {
        func has(_ names: String...) -> Bool { properties.contains { names.contains($0.0) } }
        let security = properties.last { $0.0 == "security.protocol" }?.1.uppercased() ?? ""
        if security.hasPrefix("SASL"), !has("sasl.mechanism", "sasl.mechanisms") {
            return KafkaError(
                .configuration,
                message:
                    "Kafka property security.protocol: \(security) without sasl.mechanism: librdkafka would use Kerberos "
                    + "(GSSAPI) and run kinit. Name the mechanism: PLAIN, SCRAM-SHA-512, OAUTHBEARER, or GSSAPI")
        }
        let outside = ["bootstrap.servers", "metadata.broker.list", "security.protocol", "plugin.library.paths"]
        let own = properties.filter {
            !outside.contains($0.0) && !$0.0.hasPrefix("ssl.") && !$0.0.hasPrefix("sasl.")
                && !$0.0.hasPrefix("enable.ssl")
        }
        do throws(KafkaError) {
            var made = try Properties.consumer(own, groupID: "lantern", instanceID: nil, clientID: "lantern")
            try made.set("log_level", "0")
            let client = unsafe try made.makeClient(RD_KAFKA_CONSUMER)
            unsafe rd_kafka_destroy(client)
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
