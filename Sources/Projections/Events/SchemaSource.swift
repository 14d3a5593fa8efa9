/// Where the schemas of binary events come from, by the ids that are in front of them.
///
/// Used by any number of threads; it answers at once, and fetches what it does not have meanwhile.
public protocol SchemaSource: AnyObject, Sendable {
    func schema(_ id: UInt32) -> SchemaAnswer
    /// The same by the name that is in a record's headers.
    func schema(_ guid: SchemaGUID) -> SchemaAnswer

    /// The first schema that a topic's record keys were seen with, which is `schema` if none was.
    ///
    /// An id is a part of the key's bytes, so the same key with another schema may go to another partition.
    func firstKeySchema(of topic: String, seen schema: KeySchema) -> KeySchemaAnswer
}

extension SchemaSource {
    /// Where schemas are known by their ids only.
    public func schema(_ guid: SchemaGUID) -> SchemaAnswer { .unusable("schema \(guid) is not known here") }

    /// Where nothing is kept.
    public func firstKeySchema(of topic: String, seen schema: KeySchema) -> KeySchemaAnswer { .first(schema) }
}

/// What is known of the schema of a topic's keys.
public enum KeySchemaAnswer: Sendable, Equatable {
    case first(KeySchema)
    /// It is not here yet: what is waited for.
    case awaited(String)
}

/// What is known of a schema.
public enum SchemaAnswer: Sendable, Equatable {
    /// It never changes.
    case found(WriterSchema)
    /// There is no such schema, or none that can be read: why.
    case unusable(String)
    /// It is not here yet: why, and what is waited for.
    case awaited(String)
}

/// The schema that a producer wrote with, as a registry gives it.
public struct WriterSchema: Sendable, Equatable {
    /// By the registry's names.
    public enum Kind: String, Sendable {
        case avro = "AVRO"
        case protobuf = "PROTOBUF"
        case json = "JSON"
    }

    public var kind: Kind
    /// Avro: its JSON. Protobuf: the base64 of its file's descriptor.
    public var text: String
    /// The schemas that it refers to, in the same form, each behind those that it needs itself.
    public var references: [String]

    public init(_ kind: Kind, _ text: String, references: [String] = []) {
        self.kind = kind
        self.text = text
        self.references = references
    }
}
