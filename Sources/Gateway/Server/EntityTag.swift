/// Names for contents: the same content has the same name.
enum EntityTag {
    /// FNV-1a of 64 bits: contents that follow each other are told apart, nothing is kept secret by it.
    static func of(_ content: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in content { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return "\"\(String(hash, radix: 16))-\(content.count)\""
    }
}
