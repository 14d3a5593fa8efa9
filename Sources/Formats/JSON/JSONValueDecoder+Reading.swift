public import Projections

extension JSONValueDecoder: FieldReader {
    public mutating func read(
        _ bytes: Span<UInt8>, at place: FoundValue.Place, into fields: inout DecodedValue
    ) -> DecodeFault? {
        let fault = decode(bytes, into: &fields)
        if let base = takeBase(fields) { fields.whole = base }
        guard place != .value else { return fault }
        for index in fields.found.indices { fields.found[index].place = place }
        for index in fields.members.indices {
            fields.members[index].name.place = place
            fields.members[index].value.place = place
        }
        fields.whole.place = place
        return fault
    }
}
