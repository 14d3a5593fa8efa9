internal import CRdkafka

/// The records, ends and errors that librdkafka gave in one call and that were not handed on yet: one call for many of them
/// costs a small part of one for each.
///
/// It must be emptied before the client is destroyed.
@safe
struct ReadAhead: ~Copyable {
    /// At most so many are taken at once.
    private static let capacity = 128

    private let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private var next = 0
    private var count = 0

    init() {
        unsafe messages = .allocate(capacity: Self.capacity)
        unsafe messages.initialize(repeating: nil, count: Self.capacity)
    }

    deinit {
        removeAll()
        unsafe messages.deallocate()
    }

    /// The next one, which is the caller's to destroy; nil where none is left.
    @inline(__always)
    mutating func take() -> UnsafeMutablePointer<rd_kafka_message_t>? {
        while next < count {
            let message = unsafe messages[next]
            next &+= 1
            // It was written by another thread: its bytes are on their way while the one before it is folded.
            if next < count, let following = unsafe messages[next] { unsafe lantern_prefetch(following) }
            if let message = unsafe message { return unsafe message }
        }
        return nil
    }

    /// Takes what waits in `queue`, without waiting for more; all that was here before must have been taken.
    mutating func fill(from queue: OpaquePointer) {
        next = 0
        count = unsafe max(0, rd_kafka_consume_batch_queue(queue, 0, messages, Self.capacity))
    }

    /// Drops what is of a partition that is to be read from elsewhere, or no more.
    func remove(_ isGone: (_ topic: OpaquePointer?, _ partition: Int32) -> Bool) {
        for index in next..<count {
            guard let message = unsafe messages[index],
                unsafe isGone(message.pointee.rkt, message.pointee.partition)
            else { continue }
            unsafe rd_kafka_message_destroy(message)
            unsafe messages[index] = nil
        }
    }

    func removeAll() { unsafe remove { _, _ in true } }
}
