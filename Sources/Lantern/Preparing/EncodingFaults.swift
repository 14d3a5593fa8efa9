internal import Formats
internal import Projections

/// What is wrong with how a topic in Swift says that its events are written: the same as in a file.
enum EncodingFaults {
    static func encoding(of topic: Topic) -> TopicFormat.Encoding {
        switch topic.encoding {
        case .json: .json
        case .avro: .avro
        case .protobuf: .protobuf(ProtobufTypes())
        case .describedProtobuf(let descriptors, let message, let isFramed):
            .protobuf(ProtobufTypes(descriptors: descriptors, message: message, isFramed: isFramed))
        case .bytes: .bytes
        }
    }

    static func all(of topic: Topic, _ format: TopicFormat) -> [String] {
        var faults: [String] = []
        if topic.hasStableKeys, !format.hasSchemas {
            faults.append("`hasStableKeys` is an option of topics in Avro or Protobuf")
        }
        if case .describedProtobuf(let descriptors, let message, let isFramed) = topic.encoding {
            do throws(SchemaFault) {
                let set = try DescriptorSet(descriptors)
                if let message, !set.messages.contains(message) {
                    faults.append("its descriptors have no message \(message)")
                }
            } catch { faults.append("its descriptors: \(error)") }
            if message == nil, !isFramed {
                faults.append(
                    "its descriptors need `message`, the full name of the values' message, or a frame that names it (`isFramed`)"
                )
            }
            if message != nil, !topic.keyColumns.isEmpty {
                faults.append(
                    "`message` is the message of the values, and a key of columns is another one: set `key`, the key's text, or "
                        + "leave `message` out if a frame names it")
            }
        }
        if topic.encoding == .bytes {
            if !topic.keyColumns.isEmpty {
                faults.append("bytes are not looked into, the record key neither: use `{@key}`")
            }
            if topic.envelope != .none || topic.data != nil {
                faults.append("bytes are taken as a whole: there is no envelope and no `data` in them")
            }
        }
        return faults.map { "topic \(topic.name): \($0)" }
    }
}
