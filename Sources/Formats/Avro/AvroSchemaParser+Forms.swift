/// Logical types, and those that Kafka Connect and Debezium only name.
extension AvroSchemaParser {
    /// A logical type that does not fit its type is ignored, as the specification says.
    func setForm(of type: inout AvroSchema.TypeOf, _ json: SchemaJSON) {
        let logical = json["logicalType"]?.text ?? ""
        let named = json["connect.name"]?.text ?? ""
        switch type.kind {
        case .int: type.form = Self.intForm(logical, named)
        case .long: type.form = Self.longForm(logical, named)
        case .bytes, .fixed: setFixedForm(of: &type, json, logical, named)
        case .record where named == "io.debezium.data.VariableScaleDecimal":
            let kinds = type.members.map { types[$0.type].kind }
            if kinds == [.int, .bytes] { type.form = .scaledDecimal }
        default: break
        }
    }

    private static func intForm(_ logical: String, _ named: String) -> TextForm {
        switch (logical, named) {
        case ("date", _), (_, "io.debezium.time.Date"), (_, "org.apache.kafka.connect.data.Date"): .date
        case ("time-millis", _), (_, "io.debezium.time.Time"), (_, "org.apache.kafka.connect.data.Time"):
            .timeMilliseconds
        default: .plain
        }
    }

    private static func longForm(_ logical: String, _ named: String) -> TextForm {
        switch (logical, named) {
        case ("time-micros", _), (_, "io.debezium.time.MicroTime"): .timeMicroseconds
        case (_, "io.debezium.time.NanoTime"): .timeNanoseconds
        case ("timestamp-millis", _), (_, "io.debezium.time.Timestamp"),
            (_, "org.apache.kafka.connect.data.Timestamp"):
            .momentMilliseconds
        case ("timestamp-micros", _), (_, "io.debezium.time.MicroTimestamp"): .momentMicroseconds
        case ("timestamp-nanos", _), (_, "io.debezium.time.NanoTimestamp"): .momentNanoseconds
        case ("local-timestamp-millis", _): .localMilliseconds
        case ("local-timestamp-micros", _): .localMicroseconds
        case ("local-timestamp-nanos", _): .localNanoseconds
        default: .plain
        }
    }

    private func setFixedForm(
        of type: inout AvroSchema.TypeOf, _ json: SchemaJSON, _ logical: String, _ named: String
    ) {
        switch logical {
        case "uuid" where type.kind == .fixed && type.size == 16: type.form = .uuid
        case "duration" where type.kind == .fixed && type.size == 12: type.form = .duration
        case "decimal":
            let scale = json["scale"]?.integer ?? 0
            guard let precision = json["precision"]?.integer, precision > 0, scale >= 0, scale <= precision,
                scale <= 10_000
            else { return }
            (type.form, type.scale) = (.decimal, scale)
        case "" where named == "org.apache.kafka.connect.data.Decimal":
            let scale = json["connect.parameters"]?["scale"]?.integer ?? 0
            if scale.magnitude <= 10_000 { (type.form, type.scale) = (.decimal, scale) }
        default: break
        }
    }
}
