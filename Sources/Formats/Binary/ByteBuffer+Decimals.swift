import Bytes

extension ByteBuffer {
    /// The longest unscaled value, in bytes: its text takes time that grows with the square of it.
    private static var longestDecimal: Int { 4096 }

    /// `unscaled` × 10^−`scale`, exactly and with all digits of its scale. `unscaled` is big-endian two's complement; none
    /// is zero. A fault if it is too long.
    mutating func append(unscaled: Span<UInt8>, scale: Int) -> BinaryReason? {
        if unscaled.count > Self.longestDecimal { return .longDecimal }
        if scale < -10_000 || scale > 10_000 { return .scale }
        if unscaled.count <= 8 {
            var number: Int64 = unscaled.count > 0 && unscaled[0] >= 0x80 ? -1 : 0
            for index in unscaled.indices { number = number &<< 8 | Int64(unscaled[index]) }
            if number < 0 { append(UInt8(ascii: "-")) }
            append(groups: 1, scale: scale) { _ in number.magnitude }
            return nil
        }
        appendLong(unscaled, scale: scale)
        return nil
    }

    /// Divides by 10^9 again and again; the digits come in groups of nine, the lowest first.
    @inline(never)
    private mutating func appendLong(_ unscaled: Span<UInt8>, scale: Int) {
        let isNegative = unscaled[0] >= 0x80
        let limbCount = (unscaled.count + 3) / 4
        // log10(256) is 2.41: nine digits for each 3.7 bytes.
        let groupCount = unscaled.count / 3 + 2
        unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: limbCount + groupCount) { room in
            // The highest limb first; of a negative number its magnitude.
            for index in 0..<limbCount { unsafe room[index] = isNegative ? .max : 0 }
            for index in unscaled.indices {
                let place = unscaled.count - 1 - index
                let limb = limbCount - 1 - place / 4
                let shift = UInt32(place % 4 * 8)
                unsafe room[limb] = room[limb] & ~(0xFF << shift) | UInt32(unscaled[index]) << shift
            }
            if isNegative { unsafe Self.negate(room, limbCount) }
            var first = 0
            var groups = 0
            while first < limbCount {
                var rest: UInt64 = 0
                for index in first..<limbCount {
                    let part = unsafe rest << 32 | UInt64(room[index])
                    unsafe room[index] = UInt32(truncatingIfNeeded: part / 1_000_000_000)
                    rest = part % 1_000_000_000
                }
                while first < limbCount, unsafe room[first] == 0 { first += 1 }
                unsafe room[limbCount + groups] = UInt32(truncatingIfNeeded: rest)
                groups += 1
            }
            if isNegative { append(UInt8(ascii: "-")) }
            append(groups: groups, scale: scale) { unsafe UInt64(room[limbCount + $0]) }
        }
    }

    private static func negate(_ limbs: UnsafeMutableBufferPointer<UInt32>, _ count: Int) {
        var carry = true
        for index in stride(from: count - 1, through: 0, by: -1) {
            let inverted = unsafe ~limbs[index]
            unsafe limbs[index] = carry ? inverted &+ 1 : inverted
            carry = carry && inverted == .max
        }
    }

    /// The digits of `groups` groups, the lowest first, each but the highest of nine digits; then the point is set.
    private mutating func append(groups: Int, scale: Int, _ group: (Int) -> UInt64) {
        let start = count
        append(magnitude: group(groups - 1))
        for index in stride(from: groups - 2, through: 0, by: -1) { append(Int64(group(index)), digits: 9) }
        let digits = count - start
        if scale < 0 {
            if digits == 1, self[start] == UInt8(ascii: "0") { return }
            for _ in 0..<(-scale) { append(UInt8(ascii: "0")) }
        } else if scale > 0 {
            setPoint(start, digits, scale)
        }
    }

    private mutating func setPoint(_ start: Int, _ digits: Int, _ scale: Int) {
        let zeros = max(scale + 1 - digits, 0)
        for _ in 0..<(zeros + 1) { append(UInt8(ascii: "0")) }
        var from = start + digits - 1
        var to = count - 1
        // From behind: the fraction, the point, what is before it, and zeros in front.
        for place in 0..<(digits + zeros) {
            if place == scale {
                self[to] = UInt8(ascii: ".")
                to -= 1
            }
            self[to] = place < digits ? self[from] : UInt8(ascii: "0")
            from -= 1
            to -= 1
        }
    }

    /// A number of 64 bits without a sign.
    mutating func append(magnitude: UInt64) {
        if magnitude <= UInt64(Int64.max) {
            append(decimal: Int64(magnitude))
        } else {
            append(decimal: Int64(magnitude / 10))
            append(UInt8(ascii: "0") + UInt8(magnitude % 10))
        }
    }
}
