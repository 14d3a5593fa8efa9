import Projections

extension FieldReader where Self: ~Copyable {
    /// Fills `fields` as ``read(_:at:into:)`` does; what is converted is appended to `decoded.converted`, behind what stands
    /// there, so that slots of `fields` can be moved into `decoded` as they are.
    @inline(__always)
    mutating func read(
        _ bytes: Span<UInt8>, at place: FoundValue.Place, into fields: inout DecodedValue,
        behind decoded: inout DecodedValue
    ) -> DecodeFault? {
        swap(&fields.converted, &decoded.converted)
        let fault = read(bytes, at: place, into: &fields)
        swap(&fields.converted, &decoded.converted)
        return fault
    }
}
