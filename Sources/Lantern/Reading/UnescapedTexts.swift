internal import Bytes
internal import Projections

/// The texts of an event's strings with escapes, for the paths that find one; memory that is used again.
struct UnescapedTexts: ~Copyable {
    var bytes = ByteBuffer(capacity: 256)
    /// For each path, where its text is in `bytes`; `.nothing` if it has an unpaired surrogate.
    var places: [Slot]

    init(pathCount: Int) { places = Array(repeating: Slot(), count: pathCount) }

    mutating func fill(_ decoded: borrowing DecodedValue, _ value: Span<UInt8>) {
        bytes.removeAll(keeping: 1 << 20)
        for index in decoded.slots.indices where decoded.slots[index].kind == .escapedString {
            let start = bytes.count
            let isText = JSONText.unescape(value.extracting(decoded.slots[index].range), to: &bytes)
            places[index] = Slot(isText ? .string : .nothing, start: UInt32(start), count: UInt32(bytes.count - start))
        }
    }
}
