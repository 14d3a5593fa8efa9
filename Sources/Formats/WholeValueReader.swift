import Projections

/// Takes bytes as a whole and looks into nothing (`encoding: bytes`).
struct WholeValueReader: FieldReader {
    mutating func read(
        _ bytes: Span<UInt8>, at place: FoundValue.Place, into fields: inout DecodedValue
    ) -> DecodeFault? {
        for index in fields.found.indices { fields.found[index] = FoundValue() }
        fields.members.removeAll(keepingCapacity: true)
        fields.whole = FoundValue(.string, at: place, count: UInt32(truncatingIfNeeded: bytes.count))
        return nil
    }
}
