import Bytes
import Projections

/// Of one of the plan's paths its fields; −1: none.
struct CloudEventPlace {
    var inData: Int32 = -1
    var structured: Int32 = -1
    /// Its name in binary mode is in `headerNames`.
    var isAttribute = false
    /// It is the name of the data's schema, in binary mode.
    var isSchemaName = false
}

/// CloudEvents in Kafka: in binary mode the attributes are headers and the value is the data, in structured mode the value
/// has both. The content-type header says which it is.
///
/// Source: Kafka Protocol Binding for CloudEvents, version 1.0.2, section 3.
struct CloudEventDecoder<Key: FieldReader & ~Copyable, Value: FieldReader & ~Copyable>: EnvelopeDecoder, ~Copyable {
    private let places: [CloudEventPlace]
    /// For each path the header that has it in binary mode; empty: none has.
    private let headerNames: [[UInt8]]
    private let isCompacted: Bool
    private let wantsData: Bool
    private var key: KeyColumns<Key>
    private var reader: Value
    /// A header may name the value's schema.
    private let isFramed: Bool
    private let schemaHeader = SchemaHeader.ofValues
    private var fields: DecodedValue
    private var structuredReader: JSONValueDecoder
    private var structuredFields: DecodedValue
    private let versionField: Int
    private let binaryDataField: Int
    private let names: [[String]]
    private let structuredNames: [[String]]
    private let contentType = Array("content-type".utf8)
    private let version = Array("ce_specversion".utf8)

    init(_ topic: TopicFields, key: consuming KeyColumns<Key>, value: (FieldRequest) -> Value) {
        var table = FieldTable()
        var structured = FieldTable()
        var places: [CloudEventPlace] = []
        var headers: [[UInt8]] = []
        for path in topic.paths {
            var place = CloudEventPlace()
            var header = ""
            switch path.root {
            case .data:
                place.inData = table.place(of: path.members)
                place.structured = structured.place(of: ["data"] + path.members)
            case .envelope: place.structured = structured.place(of: path.members)
            case .ce:
                place.structured = structured.place(of: path.members)
                place.isAttribute = true
                header = path.members[0] == "datacontenttype" ? "content-type" : "ce_\(path.members[0])"
            case .schema: place.isSchemaName = true
            case .op, .source, .before: break
            }
            places.append(place)
            headers.append(Array(header.utf8))
        }
        versionField = Int(structured.place(of: ["specversion"]))
        binaryDataField = Int(structured.place(of: ["data_base64"]))
        self.places = places
        headerNames = headers
        isCompacted = topic.topic.isCompacted
        wantsData = topic.copiesMembers || topic.paths.contains { $0.root == .data }
        self.key = key
        isFramed = topic.topic.format.isFramed
        reader = value(
            FieldRequest(
                paths: table.paths, membersOf: topic.copiesMembers ? [] : nil, copiesWhole: topic.copiesDocument,
                wantsSchemaName: topic.wantsSchemaName))
        fields = DecodedValue(pathCount: table.paths.count)
        structuredReader = JSONValueDecoder(
            FieldRequest(
                paths: structured.paths, membersOf: topic.copiesMembers ? ["data"] : nil,
                copiesWhole: topic.copiesDocument))
        structuredFields = DecodedValue(pathCount: structured.paths.count)
        names = table.paths
        structuredNames = structured.paths
    }

    mutating func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault? {
        decoded.begin(isCopiedAsItCame: false)
        key.read(event, into: &decoded)
        if let type = event.header(named: contentType.span), Connect.begins(type, "application/cloudevents") {
            guard Connect.begins(type, "application/cloudevents+json") else {
                return .otherEnvelope(.cloudEvent, .otherEncoding)
            }
            return decodeStructured(event, &decoded)
        }
        return decodeBinary(event, &decoded)
    }

    private mutating func decodeBinary(_ event: borrowing Event, _ decoded: inout DecodedValue) -> DecodeFault? {
        let hasVersion = event.header(named: version.span) != nil
        if let value = event.value {
            if !hasVersion { return .otherEnvelope(.cloudEvent, .noVersion) }
            if isFramed { reader.expect(event.header(named: schemaHeader.span)) }
            if let fault = reader.read(value, at: .value, into: &fields, behind: &decoded) {
                return fault.ofField(names, places.map(\.inData))
            }
            decoded.takeMembers(of: &fields)
        } else if !hasVersion || isCompacted {
            key.fillTombstone(event, &decoded)
            return nil
        } else {
            decoded.isWithoutData = true
        }
        var isInValue = true
        for path in places.indices {
            var slot = FoundValue()
            if places[path].isAttribute {
                slot = attribute(path, event, &decoded)
            } else if event.value != nil, places[path].inData >= 0 {
                slot = fields.found[Int(places[path].inData)]
            } else if event.value != nil, places[path].isSchemaName {
                slot = fields.schemaName
            }
            if slot.place != .value { isInValue = false }
            decoded.found[path] = slot
        }
        decoded.isInValue = isInValue
        return nil
    }

    private func attribute(_ path: Int, _ event: borrowing Event, _ decoded: inout DecodedValue) -> FoundValue {
        let name = headerNames[path]
        guard let header = event.header(named: name.span) else { return FoundValue() }
        let start = decoded.converted.count
        decoded.converted.append(header)
        return FoundValue(
            .string, at: .converted, start: UInt32(truncatingIfNeeded: start),
            count: UInt32(truncatingIfNeeded: header.count))
    }

    private mutating func decodeStructured(_ event: borrowing Event, _ decoded: inout DecodedValue) -> DecodeFault? {
        guard let value = event.value else {
            key.fillTombstone(event, &decoded)
            return nil
        }
        if let fault = structuredReader.read(value, at: .value, into: &structuredFields) {
            return fault.ofField(structuredNames, places.map(\.structured))
        }
        guard structuredFields.found[versionField].kind == .string else {
            return .otherEnvelope(.cloudEvent, .noVersion)
        }
        if wantsData, structuredFields.found[binaryDataField].kind != .nothing {
            return .otherEnvelope(.cloudEvent, .binaryData)
        }
        for path in places.indices {
            let field = Int(places[path].structured)
            decoded.found[path] = field >= 0 ? structuredFields.found[field] : FoundValue()
        }
        decoded.isInValue = true
        decoded.takeMembers(of: &structuredFields)
        return nil
    }
}
