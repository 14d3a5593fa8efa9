/// What a schema registry's serializers write in front of a value: a zero and the schema's id, of Protobuf also which message
/// of the schema it is.
/// Source: Confluent, "Formats, Serializers, and Deserializers", "Wire format".
enum RegistryFrame {
    /// Why there is none, for people.
    static let missing =
        "it does not begin with a schema registry's frame, a zero and four bytes of the schema's id"

    /// Takes the id; nil if there is no frame.
    @inline(__always)
    static func id(_ cursor: inout ByteCursor) -> UInt32? {
        guard cursor.remaining >= 5 else { return nil }
        var ahead = cursor
        guard let first = try? ahead.byte(), first == 0, let id = try? ahead.littleEndian32() else { return nil }
        cursor = ahead
        return id.byteSwapped
    }

    /// The most levels of messages in messages, and the most messages on one level, that are read.
    private static let levels = 4
    private static let messages = 255

    /// Takes the place of the message in its file, from the top message down, as one number: the lowest byte is the top
    /// message's place plus one. A count of zero is short for the first message.
    static func message(_ cursor: inout ByteCursor) throws(BinaryFault) -> UInt32 {
        let start = cursor.at
        let count = try cursor.zigzag()
        if count == 0 { return 1 }
        if count < 0 || count > Int64(levels) { throw BinaryFault(.message, at: start) }
        var places: UInt32 = 0
        for level in 0..<Int(count) {
            let place = try cursor.zigzag()
            if place < 0 || place >= Int64(messages) { throw BinaryFault(.message, at: start) }
            places |= UInt32(place + 1) << UInt32(level * 8)
        }
        return places
    }

    /// The places that such a number stands for.
    static func places(_ number: UInt32) -> [Int] {
        (0..<levels).map { Int(number >> UInt32($0 * 8) & 0xFF) }.prefix { $0 > 0 }.map { $0 - 1 }
    }
}
