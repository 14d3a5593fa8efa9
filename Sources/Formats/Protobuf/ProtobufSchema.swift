import Bytes

/// The messages and enums of a descriptor set, by number, so that a message may contain itself.
/// Source: Protocol Buffers, "Encoding" and descriptor.proto.
struct ProtobufSchema: Sendable {
    struct Field: Sendable {
        /// With the numbers of descriptor.proto's `FieldDescriptorProto.Type`.
        enum Kind: UInt8, Sendable, BitwiseCopyable {
            case double = 1
            case float, int64, uint64, int32, fixed64, fixed32, bool, string, group, message, bytes, uint32
            case enumeration, sfixed32, sfixed64, sint32, sint64
        }

        var name = ""
        var number = 0
        var kind = Kind.group
        var isRepeated = false
        /// Its absence is its zero: a field of proto3 without `optional`.
        var isImplicit = false
        /// Among its message's; fields of one exclude each other.
        var oneof: Int?
        /// A message's or enum's full name, with a dot in front.
        var typeName = ""
        /// The message or enum, as its place in the schema.
        var type = -1
    }

    struct Message: Sendable {
        var name = ""
        var fields: [Field] = []
        var oneofCount = 0
        var isMapEntry = false
    }

    struct Enumeration: Sendable {
        var name = ""
        /// In the order of their declaration.
        var values: [(number: Int32, name: String)] = []
        /// Numbers that it does not have are no values: enums of proto2.
        var isClosed = false
    }

    var messages: [Message] = []
    var enumerations: [Enumeration] = []
    /// For each file, its top messages in the order of their declaration, with their nested ones: for message indexes.
    var files: [File] = []

    struct File: Sendable {
        var name = ""
        var messages: [Nested] = []
    }

    struct Nested: Sendable {
        var message: Int
        var nested: [Nested] = []
    }

    /// Reads a `FileDescriptorSet`, as `protoc --include_imports --descriptor_set_out` writes it.
    init(descriptorSet bytes: [UInt8]) throws(SchemaFault) {
        var reader = DescriptorReader()
        do throws(BinaryFault) {
            try reader.readSet(bytes)
        } catch {
            throw SchemaFault("this is not a descriptor set: \(error.reason.rawValue) (at byte \(error.at))")
        }
        messages = reader.messages
        enumerations = reader.enumerations
        files = reader.files
        if messages.isEmpty { throw SchemaFault("the descriptor set has no messages") }
        try link()
    }

    /// The place of the message of that full name; nil if there is none.
    func message(named name: String) -> Int? {
        messages.firstIndex { ExactText($0.name) == ExactText(name) && !$0.isMapEntry }
    }

    /// The message that Confluent's frame names: a top message of the last file, then those nested in it.
    func message(at indexes: [Int]) -> Int? {
        guard var level = files.last?.messages else { return nil }
        var message: Int?
        for index in indexes {
            guard level.indices.contains(index) else { return nil }
            message = level[index].message
            level = level[index].nested
        }
        return message
    }

    private mutating func link() throws(SchemaFault) {
        var known: [ExactText: Int] = [:]
        for (index, message) in messages.enumerated() { known[ExactText("." + message.name)] = index }
        var enums: [ExactText: Int] = [:]
        for (index, enumeration) in enumerations.enumerated() { enums[ExactText("." + enumeration.name)] = index }
        for place in messages.indices {
            for index in messages[place].fields.indices {
                let field = messages[place].fields[index]
                let found: Int? =
                    switch field.kind {
                    case .message: known[ExactText(field.typeName)]
                    case .enumeration: enums[ExactText(field.typeName)]
                    default: -1
                    }
                guard let found else {
                    throw SchemaFault(
                        "the descriptor set lacks \(field.typeName.dropFirst()), which \(messages[place].name) uses: "
                            + "make it with --include_imports")
                }
                messages[place].fields[index].type = found
            }
        }
    }
}
