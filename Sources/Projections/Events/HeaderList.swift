import Bytes

/// Where one header's name and value stand among a header list's bytes.
public struct HeaderEntry: Sendable {
    let name: Range<Int>
    /// nil is a null value, which differs from an empty one.
    let value: Range<Int>?
}

/// A record's headers, copied into memory that is used again for the next record.
public struct HeaderList: ~Copyable {
    var entries: [HeaderEntry] = []
    var bytes = ByteBuffer(capacity: 64)

    public init() {}

    public var count: Int { entries.count }

    public mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keeping: 1 << 16)
    }

    /// Adds a header; a null value differs from an empty one.
    public mutating func append(name: Span<UInt8>, value: Span<UInt8>?) {
        let nameStart = bytes.count
        bytes.append(name)
        let valueStart = bytes.count
        if let value { bytes.append(value) }
        entries.append(
            HeaderEntry(name: nameStart..<valueStart, value: value == nil ? nil : valueStart..<bytes.count))
    }

    /// The name of header `index`.
    @_lifetime(borrow self)
    public func name(_ index: Int) -> Span<UInt8> { bytes.span(entries[index].name) }

    /// The value of header `index`; nil is null.
    @_lifetime(borrow self)
    public func value(_ index: Int) -> Span<UInt8>? {
        guard let range = entries[index].value else { return nil }
        return bytes.span(range)
    }
}
