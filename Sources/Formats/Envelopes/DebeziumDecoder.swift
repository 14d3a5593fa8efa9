import Bytes
import Projections

/// Of one of the plan's paths its fields; −1: none.
struct ChangePlace {
    /// In a row that is there: in `after`.
    var row: Int32 = -1
    /// In a deleted row that is there whole: in `before`.
    var before: Int32 = -1
    /// Outside of the row.
    var other: Int32 = -1
    /// It is the name of the value's schema.
    var isSchemaName = false
}

/// Change events of Debezium: the row in `after`, the row as it was in `before`, what happened in `op`.
struct DebeziumDecoder<Key: FieldReader & ~Copyable, Value: FieldReader & ~Copyable>: EnvelopeDecoder, ~Copyable {
    private let places: [ChangePlace]
    private let operationField: Int
    private let isCompacted: Bool
    private let format: TopicFormat
    private var key: KeyColumns<Key>
    private var reader: Value
    /// A header may name the value's schema.
    private let isFramed: Bool
    private let schemaHeader = SchemaHeader.ofValues
    private var fields: DecodedValue
    private var schema: ConnectSchema
    /// What is read of a value, for messages.
    private let names: [[String]]

    init(_ topic: TopicFields, key: consuming KeyColumns<Key>, value: (FieldRequest) -> Value) {
        format = topic.topic.format
        let top = format.isInConnect ? ["payload"] : []
        var table = FieldTable()
        var places: [ChangePlace] = []
        for path in topic.paths {
            var place = ChangePlace()
            switch path.root {
            case .data:
                place.row = table.place(of: top + ["after"] + path.members)
                if format.hasWholeBefore { place.before = table.place(of: top + ["before"] + path.members) }
            case .before: place.other = table.place(of: top + ["before"] + path.members)
            case .source: place.other = table.place(of: top + ["source"] + path.members)
            case .op: place.other = table.place(of: top + ["op"])
            case .envelope: place.other = table.place(of: top + path.members)
            case .schema: place.isSchemaName = true
            case .ce: break
            }
            places.append(place)
        }
        operationField = Int(table.place(of: top + ["op"]))
        schema = ConnectSchema(topic, field: format.isInConnect ? Int(table.place(of: ["schema"])) : -1)
        self.places = places
        isCompacted = topic.topic.isCompacted
        self.key = key
        isFramed = topic.topic.format.isFramed
        reader = value(
            FieldRequest(
                paths: table.paths, membersOf: topic.copiesMembers ? top + ["after"] : nil,
                copiesWhole: topic.copiesDocument, wantsSchemaName: topic.wantsSchemaName))
        fields = DecodedValue(pathCount: table.paths.count)
        names = table.paths
    }

    mutating func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault? {
        decoded.begin(isCopiedAsItCame: false)
        key.read(event, into: &decoded)
        guard let value = event.value else {
            key.fillTombstone(event, &decoded)
            return nil
        }
        if isFramed { reader.expect(event.header(named: schemaHeader.span)) }
        if let fault = reader.read(value, at: .value, into: &fields, behind: &decoded) {
            return fault.ofField(names, places.flatMap { [$0.row, $0.other] }, placesPerPath: 2)
        }
        guard fields.found[operationField].kind == .string else { return otherEnvelope(value) }
        let operation = DebeziumOperation(fields.found[operationField], event, decoded.converted)
        if operation == .truncate, !format.ignoresTruncate { return .truncated }
        if operation == nil || operation == .truncate {
            decoded.keyFault = nil
            decoded.keyColumns.removeAll(keepingCapacity: true)
        }
        if let column = schema.decimal(in: fields, value) { return .preciseDecimal(column: column) }
        fill(operation, event, &decoded)
        guard let operation, operation.hasRow else { return nil }
        decoded.keepsUnavailable = operation == .update && !isCompacted
        decoded.takeMembers(of: &fields)
        return check(event, &decoded)
    }

    private func otherEnvelope(_ value: Span<UInt8>) -> DecodeFault {
        if Connect.isAround(value) {
            return .otherEnvelope(.debezium, format.isInConnect ? .noOperation : .connectSchema)
        }
        return format.isInConnect ? .otherEnvelope(.connect, .noPayload) : .otherEnvelope(.debezium, .noOperation)
    }

    private func fill(_ operation: DebeziumOperation?, _ event: borrowing Event, _ decoded: inout DecodedValue) {
        var isInValue = true
        for path in places.indices {
            let place = places[path]
            var slot = FoundValue()
            if place.other >= 0 {
                slot = fields.found[Int(place.other)]
            } else if operation == .delete {
                slot = place.before >= 0 ? fields.found[Int(place.before)] : key.column(path, event, decoded)
            } else if operation?.hasRow == true, place.row >= 0 {
                slot = fields.found[Int(place.row)]
            }
            if place.isSchemaName { slot = fields.schemaName }
            if slot.place != .value { isInValue = false }
            decoded.found[path] = slot
        }
        decoded.isInValue = isInValue
    }

    /// Marks what the event does not have; a fault is a decimal that cannot be read.
    private func check(_ event: borrowing Event, _ decoded: inout DecodedValue) -> DecodeFault? {
        for path in places.indices {
            let slot = decoded.found[path]
            if Unavailable.isOne(slot, event, decoded.converted) { decoded.found[path].kind = .unavailable }
            if PreciseDecimal.isOne(slot, event, decoded.converted) { return .preciseDecimal(column: nil) }
        }
        for index in decoded.members.indices {
            let slot = decoded.members[index].value
            if Unavailable.isOne(slot, event, decoded.converted) {
                decoded.members[index].value.kind = .unavailable
                decoded.lacksMembers = true
            }
            if PreciseDecimal.isOne(slot, event, decoded.converted) { return .preciseDecimal(column: nil) }
        }
        return nil
    }
}

extension DebeziumOperation {
    /// What a field of one letter says; nil for operations that concern no row.
    init?(_ slot: FoundValue, _ event: borrowing Event, _ converted: borrowing ByteBuffer) {
        guard slot.count == 1 else { return nil }
        switch slot.place {
        case .value:
            guard let value = event.value else { return nil }
            self.init(rawValue: value[Int(slot.start)])
        case .converted: self.init(rawValue: converted[Int(slot.start)])
        case .key: return nil
        }
    }
}
