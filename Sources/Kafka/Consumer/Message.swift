internal import CRdkafka

/// A record as librdkafka holds it; its bytes are borrowed, and freed with it.
///
/// It must be gone before its consumer is closed (librdkafka still counts it among the consumer's).
@safe
public struct Message: LogRecord, ~Copyable {
    /// The topic's place in the list that the consumer was made with.
    public let topic: Int
    public let partition: Int32
    public let offset: Int64
    // Copied out of the C structure, so that reading them is inlined in other modules, which cannot see C.
    @usableFromInline let keyStart: UnsafePointer<UInt8>?
    @usableFromInline let keyCount: Int
    @usableFromInline let valueStart: UnsafePointer<UInt8>?
    @usableFromInline let valueCount: Int
    private let message: UnsafeMutablePointer<rd_kafka_message_t>

    /// Takes over `message`: taken from the queue, without an error, freed by deinit.
    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, topic: Int) {
        unsafe self.message = unsafe message
        self.topic = topic
        unsafe partition = message.pointee.partition
        unsafe offset = message.pointee.offset
        unsafe keyStart = UnsafePointer(message.pointee.key?.assumingMemoryBound(to: UInt8.self))
        unsafe keyCount = message.pointee.key_len
        unsafe valueStart = UnsafePointer(message.pointee.payload?.assumingMemoryBound(to: UInt8.self))
        unsafe valueCount = message.pointee.len
    }

    deinit { unsafe rd_kafka_message_destroy(message) }

    /// Milliseconds since 1970; −1 if the record has none.
    public var timestamp: Int64 { unsafe rd_kafka_message_timestamp(message, nil) }

    /// The record's key; nil if it has none, which differs from an empty one.
    @inlinable
    public var key: Span<UInt8>? {
        @_lifetime(borrow self)
        get {
            guard let keyStart = unsafe keyStart else { return nil }
            let span = unsafe Span(_unsafeStart: keyStart, count: keyCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The record's value; nil is a tombstone, which differs from an empty one.
    @inlinable
    public var value: Span<UInt8>? {
        @_lifetime(borrow self)
        get {
            guard let valueStart = unsafe valueStart else { return nil }
            let span = unsafe Span(_unsafeStart: valueStart, count: valueCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Gives each header in the record's order, repeated names included; a null value (nil) differs from an empty one.
    public func forEachHeader(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>?) -> Void) {
        unsafe headerSource.forEachHeader(body)
    }

    /// Where its headers are to be had, as long as the message is there.
    @unsafe public var headerSource: MessageHeaders { unsafe MessageHeaders(message: message) }
}
