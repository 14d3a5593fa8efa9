internal import CRdkafka

extension Admin {
    /// The ids that the broker gave to the topics when they were created. They distinguish a topic from a later one of
    /// the same name.
    ///
    /// Topics without one are left out: librdkafka before 2.3 cannot ask for them, Kafka before 2.8 has none, and the
    /// user may lack the right to describe a topic. Throws if no broker replies.
    public mutating func topicIDs(
        of topics: [String], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [String: String] {
        var isPossible = false
        let event = try describe(topics, timeoutMilliseconds, &isPossible)
        guard isPossible, let event else { return [:] }
        var identifiers: [String: String] = [:]
        var index = 0
        var name: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        while unsafe lantern_described_topic(event.event, index, &name, &text) == 1 {
            index += 1
            guard let name = unsafe name, let text = unsafe text else { continue }
            unsafe identifiers[String(cString: name)] = String(cString: text)
        }
        return identifiers
    }

    private mutating func describe(
        _ topics: [String], _ timeoutMilliseconds: Int, _ isPossible: inout Bool
    ) throws(KafkaError) -> AdminEvent? {
        let queue = unsafe rd_kafka_queue_new(client)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let options = unsafe rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        let limit = Int32(clamping: max(1, timeoutMilliseconds))
        unsafe _ = rd_kafka_AdminOptions_set_request_timeout(options, limit, nil, 0)
        let names = topics.map { $0.utf8CString }
        isPossible = unsafe withPointers(to: names[...]) { pointers in
            unsafe lantern_describe_topics(client, pointers.baseAddress, pointers.count, options, queue) == 1
        }
        guard isPossible else { return nil }
        guard let answer = unsafe rd_kafka_queue_poll(queue, limit) else {
            throw explained(RD_KAFKA_RESP_ERR__TIMED_OUT, "asking for the ids of the topics")
        }
        let event = unsafe AdminEvent(answer)
        let code = unsafe rd_kafka_event_error(event.event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw explained(code, "asking for the ids of the topics") }
        return event
    }
}

/// Pointers to texts that live as long as `body` runs.
private func withPointers<Result>(
    to texts: ArraySlice<ContiguousArray<CChar>>, _ pointers: [UnsafePointer<CChar>?] = unsafe [],
    _ body: (UnsafeMutableBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    guard let text = texts.first else {
        var pointers = unsafe pointers
        return unsafe pointers.withUnsafeMutableBufferPointer { unsafe body($0) }
    }
    return unsafe text.withUnsafeBufferPointer { text in
        unsafe withPointers(to: texts.dropFirst(), pointers + [text.baseAddress], body)
    }
}
