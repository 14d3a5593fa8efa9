import Bytes

/// The words for what is wrong with an event's envelope, its key's columns, or values that only some formats have.
extension FoldProgram {
    func reason(
        _ fault: FoldFault, _ path: String, _ value: String, _ plan: ProjectionPlan, _ event: borrowing Event,
        _ decoded: borrowing DecodedValue
    ) -> String {
        switch fault.code {
        case .notNumberText:
            "\(path) is \(value); a number is needed, or a text that is one"
                + decimalHint(fault.source, plan, event, decoded)
        case .notBinary: "\(path) is \(value); 8 bytes are needed, as `bytes: int64` says"
        case .noData: "the event has no data that `set: all` could take"
        case .inConnect: "the value is in a schema of Kafka Connect" + connectHint(event, plan)
        case .unavailable:
            (fault.source.kind == .nothing ? unavailableMember(event, decoded) : path)
                + " is not in the event: PostgreSQL did not log it again, since it had not changed (TOAST), and here "
                + "it is needed; `ALTER TABLE … REPLICA IDENTITY FULL` makes it part of every event"
        case .noKey: "the record has no key, but the topic declares the key's columns"
        case .unreadableKey:
            "the record key is \(shown(Source(.key), event, decoded)), which is not an object with the declared columns"
        case .otherColumns:
            "the record key is \(shown(Source(.key), event, decoded)); the topic declares as its columns "
                + plan.topics[event.topic].keyColumns.map { plan.paths[$0].description }.joined(separator: ", ")
        case .otherKeySchema:
            "the record key has another schema than the topic's first keys. The schema's id is a part of the key's bytes, so "
                + "a key may have moved to another partition, and its events are no longer in one order there. If the "
                + "producers' partitioner does not look at the id, declare `key-partitioning: stable` under the topic; "
                + "otherwise rebuild from a topic whose keys have one schema"
        case .keyColumn:
            "\(path) is \(value), but in the record key it is "
                + shown(found(decoded.keyColumns[fault.scale]), Source(.nothing), event)
        default: "\(path) is \(value)"
        }
    }

    func connectHint(_ event: borrowing Event, _ plan: ProjectionPlan) -> String {
        guard plan.topics[event.topic].isPlain, isInConnect(event) else { return "" }
        return "; the value is `{schema, payload}`: set value.converter.schemas.enable=false, which makes it about six "
            + "times smaller, or declare `envelope: connect`"
    }

    /// Debezium writes decimals as base64 unless it is told otherwise.
    func decimalHint(
        _ source: Source, _ plan: ProjectionPlan, _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) -> String {
        guard plan.topics[event.topic].format.envelope == .debezium, source.kind == .path else { return "" }
        return switch find(source, event, decoded).kind {
        case .string where source.isText: "; of a decimal, the connector needs decimal.handling.mode=string"
        case .string:
            "; of a decimal, the connector needs decimal.handling.mode=string, and the rule `{ value: "
                + "\(plan.paths[Int(source.path)]), text: true }`"
        default: ""
        }
    }

    static let unitRemedy =
        "set the connector's time.precision.mode=isostring, or say what it counts, `time: { value: PATH, unit: us }` "
        + "(days, s, ms, us or ns)"

    private func unavailableMember(_ event: borrowing Event, _ decoded: borrowing DecodedValue) -> String {
        guard let member = decoded.members.first(where: { $0.value.kind == .unavailable }) else { return "a column" }
        let name = bytes(found(member.name), Source(.nothing), event)
        return "column \"\(Self.shorten(name.readable(upTo: 80)))\""
    }
}
