import Projections

/// Reads Protobuf: values of one message type, or values in a registry's frame, each with the schema that it was written with.
struct ProtobufFieldReader: FieldReader, ~Copyable {
    /// Where the message types are from.
    enum Types {
        /// All values are of one message type; `isFramed`: behind a registry's frame.
        case message(ProtobufSchema, Int, isFramed: Bool)
        /// All values are in a frame, of message types of one descriptor set.
        case framed(ProtobufSchema)
        case registry(any SchemaSource)
        /// They cannot be used: why.
        case unusable(String)

        init(_ options: ProtobufTypes, _ schemas: any SchemaSource) {
            guard let descriptors = options.descriptors else {
                self = .registry(schemas)
                return
            }
            do throws(SchemaFault) {
                let schema = try ProtobufSchema(descriptorSet: descriptors)
                guard let name = options.message else {
                    self = .framed(schema)
                    return
                }
                guard let message = schema.message(named: name) else {
                    throw SchemaFault("the descriptor set has no message \(name)")
                }
                self = .message(schema, message, isFramed: options.isFramed)
            } catch { self = .unusable("\(error)") }
        }
    }

    private let request: FieldRequest
    private let types: Types
    private let single: ProtobufProgram?
    private var compiled = CompiledSchemas<ProtobufProgram>()
    /// Those that are known by their GUIDs, under the numbers of these.
    private var compiledByGUID = CompiledSchemas<ProtobufProgram>()
    private var numbers = SchemaNumbers()
    private var header: SchemaHeader?
    private var walk = ProtobufWalk()

    init(_ request: FieldRequest, _ types: Types) {
        self.request = request
        self.types = types
        guard case .message(let schema, let message, _) = types else {
            single = nil
            return
        }
        single = ProtobufCompiler.compile(schema, message: message, for: request)
    }

    mutating func expect(_ header: Span<UInt8>?) {
        if let header { self.header = SchemaHeader(header) } else { self.header = nil }
    }

    mutating func read(
        _ bytes: Span<UInt8>, at place: FoundValue.Place, into fields: inout DecodedValue
    ) -> DecodeFault? {
        fields.clear()
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            // A message without fields has no bytes.
            var nothing: UInt8 = 0
            guard let base = bytes.baseAddress else {
                return unsafe withUnsafePointer(to: &nothing) { base in
                    unsafe read(ByteCursor(base, count: 0), place, &fields)
                }
            }
            return unsafe read(ByteCursor(base, count: bytes.count), place, &fields)
        }
    }

    private mutating func read(
        _ value: ByteCursor, _ place: FoundValue.Place, _ fields: inout DecodedValue
    ) -> DecodeFault? {
        var cursor = value
        var program = single
        do throws(DecodeFault) {
            switch types {
            case .message(_, _, isFramed: false): break
            case .message(_, _, isFramed: true): _ = try frame(&cursor, &fields)
            case .framed, .registry:
                let (name, message) = try frame(&cursor, &fields)
                program = try self.program(name, message)
            case .unusable(let reason): throw .unusableSchema(reason)
            }
        } catch { return error }
        guard let program else { return nil }
        do throws(BinaryFault) {
            try walk.read(cursor, at: place, by: program, into: &fields)
            return nil
        } catch { return Self.fault(error) }
    }

    private static func fault(_ fault: BinaryFault) -> DecodeFault {
        .unreadable(encoding: "Protobuf", reason: fault.reason.rawValue, at: fault.at)
    }

    /// Takes the frame in front of a value: the schema's id, and which message of the schema it is.
    private func frame(
        _ cursor: inout ByteCursor, _ fields: inout DecodedValue
    ) throws(DecodeFault) -> (name: SchemaHeader.Name, message: UInt32) {
        if let header {
            guard let message = header.message else { throw Self.fault(BinaryFault(.message, at: 0)) }
            return (header.name, message)
        }
        guard let id = RegistryFrame.id(&cursor) else {
            throw .unreadable(encoding: "Protobuf", reason: RegistryFrame.missing, at: 0)
        }
        fields.schemaID = id
        do throws(BinaryFault) {
            return (.id(id), try RegistryFrame.message(&cursor))
        } catch { throw Self.fault(error) }
    }

    private mutating func program(
        _ name: SchemaHeader.Name, _ message: UInt32
    ) throws(DecodeFault) -> ProtobufProgram {
        switch name {
        case .id(let id):
            let key = UInt64(id) << 32 | UInt64(message)
            if let program = compiled.program(key) { return program }
            if case .unusable(let reason)? = compiled.entry(key) { throw .unusableSchema(reason) }
            let entry = try compile(message, "schema \(id)") { $0.schema(id) }
            compiled.add(key, entry)
            return try Self.program(entry)
        case .guid(let guid):
            let known = numbers.number(guid)
            if let known {
                let key = UInt64(known) << 32 | UInt64(message)
                if let program = compiledByGUID.program(key) { return program }
                if case .unusable(let reason)? = compiledByGUID.entry(key) { throw .unusableSchema(reason) }
            }
            let entry = try compile(message, "schema \(guid)") { $0.schema(guid) }
            compiledByGUID.add(UInt64(known ?? numbers.add(guid)) << 32 | UInt64(message), entry)
            return try Self.program(entry)
        }
    }

    private static func program(
        _ entry: CompiledSchemas<ProtobufProgram>.Entry
    ) throws(DecodeFault) -> ProtobufProgram {
        switch entry {
        case .program(let program): return program
        case .unusable(let reason): throw .unusableSchema(reason)
        }
    }

    /// `answer` asks the registry.
    @inline(never)
    private func compile(
        _ message: UInt32, _ name: String, _ answer: (any SchemaSource) -> SchemaAnswer
    ) throws(DecodeFault) -> CompiledSchemas<ProtobufProgram>.Entry {
        var found: WriterSchema?
        if case .registry(let schemas) = types {
            switch answer(schemas) {
            case .awaited(let words): throw .awaitsSchema(words)
            case .unusable(let reason): throw .unusableSchema(reason)
            case .found(let schema): found = schema
            }
        }
        do throws(SchemaFault) {
            let schema = try schema(found)
            let places = RegistryFrame.places(message)
            guard let index = schema.message(at: places) else {
                throw SchemaFault("it has no message at \(places.map(String.init).joined(separator: ", "))")
            }
            return .program(ProtobufCompiler.compile(schema, message: index, for: request))
        } catch { return .unusable("\(name) cannot be used: \(error)") }
    }

    private func schema(_ found: WriterSchema?) throws(SchemaFault) -> ProtobufSchema {
        switch types {
        case .message(let known, _, _), .framed(let known): known
        case .unusable(let reason): throw SchemaFault(reason)
        case .registry: if let found { try ProtobufSchema(found) } else { throw SchemaFault("it was not found") }
        }
    }
}
