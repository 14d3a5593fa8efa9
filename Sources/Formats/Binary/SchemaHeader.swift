import Projections

/// What newer serializers write into a header of the record, instead of a frame in front of key or value: a one and the
/// schema's GUID, or a zero and its id; of Protobuf also which message of the schema it is. The value begins at once.
/// Source: Confluent, "Formats, Serializers, and Deserializers", "Wire format".
struct SchemaHeader {
    enum Name {
        case id(UInt32)
        case guid(SchemaGUID)
    }

    static let ofKeys = Array("__key_schema_id".utf8)
    static let ofValues = Array("__value_schema_id".utf8)

    let name: Name
    /// As ``RegistryFrame/message(_:)`` has it; nil: it is not said, or not so.
    let message: UInt32?

    /// nil if it is none of these: then the frame counts.
    init?(_ bytes: Span<UInt8>) {
        guard
            let header = unsafe bytes.withUnsafeBufferPointer({ bytes -> SchemaHeader? in
                guard let base = bytes.baseAddress else { return nil }
                return unsafe SchemaHeader(ByteCursor(base, count: bytes.count))
            })
        else { return nil }
        self = header
    }

    private init?(_ bytes: ByteCursor) {
        var cursor = bytes
        if let id = RegistryFrame.id(&cursor) {
            name = .id(id)
        } else {
            guard cursor.remaining >= 17, (try? cursor.byte()) == 1, let first = try? cursor.littleEndian64(),
                let last = try? cursor.littleEndian64()
            else { return nil }
            name = .guid(SchemaGUID(high: first.byteSwapped, low: last.byteSwapped))
        }
        message = cursor.isAtEnd ? nil : try? RegistryFrame.message(&cursor)
    }
}

/// Numbers for the GUIDs that a reader has met, under which it keeps what it has compiled.
struct SchemaNumbers {
    private var guids: [SchemaGUID] = []
    private var last = 0

    /// nil if it is not known.
    @inline(__always)
    mutating func number(_ guid: SchemaGUID) -> UInt32? {
        if last < guids.count, guids[last] == guid { return UInt32(last) }
        guard let place = guids.firstIndex(of: guid) else { return nil }
        last = place
        return UInt32(place)
    }

    mutating func add(_ guid: SchemaGUID) -> UInt32 {
        guids.append(guid)
        return UInt32(guids.count - 1)
    }
}
