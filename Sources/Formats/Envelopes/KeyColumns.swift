import Projections

/// Reads the columns of record keys: fields of one record, and all of them.
struct KeyColumns<Reader: FieldReader & ~Copyable>: ~Copyable {
    private let count: Int
    private let keyPath: Int
    /// For each of the plan's paths its column, or −1.
    private let columns: [Int32]
    private var reader: Reader
    /// A header may name the key's schema, which is not in the key then.
    private let isFramed: Bool
    private let schemaHeader = SchemaHeader.ofKeys
    private var fields: DecodedValue
    /// JSON only: a key of Connect's JsonConverter with schemas is `{"schema": …, "payload": …}`.
    private var wrapping: JSONValueDecoder
    private var wrapped: JSONValueDecoder
    private var wrappingFields: DecodedValue
    private var wrappedFields: DecodedValue
    private let mayBeWrapped: Bool
    /// Where the topic's first key schema is known; nil: it does not matter.
    private let schemas: (any SchemaSource)?
    private let topicName: String
    /// The schema of the keys so far.
    private var keySchema: KeySchema?

    init(_ topic: TopicFields, reader: consuming Reader, schemas: any SchemaSource) {
        let format = topic.topic.format
        self.schemas = format.hasSchemas && !format.hasStableKeys && topic.isOrderDependent ? schemas : nil
        topicName = topic.topic.name
        isFramed = format.isFramed
        let names = topic.keyNames
        count = names.count
        keyPath = topic.topic.keyPath ?? -1
        columns = topic.paths.indices.map { path in
            Int32(topic.topic.keyColumns.firstIndex(of: path) ?? -1)
        }
        self.reader = reader
        fields = DecodedValue(pathCount: count)
        let wrapper = [["schema"], ["payload"]]
        mayBeWrapped = topic.topic.format.encoding == .json && !names.contains { wrapper.contains($0) }
        wrapping = JSONValueDecoder(FieldRequest(paths: wrapper, membersOf: []))
        wrapped = JSONValueDecoder(
            FieldRequest(paths: names.map { ["payload"] + $0 }, membersOf: ["payload"]))
        wrappingFields = DecodedValue(pathCount: 2)
        wrappedFields = DecodedValue(pathCount: count)
    }

    /// Fills `decoded.keyColumns` and says what is wrong with the key.
    mutating func read(_ event: borrowing Event, into decoded: inout DecodedValue) {
        decoded.keyFault = nil
        decoded.awaitedKeySchema = nil
        guard count > 0 else { return }
        decoded.keyColumns.removeAll(keepingCapacity: true)
        guard let key = event.key else {
            decoded.keyFault = .missing
            return
        }
        if isFramed { reader.expect(event.header(named: schemaHeader.span)) }
        let fault = reader.read(key, at: .key, into: &fields, behind: &decoded)
        if case .awaitsSchema(let words)? = fault { decoded.awaitedKeySchema = words }
        if fault != nil || fields.whole.kind != .object {
            decoded.keyFault = .unreadable
        } else if let fault = schemaFault(&decoded) {
            decoded.keyFault = fault
        } else if Self.hasColumns(fields, count) {
            decoded.keyColumns.append(contentsOf: fields.found)
        } else if mayBeWrapped, readWrapped(key) {
            decoded.keyColumns.append(contentsOf: wrappedFields.found)
        } else {
            decoded.keyFault = .otherColumns
        }
    }

    /// Whether the key was written with the schema of all others.
    @inline(__always)
    private mutating func schemaFault(_ decoded: inout DecodedValue) -> KeyFault? {
        guard let schemas, isFramed else { return nil }
        switch keySchema {
        case .framed(let id)? where fields.schemaID == id: return nil
        case .inHeader? where fields.schemaID == nil: return nil
        default: break
        }
        let schema = fields.schemaID.map { KeySchema.framed($0) } ?? .inHeader
        switch schemas.firstKeySchema(of: topicName, seen: schema) {
        case .first(let first):
            if first != schema { return .otherSchema }
            keySchema = schema
        case .awaited(let words): decoded.awaitedKeySchema = words
        }
        return nil
    }

    @inline(never)
    private mutating func readWrapped(_ key: Span<UInt8>) -> Bool {
        guard wrapping.read(key, at: .key, into: &wrappingFields) == nil, wrappingFields.members.count == 2,
            wrappingFields.found[0].kind != .nothing, wrappingFields.found[1].kind == .object,
            wrapped.read(key, at: .key, into: &wrappedFields) == nil
        else { return false }
        return Self.hasColumns(wrappedFields, count)
    }

    private static func hasColumns(_ fields: borrowing DecodedValue, _ count: Int) -> Bool {
        guard fields.members.count == count, !fields.repeatsName else { return false }
        for slot in fields.found {
            switch slot.kind {
            case .string, .escapedString, .number, .yes, .no: continue
            case .nothing, .null, .object, .array, .unavailable: return false
            }
        }
        return true
    }

    /// What the key has for the plan's path `path`.
    func column(_ path: Int, _ event: borrowing Event, _ decoded: borrowing DecodedValue) -> FoundValue {
        let column = Int(columns[path])
        if column >= 0, column < decoded.keyColumns.count { return decoded.keyColumns[column] }
        if path == keyPath, let key = event.key {
            return FoundValue(.string, at: .key, count: UInt32(truncatingIfNeeded: key.count))
        }
        return FoundValue()
    }

    /// What a tombstone has: of the paths only the columns of its key.
    func fillTombstone(_ event: borrowing Event, _ decoded: inout DecodedValue) {
        for path in decoded.found.indices { decoded.found[path] = column(path, event, decoded) }
        decoded.isInValue = false
    }
}
