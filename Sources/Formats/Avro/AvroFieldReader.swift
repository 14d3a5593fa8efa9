import Projections

/// Reads Avro: values of one schema, or values in a registry's frame, each with the schema that it was written with.
struct AvroFieldReader: FieldReader, ~Copyable {
    private let request: FieldRequest
    private let schemas: any SchemaSource
    private var compiled = CompiledSchemas<AvroProgram>()
    /// Those that are known by their GUIDs, under the numbers of these.
    private var compiledByGUID = CompiledSchemas<AvroProgram>()
    private var numbers = SchemaNumbers()
    private var header: SchemaHeader?
    private var walk = AvroWalk()

    /// Values are in a registry's frame.
    init(_ request: FieldRequest, schemas: any SchemaSource) {
        self.request = request
        self.schemas = schemas
    }

    mutating func read(
        _ bytes: Span<UInt8>, at place: FoundValue.Place, into fields: inout DecodedValue
    ) -> DecodeFault? {
        fields.clear()
        if let header { return read(bytes, place, header.name, &fields) }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return Self.fault(RegistryFrame.missing, at: 0) }
            var cursor = unsafe ByteCursor(base, count: bytes.count)
            guard let id = RegistryFrame.id(&cursor) else { return Self.fault(RegistryFrame.missing, at: 0) }
            fields.schemaID = id
            if let program = compiled.program(UInt64(id)) { return read(cursor, place, program, &fields) }
            do throws(DecodeFault) {
                return read(cursor, place, try compile(id), &fields)
            } catch { return error }
        }
    }

    mutating func expect(_ header: Span<UInt8>?) {
        if let header { self.header = SchemaHeader(header) } else { self.header = nil }
    }

    /// The bytes are the value alone: its schema is in a header.
    private mutating func read(
        _ bytes: Span<UInt8>, _ place: FoundValue.Place, _ name: SchemaHeader.Name, _ fields: inout DecodedValue
    ) -> DecodeFault? {
        let program: AvroProgram
        do throws(DecodeFault) { program = try self.program(name) } catch { return error }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            // A record without fields has no bytes.
            var nothing: UInt8 = 0
            guard let base = bytes.baseAddress else {
                return unsafe withUnsafePointer(to: &nothing) { base in
                    unsafe read(ByteCursor(base, count: 0), place, program, &fields)
                }
            }
            return unsafe read(ByteCursor(base, count: bytes.count), place, program, &fields)
        }
    }

    private mutating func program(_ name: SchemaHeader.Name) throws(DecodeFault) -> AvroProgram {
        switch name {
        case .id(let id):
            if let program = compiled.program(UInt64(id)) { return program }
            return try compile(id)
        case .guid(let guid):
            if let number = numbers.number(guid), let program = compiledByGUID.program(UInt64(number)) {
                return program
            }
            return try compile(guid)
        }
    }

    private static func fault(_ reason: String, at place: Int) -> DecodeFault {
        .unreadable(encoding: "Avro", reason: reason, at: place)
    }

    @inline(__always)
    private mutating func read(
        _ cursor: ByteCursor, _ place: FoundValue.Place, _ program: AvroProgram, _ fields: inout DecodedValue
    ) -> DecodeFault? {
        do throws(BinaryFault) {
            try walk.read(cursor, at: place, by: program, into: &fields)
            return nil
        } catch {
            return Self.fault(error.reason.rawValue, at: error.at)
        }
    }

    @inline(never)
    private mutating func compile(_ id: UInt32) throws(DecodeFault) -> AvroProgram {
        if case .unusable(let reason)? = compiled.entry(UInt64(id)) { throw .unusableSchema(reason) }
        let entry = compile(try found(schemas.schema(id)), "schema \(id)")
        compiled.add(UInt64(id), entry)
        return try Self.program(entry)
    }

    @inline(never)
    private mutating func compile(_ guid: SchemaGUID) throws(DecodeFault) -> AvroProgram {
        if let number = numbers.number(guid), case .unusable(let reason)? = compiledByGUID.entry(UInt64(number)) {
            throw .unusableSchema(reason)
        }
        let entry = compile(try found(schemas.schema(guid)), "schema \(guid)")
        compiledByGUID.add(UInt64(numbers.add(guid)), entry)
        return try Self.program(entry)
    }

    private static func program(_ entry: CompiledSchemas<AvroProgram>.Entry) throws(DecodeFault) -> AvroProgram {
        switch entry {
        case .program(let program): return program
        case .unusable(let reason): throw .unusableSchema(reason)
        }
    }

    private func found(_ answer: SchemaAnswer) throws(DecodeFault) -> WriterSchema {
        switch answer {
        case .awaited(let words): throw .awaitsSchema(words)
        // Not kept: a schema that a registry lacks may be registered later.
        case .unusable(let reason): throw .unusableSchema(reason)
        case .found(let schema): return schema
        }
    }

    private func compile(_ schema: WriterSchema, _ name: String) -> CompiledSchemas<AvroProgram>.Entry {
        do throws(SchemaFault) {
            guard schema.kind == .avro else { throw SchemaFault("it is of type \(schema.kind.rawValue)") }
            let avro = try AvroSchema(schema.text, references: schema.references)
            return .program(AvroCompiler.compile(avro, for: request))
        } catch { return .unusable("\(name) cannot be used: \(error)") }
    }
}
