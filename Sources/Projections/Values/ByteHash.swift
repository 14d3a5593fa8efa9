/// A fast hash of bytes for tables in memory: eight bytes a step, folded by a wide multiplication (the idea of wyhash).
/// Seeded at random in each process, so that no producer can choose colliding keys; nothing that is sent depends on it.
enum ByteHash {
    static let seed = UInt64.random(in: .min ... .max)

    @inline(__always)
    static func hash(_ text: Span<UInt8>, seed: UInt64) -> UInt64 {
        let bytes = unsafe text.bytes
        let count = bytes.byteCount
        var hash = seed ^ UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        var at = 0
        while at + 8 <= count {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            hash = mix(hash ^ word, 0xA076_1D64_78BD_642F)
            at += 8
        }
        if at < count {
            var word: UInt64 = 0
            if count >= 8 {
                word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            } else {
                while at < count {
                    word = word << 8 | UInt64(unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self))
                    at += 1
                }
            }
            hash = mix(hash ^ word, 0xE703_7ED1_A0B4_28DB)
        }
        return mix(hash, 0x8EBC_6AF0_9C88_C6E3)
    }

    @inline(__always)
    static func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let product = one.multipliedFullWidth(by: other)
        return product.high ^ product.low
    }
}
