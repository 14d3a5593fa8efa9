internal import CRdkafka
internal import System

/// Writes records: for the dead-letter topic, the demo and the tests.
///
/// Idempotent, acks=all. One thread at a time uses it; acknowledgements are counted within its own calls.
@safe
public struct Producer: ~Copyable, @unchecked Sendable {
    let client: OpaquePointer
    let mailbox: Mailbox
    let deliveries: Deliveries
    private var lastAwaited = 0

    /// Throws `configuration` naming the wrong property, `unsupported` for what this librdkafka cannot do.
    public init(
        properties: [(String, String)], clientID: String, transactionalID: String? = nil
    ) throws(KafkaError) {
        try checkSupport(properties)
        let mailbox = Mailbox()
        let deliveries = Deliveries()
        var made = try Properties([("enable.idempotence", "true"), ("client.id", clientID)] + properties)
        if let transactionalID { try made.set("transactional.id", transactionalID) }
        mailbox.attach(to: made)
        mailbox.deliveries = deliveries
        unsafe rd_kafka_conf_set_dr_msg_cb(made.configuration) { _, message, opaque in
            guard let message = unsafe message else { return }
            unsafe Mailbox.of(opaque)?.deliveries?.record(message)
        }
        unsafe client = try made.makeClient(RD_KAFKA_PRODUCER)
        self.mailbox = mailbox
        self.deliveries = deliveries
    }

    deinit {
        let (client, mailbox, deliveries) = unsafe (client, mailbox, deliveries)
        _ = BoundedShutdown.run(deadlineMilliseconds: 5_000) {
            unsafe rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            deliveries.handles.release()
            unsafe rd_kafka_destroy(client)
            withExtendedLifetime(mailbox) {}
        }
    }

    /// Queues a record, copied; waits while the queue is full.
    ///
    /// - Parameters:
    ///   - partition: nil lets librdkafka's partitioner choose by the key.
    ///   - key: nil: none, which differs from an empty one.
    ///   - value: nil: a tombstone.
    ///   - headers: in order; a nil value is null, which differs from an empty one.
    ///   - timestamp: milliseconds since 1970; nil is now.
    ///   - tag: comes back with the acknowledgement or the failure.
    public mutating func produce(
        topic: String, partition: Int32? = nil, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: [(name: String, value: [UInt8]?)] = [], timestamp: Int64? = nil, tag: Int = 0
    ) throws(KafkaError) {
        let place = try self.place(of: topic)
        let headerList = headers.isEmpty ? nil : unsafe Self.headerList(headers)
        while true {
            let code = unsafe Self.withPointer(key) { key, keyCount in
                unsafe Self.withPointer(value) { value, valueCount in
                    unsafe lantern_produce(
                        client, deliveries.handles.handle(place), partition ?? RD_KAFKA_PARTITION_UA, key, keyCount,
                        value, valueCount, headerList, timestamp ?? 0, UnsafeMutableRawPointer(bitPattern: tag))
                }
            }
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { break }
            if code == RD_KAFKA_RESP_ERR__QUEUE_FULL {
                poll(timeoutMilliseconds: 100)
                continue
            }
            if let headerList = unsafe headerList { unsafe rd_kafka_headers_destroy(headerList) }
            throw KafkaError(code, "producing to topic \(topic)")
        }
    }

    /// The same from arrays.
    public mutating func produce(
        topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?,
        headers: [(name: String, value: [UInt8]?)] = [], timestamp: Int64? = nil, tag: Int = 0
    ) throws(KafkaError) {
        try produce(
            topic: topic, partition: partition, key: key?.span, value: value?.span, headers: headers,
            timestamp: timestamp, tag: tag)
    }

    /// Produces one record and waits until every in-sync replica has it; throws what became of it otherwise.
    ///
    /// After `timedOut` it is unknown whether it was or will be written.
    public mutating func deliver(
        topic: String, partition: Int32? = nil, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: [(name: String, value: [UInt8]?)] = [], timestamp: Int64? = nil, timeoutMilliseconds: Int
    ) throws(KafkaError) {
        // Tags of records that are waited for count down from −1, away from the caller's.
        lastAwaited -= 1
        deliveries.awaited = lastAwaited
        deliveries.outcome = nil
        defer { deliveries.awaited = nil }
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        try produce(
            topic: topic, partition: partition, key: key, value: value, headers: headers, timestamp: timestamp,
            tag: lastAwaited)
        while true {
            poll(timeoutMilliseconds: min(100, deadline.remainingMilliseconds))
            if let outcome = deliveries.outcome {
                if let error = outcome { throw error }
                return
            }
            guard !deadline.hasPassed else {
                throw KafkaError(
                    .timedOut, message: "no acknowledgement from topic \(topic) within \(timeoutMilliseconds) ms",
                    isRetriable: true)
            }
        }
    }

    /// Counts what was acknowledged or failed; waits for the first at most `timeoutMilliseconds`.
    public mutating func poll(timeoutMilliseconds: Int = 0) {
        unsafe _ = rd_kafka_poll(client, Int32(clamping: timeoutMilliseconds))
    }

    /// Waits until every queued record was acknowledged or failed; throws `timedOut` with how many are left.
    public mutating func flush(timeoutMilliseconds: Int) throws(KafkaError) {
        let code = unsafe rd_kafka_flush(client, Int32(clamping: timeoutMilliseconds))
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let reason = takeErrors().last.map { "; \($0.message)" } ?? ""
        throw KafkaError(code, "\(queuedCount) records are not acknowledged\(reason)", isRetriable: true)
    }

    /// The topic's place among the handles; a new one is added.
    private func place(of topic: String) throws(KafkaError) -> Int {
        let known = deliveries.handles.place(named: topic)
        if known >= 0 { return known }
        if let added = unsafe deliveries.handles.add(topic, client: client) { return added }
        throw KafkaError(.configuration, message: "\"\(topic)\" is not a topic's name")
    }

    private static func headerList(_ headers: [(name: String, value: [UInt8]?)]) -> OpaquePointer? {
        let list = unsafe rd_kafka_headers_new(headers.count)
        for (name, value) in headers {
            unsafe withPointer(value?.span) { value, count in
                _ = unsafe rd_kafka_header_add(list, name, -1, value, count)
            }
        }
        return unsafe list
    }

    /// The start of the bytes: nil if there are none, but not nil if they are empty.
    private static func withPointer<Result>(
        _ span: Span<UInt8>?, _ body: (UnsafeRawPointer?, Int) -> Result
    ) -> Result {
        guard let span else { return body(nil, 0) }
        return unsafe span.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { return unsafe body(start, bytes.count) }
            var nothing: UInt8 = 0
            return unsafe body(&nothing, 0)
        }
    }
}
