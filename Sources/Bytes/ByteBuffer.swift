/// A growable run of bytes with one owner: what the hot path writes into instead of `String` and `Array`.
///
/// Memory is kept when the contents are removed, so that a buffer that is used again allocates nothing.
@safe
@frozen
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var used: Int
    @usableFromInline var capacity: Int

    /// An empty buffer with room for `capacity` bytes (at least 16).
    @inlinable
    public init(capacity: Int = 256) {
        self.capacity = max(capacity, 16)
        unsafe self.base = .allocate(capacity: self.capacity)
        self.used = 0
    }

    @inlinable
    deinit { unsafe base.deallocate() }

    /// How many bytes it holds.
    @inlinable public var count: Int { used }
    @inlinable public var isEmpty: Bool { used == 0 }

    /// The bytes, borrowed.
    @inlinable
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let span = unsafe Span(_unsafeStart: UnsafePointer(base), count: used)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes of `range`, borrowed.
    @inlinable
    @_lifetime(borrow self)
    public func span(_ range: Range<Int>) -> Span<UInt8> {
        span.extracting(range)
    }

    @inlinable
    public subscript(index: Int) -> UInt8 {
        get {
            precondition(index >= 0 && index < used)
            return unsafe base[index]
        }
        set {
            precondition(index >= 0 && index < used)
            unsafe base[index] = newValue
        }
    }

    /// Makes room for `count` more bytes.
    @inlinable @inline(__always)
    public mutating func reserve(_ count: Int) {
        if used + count > capacity { grow(by: count) }
    }

    @usableFromInline @inline(never)
    mutating func grow(by count: Int) {
        let larger = max(capacity * 2, used + count)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe moved.update(from: base, count: used)
        unsafe base.deallocate()
        unsafe base = moved
        capacity = larger
    }

    @inlinable @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base[used] = byte
        used += 1
    }

    @inlinable @inline(__always)
    public mutating func append(_ bytes: Span<UInt8>) {
        reserve(bytes.count)
        write(bytes)
    }

    /// Appends without checking for room, which was reserved. Most texts are short: for them a call of memcpy would
    /// cost more than the copy.
    @inlinable @inline(__always)
    mutating func write(_ bytes: Span<UInt8>) {
        let count = bytes.count
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress else { return }
            let target = unsafe base + used
            if count > 32 {
                unsafe target.update(from: source, count: count)
            } else if count >= 16 {
                unsafe Self.copy(source, target, count, as: SIMD16<UInt8>.self)
            } else if count >= 8 {
                unsafe Self.copy(source, target, count, as: UInt64.self)
            } else if count >= 4 {
                unsafe Self.copy(source, target, count, as: UInt32.self)
            } else if count > 0 {
                unsafe target[0] = source[0]
                unsafe target[count &>> 1] = source[count &>> 1]
                unsafe target[count &- 1] = source[count &- 1]
            }
        }
        used &+= count
    }

    /// Copies one to two words: the first and the last one, which may overlap.
    @inlinable @inline(__always)
    static func copy<Word: BitwiseCopyable>(
        _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ count: Int, as: Word.Type
    ) {
        let last = count &- MemoryLayout<Word>.size
        let (head, tail) = unsafe (
            UnsafeRawPointer(source).loadUnaligned(as: Word.self),
            UnsafeRawPointer(source + last).loadUnaligned(as: Word.self)
        )
        unsafe UnsafeMutableRawPointer(target).storeBytes(of: head, as: Word.self)
        unsafe UnsafeMutableRawPointer(target + last).storeBytes(of: tail, as: Word.self)
    }

    /// Appends a byte without checking for room, which was reserved.
    @inlinable @inline(__always)
    mutating func write(_ byte: UInt8) {
        unsafe base[used] = byte
        used &+= 1
    }

    @inlinable
    public mutating func append(_ bytes: [UInt8]) { append(bytes.span) }

    /// All bytes of another buffer.
    @inlinable
    public mutating func append(_ other: borrowing ByteBuffer) { append(other.span) }

    /// The bytes of another buffer from `start` on.
    @inlinable
    public mutating func append(_ other: borrowing ByteBuffer, from start: Int) {
        append(other.span(start..<other.count))
    }

    @inlinable
    public mutating func append(_ text: StaticString) {
        unsafe append(Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The UTF-8 of `text`; not for the hot path.
    public mutating func append(utf8 text: String) {
        for byte in text.utf8 { append(byte) }
    }

    /// `value` in decimal digits.
    @inlinable
    public mutating func append(decimal value: Int64) {
        reserve(20)
        if value < 0 {
            unsafe base[used] = UInt8(ascii: "-")
            used += 1
        }
        var rest = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while digits < 20, rest >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        var at = used + digits
        repeat {
            at -= 1
            unsafe base[at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while at > used
        used += digits
    }

    /// Forgets the bytes from `count` on.
    @inlinable
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= used)
        used = count
    }

    /// Forgets the first `count` bytes and moves the rest to the front.
    public mutating func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= used)
        unsafe base.update(from: base + count, count: used - count)
        used -= count
    }

    /// Forgets all bytes; the memory is kept unless it is over `keeping` bytes.
    @inlinable
    public mutating func removeAll(keeping limit: Int = .max) {
        used = 0
        if capacity > limit { shrink(to: limit) }
    }

    @usableFromInline @inline(never)
    mutating func shrink(to limit: Int) {
        let smaller = max(limit, 16)
        unsafe base.deallocate()
        unsafe base = .allocate(capacity: smaller)
        capacity = smaller
    }

    /// Appends what `body` writes into `count` reserved bytes; `body` returns how many it wrote.
    @inlinable
    public mutating func append(
        upTo count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        reserve(count)
        let written = unsafe body(UnsafeMutableRawBufferPointer(start: base + used, count: count))
        precondition(written >= 0 && written <= count)
        used += written
        return written
    }
}

extension ByteBuffer {
    /// A copy as an array; for tests, tools and errors.
    public var array: [UInt8] { span.array }
}
