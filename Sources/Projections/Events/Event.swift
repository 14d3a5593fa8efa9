import Bytes

/// One Kafka record, its bytes borrowed from the client library for as long as it is projected.
public struct Event: ~Escapable {
    /// The topic's place in the projection's list of topics.
    public let topic: Int
    public let partition: Int32
    public let offset: Int64
    /// Milliseconds since 1970; −1 if the record has none.
    public let timestamp: Int64
    /// The record's key; nil if it has none.
    public let key: Span<UInt8>?
    /// The record's value; nil is a tombstone.
    public let value: Span<UInt8>?
    /// It outlives the event, which was made in its scope: nothing is counted for each event.
    private unowned(unsafe) let headerList: HeaderList
    /// What the event's decoder wrote beside it: see ``FoundValue/Place``.
    public let converted: Span<UInt8>

    /// `headers` may be empty if the projection reads none.
    @_lifetime(copy key, copy value, borrow headers)
    public init(
        topic: Int, partition: Int32, offset: Int64, timestamp: Int64,
        key: Span<UInt8>?, value: Span<UInt8>?, headers: borrowing HeaderList
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        unsafe headerList = copy headers
        converted = Span()
    }

    /// The same record with what its decoder made of it; `value` is another one only for what has none.
    @_lifetime(copy event, copy value, copy converted)
    public init(_ event: Event, value: Span<UInt8>?, converted: Span<UInt8>) {
        topic = event.topic
        partition = event.partition
        offset = event.offset
        timestamp = event.timestamp
        key = event.key
        self.value = value
        unsafe headerList = event.headerList
        self.converted = converted
    }

    /// Of key and value.
    @inlinable public var byteCount: Int { (key?.count ?? 0) &+ (value?.count ?? 0) }

    /// All headers; to be used no longer than the event.
    public var headers: HeaderList { unsafe headerList }

    /// The value of the last header of that name; nil if there is none or its value is null.
    @_lifetime(copy self)
    public func header(named name: Span<UInt8>) -> Span<UInt8>? {
        let headers = headers
        var index = headers.count - 1
        while index >= 0 {
            if headers.name(index).isEqual(to: name) {
                guard let value = headers.value(index) else { return nil }
                return unsafe _overrideLifetime(value, copying: self)
            }
            index -= 1
        }
        return nil
    }
}
