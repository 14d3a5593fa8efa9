/// Writes descriptors and messages of Protobuf for tests.
struct DescriptorWriter {
    private(set) var bytes: [UInt8] = []

    static func varint(_ number: UInt64) -> [UInt8] {
        var (rest, bytes) = (number, [UInt8]())
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func field(_ number: Int, _ value: Int) -> [UInt8] {
        varint(UInt64(number) << 3) + varint(UInt64(bitPattern: Int64(value)))
    }

    static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(UInt64(number) << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }

    static func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    /// A field of a message: with the numbers of descriptor.proto.
    static func declared(
        _ name: String, _ number: Int, _ kind: Int, type: String = "", isRepeated: Bool = false, oneof: Int? = nil
    ) -> [UInt8] {
        var bytes = field(1, name) + field(3, number) + field(4, isRepeated ? 3 : 1) + field(5, kind)
        if !type.isEmpty { bytes += field(6, type) }
        if let oneof { bytes += field(9, oneof) }
        return field(2, bytes)
    }

    static func message(_ name: String, _ parts: [UInt8]..., oneofs: Int = 0, isMapEntry: Bool = false) -> [UInt8] {
        var bytes = field(1, name) + parts.joined()
        for index in 0..<oneofs { bytes += field(8, field(1, "o\(index)")) }
        if isMapEntry { bytes += field(7, field(7, 1)) }
        return bytes
    }

    static func file(_ syntax: String, _ messages: [[UInt8]], enums: [[UInt8]] = []) -> [UInt8] {
        let parts = messages.map { field(4, $0) } + enums.map { field(5, $0) }
        return field(1, "t.proto") + field(2, "t") + parts.joined() + field(12, syntax)
    }

    /// A set of one file.
    static func set(_ syntax: String, _ messages: [[UInt8]], enums: [[UInt8]] = []) -> [UInt8] {
        field(1, file(syntax, messages, enums: enums))
    }
}
