import Bytes

/// Where one header's name and value are in a header list's bytes.
struct HeaderEntry: Sendable {
    let name: Range<Int>
    /// nil is a null value, which differs from an empty one.
    let value: Range<Int>?
}

/// A record's headers, copied into memory that is used again for the next record.
///
/// They are read when one of them is needed, and most projections never need one: librdkafka takes memory to look for
/// headers even if a record has none. Used by one thread at a time.
open class HeaderList {
    private final var entries: [HeaderEntry] = []
    private final var bytes = ByteBuffer(capacity: 64)
    @safe @exclusivity(unchecked) @usableFromInline final var isRead = true

    public init() {}

    /// Appends all headers of the current record: for types that know where they are.
    open func read() {}

    /// Another record is at hand; its headers are to be had by `read`.
    @inlinable public final func expect() { isRead = false }

    private final func ensureRead() {
        if isRead { return }
        removeAll()
        read()
    }

    public final var count: Int {
        ensureRead()
        return entries.count
    }

    public final func removeAll() {
        isRead = true
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keeping: 1 << 16)
    }

    /// Adds a header; a null value differs from an empty one.
    public final func append(name: Span<UInt8>, value: Span<UInt8>?) {
        let nameStart = bytes.count
        bytes.append(name)
        let valueStart = bytes.count
        if let value { bytes.append(value) }
        entries.append(
            HeaderEntry(name: nameStart..<valueStart, value: value == nil ? nil : valueStart..<bytes.count))
    }

    /// The name of header `index`; to be used before the list changes.
    @_lifetime(borrow self)
    public final func name(_ index: Int) -> Span<UInt8> { unsafe span(entries[index].name) }

    /// The value of header `index`; nil is null; to be used before the list changes.
    @_lifetime(borrow self)
    public final func value(_ index: Int) -> Span<UInt8>? {
        guard let range = entries[index].value else { return nil }
        return unsafe span(range)
    }

    /// Unchecked: the list must not change while the span is used.
    @unsafe
    @_lifetime(borrow self)
    private final func span(_ range: Range<Int>) -> Span<UInt8> {
        let span = bytes.span(range)
        return unsafe _overrideLifetime(span, borrowing: self)
    }
}
