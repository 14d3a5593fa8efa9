/// The registers of a HyperLogLog as Redis keeps them: 16,384, the hash is MurmurHash64A with seed 0xADC83B19.
public struct OracleRegisters: Sendable, Equatable {
    public private(set) var values = [UInt8](repeating: 0, count: 16_384)

    public init() {}

    mutating func add(_ member: [UInt8]) {
        var hash = Self.murmur(member)
        let index = Int(hash & 16_383)
        hash = hash >> 14 | 1 << 50
        let count = UInt8(hash.trailingZeroBitCount + 1)
        if count > values[index] { values[index] = count }
    }

    /// What a Redis string of the type holds, dense or sparse; nil if it is no HyperLogLog.
    public init?(redisString bytes: [UInt8]) {
        guard bytes.count >= 16, Array(bytes[0..<4]) == Array("HYLL".utf8) else { return nil }
        if bytes[4] == 0 {
            guard bytes.count >= 16 + 12_288 else { return nil }
            for index in 0..<16_384 {
                let bit = index * 6
                let low = UInt32(bytes[16 + bit / 8])
                let high = bit / 8 + 17 < bytes.count ? UInt32(bytes[17 + bit / 8]) : 0
                values[index] = UInt8((low | high << 8) >> UInt32(bit % 8) & 63)
            }
            return
        }
        var index = 0
        var position = 16
        while position < bytes.count {
            let byte = bytes[position]
            var length = Int(byte & 0x3F) + 1
            var value: UInt8 = 0
            if byte & 0x80 != 0 {
                value = (byte >> 2 & 0x1F) + 1
                length = Int(byte & 3) + 1
            } else if byte & 0x40 != 0 {
                guard position + 1 < bytes.count else { return nil }
                length = (Int(byte & 0x3F) << 8 | Int(bytes[position + 1])) + 1
                position += 1
            }
            position += 1
            guard index + length <= 16_384 else { return nil }
            for _ in 0..<length {
                values[index] = value
                index += 1
            }
        }
        guard index == 16_384 else { return nil }
    }

    private static func murmur(_ bytes: [UInt8]) -> UInt64 {
        let multiplier: UInt64 = 0xC6A4_A793_5BD1_E995
        var hash = 0xADC8_3B19 ^ UInt64(bytes.count) &* multiplier
        var position = 0
        while position + 8 <= bytes.count {
            var word: UInt64 = 0
            for index in 0..<8 { word |= UInt64(bytes[position + index]) << UInt64(8 * index) }
            word = word &* multiplier
            word ^= word >> 47
            word = word &* multiplier
            hash = (hash ^ word) &* multiplier
            position += 8
        }
        if position < bytes.count {
            for index in 0..<bytes.count - position { hash ^= UInt64(bytes[position + index]) << UInt64(8 * index) }
            hash = hash &* multiplier
        }
        hash ^= hash >> 47
        hash = hash &* multiplier
        return hash ^ hash >> 47
    }
}
