internal import Bytes
internal import Formats
internal import Projections

/// The texts of an event's strings with escapes, for the paths that find one; memory that is used again.
struct UnescapedTexts: ~Copyable {
    var bytes = ByteBuffer(capacity: 256)
    /// For each path, where its text is in `bytes`; `.nothing` if it has an unpaired surrogate.
    var places: [FoundValue]

    init(pathCount: Int) { places = Array(repeating: FoundValue(), count: pathCount) }

    mutating func fill(_ decoded: borrowing DecodedValue, _ event: borrowing Projections.Event) {
        bytes.removeAll(keeping: 1 << 20)
        for index in decoded.found.indices where decoded.found[index].kind == .escapedString {
            let start = bytes.count
            let isText = decoded.found[index].appendText(event, decoded.converted, to: &bytes)
            places[index] = FoundValue(
                isText ? .string : .nothing, start: UInt32(start), count: UInt32(bytes.count - start))
        }
    }
}
