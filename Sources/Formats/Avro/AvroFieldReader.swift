import Projections

/// Reads Avro: values of one schema, or values in a registry's frame, each with the schema that it was written with.
struct AvroFieldReader: FieldReader, ~Copyable {
    private let request: FieldRequest
    private let schemas: any SchemaSource
    private var compiled = CompiledSchemas<AvroProgram>()
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
        switch schemas.schema(id) {
        case .awaited(let words): throw .awaitsSchema(words)
        // Not kept: a schema that a registry lacks may be registered later.
        case .unusable(let reason): throw .unusableSchema(reason)
        case .found(let schema):
            do throws(SchemaFault) {
                guard schema.kind == .avro else { throw SchemaFault("it is of type \(schema.kind.rawValue)") }
                let avro = try AvroSchema(schema.text, references: schema.references)
                let program = AvroCompiler.compile(avro, for: request)
                compiled.add(UInt64(id), .program(program))
                return program
            } catch {
                let reason = "schema \(id) cannot be used: \(error)"
                compiled.add(UInt64(id), .unusable(reason))
                throw .unusableSchema(reason)
            }
        }
    }
}
