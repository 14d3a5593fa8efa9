/// Where a reader is in a binary value. Nothing outside of the value is read, whatever the bytes say.
@safe
struct ByteCursor {
    private let base: UnsafePointer<UInt8>
    private(set) var at: Int
    let end: Int

    /// The bytes must outlive the cursor.
    init(_ base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = unsafe base
        at = 0
        end = count
    }

    private init(_ base: UnsafePointer<UInt8>, at: Int, end: Int) {
        unsafe self.base = unsafe base
        self.at = at
        self.end = end
    }

    @inline(__always) var remaining: Int { end &- at }
    @inline(__always) var isAtEnd: Bool { at == end }

    /// A cursor on a part of what this one has passed or can reach.
    @inline(__always)
    func part(_ range: Range<Int>) -> ByteCursor {
        precondition(range.lowerBound >= 0 && range.upperBound <= end)
        return unsafe ByteCursor(base, at: range.lowerBound, end: range.upperBound)
    }

    /// Goes back to where it was before.
    @inline(__always)
    mutating func rewind(to earlier: Int) {
        precondition(earlier >= 0 && earlier <= at)
        at = earlier
    }

    @inline(__always)
    mutating func byte() throws(BinaryFault) -> UInt8 {
        if at >= end { throw BinaryFault(.truncated, at: at) }
        let byte = unsafe base[at]
        at &+= 1
        return byte
    }

    /// A number of seven bits a byte, the lowest first; bits beyond the 64th must be zero.
    @inline(__always)
    mutating func varint() throws(BinaryFault) -> UInt64 {
        if at < end {
            let first = unsafe base[at]
            if first < 0x80 {
                at &+= 1
                return UInt64(first)
            }
        }
        return try longVarint()
    }

    @inline(never)
    private mutating func longVarint() throws(BinaryFault) -> UInt64 {
        let start = at
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            if at >= end { throw BinaryFault(.truncated, at: at) }
            let byte = unsafe base[at]
            at &+= 1
            if shift == 63, byte > 1 { throw BinaryFault(.number, at: start) }
            number |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return number }
            shift &+= 7
            if shift > 63 { throw BinaryFault(.number, at: start) }
        }
    }

    /// A signed number in Avro's and Protobuf's zig-zag form.
    @inline(__always)
    mutating func zigzag() throws(BinaryFault) -> Int64 { Self.signed(try varint()) }

    @inline(__always)
    static func signed(_ number: UInt64) -> Int64 { Int64(bitPattern: number &>> 1) ^ -Int64(bitPattern: number & 1) }

    @inline(__always)
    mutating func skip(_ count: Int) throws(BinaryFault) {
        if count > remaining { throw BinaryFault(.truncated, at: at) }
        at &+= count
    }

    /// The next `count` bytes, as where they are.
    @inline(__always)
    mutating func take(_ count: UInt64) throws(BinaryFault) -> Range<Int> {
        if count > UInt64(remaining) { throw BinaryFault(.length, at: at) }
        let start = at
        at &+= Int(count)
        return start..<at
    }

    @inline(__always)
    mutating func littleEndian32() throws(BinaryFault) -> UInt32 {
        if remaining < 4 { throw BinaryFault(.truncated, at: at) }
        let number = unsafe UnsafeRawPointer(base + at).loadUnaligned(as: UInt32.self)
        at &+= 4
        return UInt32(littleEndian: number)
    }

    @inline(__always)
    mutating func littleEndian64() throws(BinaryFault) -> UInt64 {
        if remaining < 8 { throw BinaryFault(.truncated, at: at) }
        let number = unsafe UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
        at &+= 8
        return UInt64(littleEndian: number)
    }

    /// The bytes of a range that was taken; to be used no longer than the value.
    @inline(__always)
    @_lifetime(immortal)
    func bytes(_ range: Range<Int>) -> Span<UInt8> {
        let span = unsafe Span(_unsafeStart: base + range.lowerBound, count: range.count)
        return unsafe _overrideLifetime(span, copying: ())
    }
}
