/// How many bytes each value of a type has, where that is the same for all of them.
struct AvroSizes {
    private enum State { case unknown, open, known(Int?) }

    private let schema: AvroSchema
    private var states: [State]

    init(_ schema: AvroSchema) {
        self.schema = schema
        states = Array(repeating: .unknown, count: schema.types.count)
    }

    /// nil: they differ. A type that contains itself in every value has no value at all: it counts as differing.
    mutating func size(_ type: Int) -> Int? {
        switch states[type] {
        case .known(let size): return size
        case .open: return nil
        case .unknown: break
        }
        states[type] = .open
        let size = find(schema.types[type])
        states[type] = .known(size)
        return size
    }

    private mutating func find(_ type: AvroSchema.TypeOf) -> Int? {
        switch type.kind {
        case .null: return 0
        case .float: return 4
        case .double: return 8
        case .fixed: return type.size
        case .record:
            var sum = 0
            for member in type.members {
                guard let size = size(member.type) else { return nil }
                let (next, overflow) = sum.addingReportingOverflow(size)
                if overflow { return nil }
                sum = next
            }
            return sum
        // A boolean has one byte, which must be checked.
        default: return nil
        }
    }
}
