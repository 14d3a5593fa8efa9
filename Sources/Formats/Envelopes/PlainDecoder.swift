import Bytes
import Projections

/// Of one of the plan's paths: its field in the value, and in a text that is data; −1: none.
struct PlainPlace {
    /// In the place of a field: the name of the value's schema.
    static let schemaName: Int32 = -2

    var field: Int32 = -1
    var inText: Int32 = -1
}

/// Values that are their own data, or that have it in one of their fields (`data:`), or in Connect's `payload`.
struct PlainDecoder<Key: FieldReader & ~Copyable, Value: FieldReader & ~Copyable>: EnvelopeDecoder, ~Copyable {
    private let places: [PlainPlace]
    /// Whether the data may be a text, and its field: −1 is the whole value.
    private let mayBeText: Bool
    private let dataField: Int
    private let isInConnect: Bool
    private let isWhole: Bool
    private var key: KeyColumns<Key>
    private var reader: Value
    /// A header may name the value's schema.
    private let isFramed: Bool
    private let schemaHeader = SchemaHeader.ofValues
    private var fields: DecodedValue
    /// The data as text, without the escapes that it has in the value, and what is found in it.
    private var text = ByteBuffer(capacity: 256)
    private var textReader: JSONValueDecoder
    private var textFields: DecodedValue
    /// What is read of a value, for messages.
    private let names: [[String]]

    init(_ topic: TopicFields, key: consuming KeyColumns<Key>, value: (FieldRequest) -> Value) {
        let format = topic.topic.format
        let top = format.isInConnect ? ["payload"] : []
        let base = top + (format.data ?? [])
        var table = FieldTable()
        var textTable = FieldTable()
        var places: [PlainPlace] = []
        for path in topic.paths {
            switch path.root {
            case .data:
                var place = PlainPlace(field: table.place(of: base + path.members))
                if format.data != nil { place.inText = textTable.place(of: path.members) }
                places.append(place)
            case .envelope: places.append(PlainPlace(field: table.place(of: top + path.members)))
            case .schema: places.append(PlainPlace(field: PlainPlace.schemaName))
            case .op, .source, .before, .ce: places.append(PlainPlace())
            }
        }
        // A local: Swift 6.3.1 destroys what is not there yet if an autoclosure reads a property of a half-made self.
        let mayBeText = format.data != nil
        self.mayBeText = mayBeText
        dataField = mayBeText && !base.isEmpty ? Int(table.place(of: base)) : -1
        self.places = places
        isInConnect = format.isInConnect
        isWhole = base.isEmpty && !mayBeText && !format.hasSchemas
        self.key = key
        isFramed = format.isFramed
        let members = topic.copiesMembers ? base : nil
        reader = value(
            FieldRequest(
                paths: table.paths, membersOf: members, copiesWhole: topic.copiesDocument,
                wantsSchemaName: topic.wantsSchemaName))
        fields = DecodedValue(pathCount: table.paths.count)
        textReader = JSONValueDecoder(
            FieldRequest(
                paths: textTable.paths, membersOf: topic.copiesMembers ? [] : nil, copiesWhole: topic.copiesDocument))
        textFields = DecodedValue(pathCount: textTable.paths.count)
        names = table.paths
    }

    mutating func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault? {
        decoded.begin(isCopiedAsItCame: isWhole)
        key.read(event, into: &decoded)
        guard let value = event.value else {
            key.fillTombstone(event, &decoded)
            return nil
        }
        if isFramed { reader.expect(event.header(named: schemaHeader.span)) }
        if let fault = reader.read(value, at: .value, into: &fields, behind: &decoded) {
            return fault.ofField(names, places.map(\.field))
        }
        if mayBeText {
            let slot = dataField >= 0 ? fields.found[dataField] : fields.whole
            if slot.isText { return decodeText(slot, event, &decoded) }
        }
        var isInValue = true
        var isEmpty = true
        for path in places.indices {
            let slot = valueOf(places[path].field)
            decoded.found[path] = slot
            if slot.place != .value { isInValue = false }
            if slot.kind != .nothing { isEmpty = false }
        }
        decoded.isInValue = isInValue
        decoded.takeMembers(of: &fields)
        if isEmpty, isInConnect, !Connect.isAround(value) { return .otherEnvelope(.connect, .noPayload) }
        return nil
    }

    /// What a field of the value has.
    @inline(__always)
    private func valueOf(_ field: Int32) -> FoundValue {
        if field >= 0 { return fields.found[Int(field)] }
        return field == PlainPlace.schemaName ? fields.schemaName : FoundValue()
    }

    private static func read(
        _ text: borrowing ByteBuffer, by reader: inout JSONValueDecoder, into fields: inout DecodedValue
    ) -> DecodeFault? {
        reader.read(text.span, at: .converted, into: &fields)
    }

    /// The data is a text: JSON in a string.
    private mutating func decodeText(
        _ slot: FoundValue, _ event: borrowing Event, _ decoded: inout DecodedValue
    ) -> DecodeFault? {
        text.removeAll(keeping: 1 << 16)
        if !slot.appendText(event, decoded.converted, to: &text) {
            return .dataNotJSON(reason: .escape, at: 0)
        }
        let offset = UInt32(truncatingIfNeeded: decoded.converted.count)
        if let fault = Self.read(text, by: &textReader, into: &textFields) {
            switch fault {
            case .notJSON(let reason, let at): return .dataNotJSON(reason: reason, at: at)
            default: return fault.ofField(names, places.map(\.inText))
            }
        }
        decoded.converted.append(text)
        textFields.move(by: offset)
        for path in places.indices {
            let place = places[path]
            decoded.found[path] =
                place.inText >= 0 ? textFields.found[Int(place.inText)] : valueOf(place.field)
        }
        decoded.isInValue = false
        decoded.takeMembers(of: &textFields)
        return nil
    }
}
