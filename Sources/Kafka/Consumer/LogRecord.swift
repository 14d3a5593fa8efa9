/// A record as it was read. Its bytes are borrowed from it, and gone with it.
public protocol LogRecord: ~Copyable {
    associatedtype Headers: HeaderSource
    /// The topic's place in the list that the consumer was made with.
    var topic: Int { get }
    var partition: Int32 { get }
    var offset: Int64 { get }
    /// Milliseconds since 1970; −1 if the record has none.
    var timestamp: Int64 { get }
    /// nil if the record has no key, which differs from an empty one.
    var key: Span<UInt8>? { @_lifetime(borrow self) get }
    /// nil is a tombstone, which differs from an empty value.
    var value: Span<UInt8>? { @_lifetime(borrow self) get }
    /// Where its headers are to be had, as long as the record is there.
    @unsafe var headerSource: Headers { get }
}

/// The headers of a record that the caller keeps alive.
public protocol HeaderSource {
    /// Gives each header in the record's order, repeated names included; a null value (nil) differs from an empty one.
    func forEachHeader(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>?) -> Void)
}
