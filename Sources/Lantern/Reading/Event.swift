internal import Bytes
internal import Projections

/// One Kafka record as a projection sees it, with what its declared fields find in the value. Its bytes are borrowed: it
/// ends with the call of `project`.
public struct Event: ~Escapable {
    let record: Projections.Event
    private let finds: Span<FoundValue>
    private let places: Span<Int32>
    private let unescaped: Span<UInt8>
    private let unescapedFinds: Span<FoundValue>
    /// The path that the record key supplies in a tombstone; −1: none.
    private let keyPath: Int
    private let keepsUnavailable: Bool

    @_lifetime(copy record, borrow decoded, copy places, borrow texts)
    init(
        _ record: borrowing Projections.Event, _ decoded: borrowing DecodedValue, places: Span<Int32>,
        texts: borrowing UnescapedTexts, keyPath: Int
    ) {
        self.record = copy record
        finds = decoded.found.span
        self.places = places
        unescaped = texts.bytes.span
        unescapedFinds = texts.places.span
        self.keyPath = keyPath
        keepsUnavailable = decoded.keepsUnavailable
    }

    /// The topic's place among the projection's `topics`.
    public var topic: Int { record.topic }
    public var partition: Int32 { record.partition }
    public var offset: Int64 { record.offset }
    /// The record's timestamp in milliseconds since 1970; −1 if it has none.
    public var timestamp: Int64 { record.timestamp }
    /// Whether the record has no value.
    public var isTombstone: Bool { record.value == nil }

    /// The record's key; nil if it has none.
    public var key: Span<UInt8>? {
        @_lifetime(copy self)
        get { record.key }
    }

    /// The record's value as it came; nil is a tombstone.
    public var value: Span<UInt8>? {
        @_lifetime(copy self)
        get { record.value }
    }

    /// The value of the last header of that name; nil if there is none or its value is null.
    @_lifetime(copy self)
    public func header(_ name: StaticString) -> Span<UInt8>? {
        var wanted = InlineArray<256, UInt8>(repeating: 0)
        let count = name.utf8CodeUnitCount
        precondition(count <= 256, "a header's name may have at most 256 bytes")
        for index in 0..<count { wanted[index] = unsafe name.utf8Start[index] }
        return record.header(named: wanted.span.extracting(first: count))
    }

    /// What `field` finds. It must be a stored property of the projection.
    public subscript(field: Field) -> FieldValue {
        @_lifetime(copy self)
        get {
            let place = Int(field.path) < places.count ? Int(places[Int(field.path)]) : -1
            precondition(place >= 0, "\(field) is not a stored property of the projection: declare it there")
            let slot = finds[place]
            if record.value == nil, place == keyPath, let key = record.key {
                return FieldValue(field, .string, raw: key, text: nil, isRaw: true)
            }
            let raw = bytes(slot)
            if slot.kind == .escapedString, unescapedFinds[place].kind == .string {
                return FieldValue(
                    field, slot.kind, raw: raw, text: unescaped.extracting(unescapedFinds[place].range))
            }
            return FieldValue(
                field, slot.kind, raw: raw, text: nil, isRaw: slot.place != .value, isKept: keepsUnavailable)
        }
    }

    @_lifetime(copy self)
    private func bytes(_ slot: FoundValue) -> Span<UInt8> {
        switch slot.place {
        case .value: if let value = record.value { return value.extracting(slot.range) }
        case .key: if let key = record.key { return key.extracting(slot.range) }
        case .converted: return record.converted.extracting(slot.range)
        }
        return Span()
    }
}
