internal import CRdkafka

/// The reply to an administrative request, freed with it.
@safe
struct AdminEvent: ~Copyable {
    let event: OpaquePointer

    init(_ event: OpaquePointer) { unsafe self.event = unsafe event }

    deinit { unsafe rd_kafka_event_destroy(event) }

    /// Throws the first error among a result's topics; `result` and `topics` are librdkafka's accessors.
    func check(
        _ result: (OpaquePointer?) -> OpaquePointer?,
        _ topics: (OpaquePointer?, UnsafeMutablePointer<Int>?) -> UnsafeMutablePointer<OpaquePointer?>?,
        _ action: String
    ) throws(KafkaError) {
        var count = 0
        let answers = unsafe topics(result(event), &count)
        for index in 0..<count {
            let answer = unsafe answers?[index]
            let code = unsafe rd_kafka_topic_result_error(answer)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            throw unsafe KafkaError(
                code, action, detail: rd_kafka_topic_result_error_string(answer).map { unsafe String(cString: $0) })
        }
    }
}

extension Admin {
    /// Sends a request and waits for its reply; throws what is wrong with the request as a whole.
    mutating func perform(
        _ action: String, _ timeoutMilliseconds: Int,
        _ start: (_ client: OpaquePointer, _ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
    ) throws(KafkaError) -> AdminEvent {
        let event = unsafe try performIfPossible(action, timeoutMilliseconds) { client, options, queue in
            unsafe start(client, options, queue)
            return true
        }
        guard let event else { throw explained(RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, action) }
        return event
    }

    /// The same of a request that this librdkafka may not have: `start` returns whether it has; nil if not.
    mutating func performIfPossible(
        _ action: String, _ timeoutMilliseconds: Int,
        _ start: (_ client: OpaquePointer, _ options: OpaquePointer?, _ queue: OpaquePointer?) -> Bool
    ) throws(KafkaError) -> AdminEvent? {
        let queue = unsafe rd_kafka_queue_new(client)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let options = unsafe rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        let limit = Int32(clamping: max(1, timeoutMilliseconds))
        unsafe _ = rd_kafka_AdminOptions_set_request_timeout(options, limit, nil, 0)
        guard unsafe start(client, options, queue) else { return nil }
        guard let answer = unsafe rd_kafka_queue_poll(queue, limit) else {
            throw explained(RD_KAFKA_RESP_ERR__TIMED_OUT, action)
        }
        let event = unsafe AdminEvent(answer)
        let code = unsafe rd_kafka_event_error(event.event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw explained(code, action) }
        return event
    }
}
