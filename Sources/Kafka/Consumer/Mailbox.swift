internal import CRdkafka

/// Where the callbacks leave what librdkafka reports, for `poll` to return.
///
/// librdkafka calls all but the log callback from within a poll, on the application's thread, and from the closing
/// thread once the application has let go of the consumer: never from two threads at once, so there is no lock.
final class Mailbox {
    /// What `poll` hands out before anything from librdkafka's queue.
    enum Entry {
        case rebalance(Rebalance)
        case error(KafkaError)
    }

    /// Further errors are dropped while nothing polls; rebalances never.
    private static let limit = 256

    let logs = LogLines()
    /// librdkafka's statistics as they came last, until they are taken.
    private var statistics: [UInt8]?
    /// The consumer's topics, in its order.
    var topics: [String] = []
    /// While closing, the callback itself answers a rebalance.
    var isClosing = false
    /// Where a producer's delivery reports go.
    var deliveries: Deliveries?
    private var entries: [Entry] = []
    private var rebalances = 0
    private(set) var isEmpty = true

    func take() -> Entry? {
        guard !entries.isEmpty else { return nil }
        let entry = entries.removeFirst()
        isEmpty = entries.isEmpty
        return entry
    }

    func post(_ error: KafkaError) {
        guard entries.count < Self.limit || error.isFatal else { return }
        entries.append(.error(error))
        isEmpty = false
    }

    func post(_ kind: Rebalance.Kind, _ partitions: [TopicPartition], isCooperative: Bool) {
        rebalances += 1
        entries.append(
            .rebalance(
                Rebalance(kind: kind, partitions: partitions, isCooperative: isCooperative, number: rebalances)))
        isEmpty = false
    }

    func post(statistics bytes: [UInt8]) { statistics = bytes }

    func takeStatistics() -> [UInt8]? { statistics.take() }

    /// The errors, for a client that has nothing but errors here.
    func takeErrors() -> [KafkaError] {
        defer { removeAll() }
        return entries.compactMap { if case .error(let error) = $0 { error } else { nil } }
    }

    /// Forgets the rebalances that were not polled; for a consumer that leaves its group.
    func removeAll() {
        entries.removeAll()
        isEmpty = true
    }
}

extension Mailbox {
    /// The mailbox that a callback was given as its opaque pointer; the client's owner keeps it alive.
    static func of(_ opaque: UnsafeMutableRawPointer?) -> Mailbox? {
        guard let opaque = unsafe opaque else { return nil }
        return unsafe Unmanaged<Mailbox>.fromOpaque(opaque).takeUnretainedValue()
    }

    /// Sets the callbacks that every kind of client has, and this mailbox as what they are given.
    func attach(to properties: borrowing Properties) {
        unsafe rd_kafka_conf_set_opaque(properties.configuration, Unmanaged.passUnretained(self).toOpaque())
        unsafe rd_kafka_conf_set_error_cb(properties.configuration) { client, code, reason, opaque in
            unsafe Mailbox.of(opaque)?.record(client, code, reason)
        }
        unsafe rd_kafka_conf_set_log_cb(properties.configuration) { client, level, facility, text in
            guard let client = unsafe client, let text = unsafe text, let facility = unsafe facility else { return }
            unsafe Mailbox.of(rd_kafka_opaque(client))?.logs
                .append(KafkaLogLine(level: level, facility: String(cString: facility), text: String(cString: text)))
        }
    }

    /// From the error callback: a fatal error hides its real code behind `_FATAL`.
    private func record(_ client: OpaquePointer?, _ code: Int32, _ reason: UnsafePointer<CChar>?) {
        var error = rd_kafka_resp_err_t(code)
        var detail = unsafe reason.map { unsafe String(cString: $0) }
        let isFatal = error == RD_KAFKA_RESP_ERR__FATAL
        if isFatal {
            let (cause, text) = unsafe fatalCause(of: client)
            error = cause
            detail = text
        }
        post(KafkaError(error, "Kafka", detail: detail, isFatal: isFatal, isRetriable: !isFatal))
    }
}

/// The error that made `client` useless, and librdkafka's words for it.
func fatalCause(of client: OpaquePointer?) -> (rd_kafka_resp_err_t, String) {
    let capacity = 512
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
    defer { unsafe text.deallocate() }
    unsafe text[0] = 0
    let code = unsafe rd_kafka_fatal_error(client, text, capacity)
    let words = unsafe String(cString: text)
    return (code, words)
}
