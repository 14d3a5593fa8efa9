import Bytes
import Projections

extension ProtobufSchema {
    /// The files that a registry gives, as base64 of their descriptors: what a file needs is before it.
    init(_ schema: WriterSchema) throws(SchemaFault) {
        guard schema.kind == .protobuf else { throw SchemaFault("it is of type \(schema.kind.rawValue)") }
        var set: [UInt8] = []
        for text in schema.references + [schema.text] {
            guard let file = Self.base64(text) else {
                throw SchemaFault(
                    "the registry gives it as .proto text, which Lantern does not read: name the topic's `descriptors:`"
                )
            }
            // A `FileDescriptorSet` is its files one after another, each as field 1.
            set.append(0x0A)
            var length = file.count
            while length > 0x7F {
                set.append(UInt8(length & 0x7F | 0x80))
                length >>= 7
            }
            set.append(UInt8(length))
            set += file
        }
        try self.init(descriptorSet: set)
    }

    /// nil if it is not base64.
    static func base64(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for letter in text.utf8 where letter != UInt8(ascii: "=") && letter != UInt8(ascii: "\n") {
            let value: UInt8
            switch letter {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = letter - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = letter - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = letter - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 1
            if count == 4 {
                bytes += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)]
                (bits, count) = (0, 0)
            }
        }
        switch count {
        case 0: break
        case 2: bytes.append(UInt8(bits >> 4 & 0xFF))
        case 3: bytes += [UInt8(bits >> 10 & 0xFF), UInt8(bits >> 2 & 0xFF)]
        default: return nil
        }
        return bytes
    }
}
