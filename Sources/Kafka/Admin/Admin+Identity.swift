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
        let names = topics.map { $0.utf8CString }
        let described = unsafe try performIfPossible("asking for the ids of the topics", timeoutMilliseconds) {
            client, options, queue in
            unsafe withPointers(to: names[...]) { pointers in
                unsafe lantern_describe_topics(client, pointers.baseAddress, pointers.count, options, queue) == 1
            }
        }
        guard let event = described else { return [:] }
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
