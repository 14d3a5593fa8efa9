package import Projections

extension TopicPlan {
    /// Why the topic's events cannot have what `path` names; nil if they can.
    package func fault(of path: JSONPath) -> String? {
        switch path.root {
        case .data:
            guard format.encoding == .bytes else { return nil }
            return "\(path) cannot be read in topic \(name), whose `encoding: bytes` takes values as a whole"
        case .op, .source, .before:
            if format.envelope != .debezium {
                return "\(path) needs `envelope: debezium`, which topic \(name) does not have"
            }
            if path.root != .before || format.hasWholeBefore { return nil }
            return
                "\(path) needs `before: full` under topic \(name), and in PostgreSQL `ALTER TABLE … REPLICA IDENTITY "
                + "FULL`: without it Debezium writes null for every column but the key's"
        case .ce:
            if format.envelope == .cloudevents { return nil }
            return "\(path) needs `envelope: cloudevents`, which topic \(name) does not have"
        case .envelope:
            if format.envelope != .none || format.isInConnect || format.data != nil { return nil }
            return "\(path) needs an `envelope` or `data`, and topic \(name) has neither: write "
                + "`$.\(path.members.joined(separator: "."))`"
        case .schema:
            if format.hasSchemas { return nil }
            return "\(path) needs `encoding: avro` or `protobuf`, which topic \(name) does not have"
        }
    }
}
