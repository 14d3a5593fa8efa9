/// Reads descriptors, which are Protobuf messages themselves.
struct DescriptorReader {
    /// What a file, message or field says of presence and enums, for those that say nothing.
    /// Source: Protocol Buffers, "Feature Settings for Editions".
    private struct Features {
        var isImplicit: Bool
        var hasClosedEnums: Bool
        var hasGroups = false
    }

    private static let deepest = 100
    private(set) var messages: [ProtobufSchema.Message] = []
    private(set) var enumerations: [ProtobufSchema.Enumeration] = []
    private(set) var files: [ProtobufSchema.File] = []

    mutating func readSet(_ bytes: [UInt8]) throws(BinaryFault) {
        for field in try ProtobufFields.all(bytes) where field.number == 1 { try readFile(field.bytes) }
    }

    mutating func readFile(_ bytes: [UInt8]) throws(BinaryFault) {
        let fields = try ProtobufFields.all(bytes)
        let package = fields.text(2) ?? ""
        let syntax = fields.text(12) ?? "proto2"
        var features = Features(isImplicit: syntax == "proto3", hasClosedEnums: syntax == "proto2")
        try set(&features, fields.bytes(8), field: 50)
        var file = ProtobufSchema.File(name: fields.text(1) ?? "")
        for field in fields where field.number == 4 {
            file.messages.append(try readMessage(field.bytes, package, features, syntax, depth: 0))
        }
        for field in fields where field.number == 5 { try readEnum(field.bytes, package, features) }
        files.append(file)
    }

    private func set(_ features: inout Features, _ options: [UInt8]?, field number: Int) throws(BinaryFault) {
        guard let options, let set = try ProtobufFields.all(options).bytes(number) else { return }
        let fields = try ProtobufFields.all(set)
        if let presence = fields.number(1) { features.isImplicit = presence == 2 }
        if let kind = fields.number(2) { features.hasClosedEnums = kind == 2 }
        if let encoding = fields.number(5) { features.hasGroups = encoding == 2 }
    }

    private mutating func readMessage(
        _ bytes: [UInt8], _ scope: String, _ outer: Features, _ syntax: String, depth: Int
    ) throws(BinaryFault) -> ProtobufSchema.Nested {
        if depth > Self.deepest { throw BinaryFault(.tooDeep, at: 0) }
        let fields = try ProtobufFields.all(bytes)
        var features = outer
        let options = try ProtobufFields.all(fields.bytes(7) ?? [])
        try set(&features, fields.bytes(7), field: 12)
        var message = ProtobufSchema.Message(name: Self.join(scope, fields.text(1) ?? ""))
        message.isMapEntry = options.number(7) == 1
        message.oneofCount = fields.count { $0.number == 8 }
        for field in fields where field.number == 2 {
            message.fields.append(
                try readField(field.bytes, features, syntax, message.oneofCount, inMapEntry: message.isMapEntry))
        }
        var result = ProtobufSchema.Nested(message: messages.count)
        messages.append(message)
        for field in fields where field.number == 3 {
            result.nested.append(try readMessage(field.bytes, message.name, features, syntax, depth: depth + 1))
        }
        for field in fields where field.number == 4 { try readEnum(field.bytes, message.name, features) }
        return result
    }

    private func readField(
        _ bytes: [UInt8], _ outer: Features, _ syntax: String, _ oneofs: Int, inMapEntry: Bool
    ) throws(BinaryFault) -> ProtobufSchema.Field {
        let fields = try ProtobufFields.all(bytes)
        var features = outer
        try set(&features, fields.bytes(8), field: 21)
        var field = ProtobufSchema.Field()
        field.name = fields.text(1) ?? ""
        field.number = fields.number(3) ?? 0
        field.isRepeated = fields.number(4) == 3
        field.typeName = fields.text(6) ?? ""
        guard field.number > 0, field.number < 1 << 29,
            let kind = UInt8(exactly: fields.number(5) ?? 0).flatMap({ ProtobufSchema.Field.Kind(rawValue: $0) })
        else { throw BinaryFault(.tag, at: 0) }
        field.kind = kind == .message && features.hasGroups && !inMapEntry ? .group : kind
        if let oneof = fields.number(9), oneof >= 0, oneof < oneofs { field.oneof = oneof }
        let isOptional = fields.number(17) == 1
        field.isImplicit =
            features.isImplicit && !field.isRepeated && field.oneof == nil && !isOptional && kind != .message
            && kind != .group
        return field
    }

    private mutating func readEnum(_ bytes: [UInt8], _ scope: String, _ outer: Features) throws(BinaryFault) {
        let fields = try ProtobufFields.all(bytes)
        var features = outer
        try set(&features, fields.bytes(3), field: 7)
        var enumeration = ProtobufSchema.Enumeration(
            name: Self.join(scope, fields.text(1) ?? ""), isClosed: features.hasClosedEnums)
        for field in fields where field.number == 2 {
            let value = try ProtobufFields.all(field.bytes)
            enumeration.values.append((Int32(truncatingIfNeeded: value.number(2) ?? 0), value.text(1) ?? ""))
        }
        enumerations.append(enumeration)
    }

    private static func join(_ scope: String, _ name: String) -> String { scope.isEmpty ? name : "\(scope).\(name)" }
}
