internal import CRdkafka

extension Producer {
    /// Records that are neither acknowledged nor failed yet.
    public var queuedCount: Int { unsafe Int(rd_kafka_outq_len(client)) }
    /// Records acknowledged so far.
    public var acknowledgedCount: Int { deliveries.acknowledgedCount }
    /// Records that failed for good so far.
    public var failedCount: Int { deliveries.failedCount }

    /// Records of the topic acknowledged so far, by partition; shorter if the last partitions got none.
    public func acknowledgedCounts(topic: String) -> [Int] {
        let place = deliveries.handles.place(named: topic)
        return deliveries.counts.indices.contains(place) ? deliveries.counts[place] : []
    }

    /// The failures since the last call, at most 100.
    public mutating func takeFailures() -> [DeliveryFailure] {
        defer { deliveries.failures.removeAll() }
        return deliveries.failures
    }

    /// Whether acknowledgements are kept for `takeAcknowledgements`; off at first.
    public var keepsAcknowledgements: Bool {
        get { deliveries.isKeeping }
        set { deliveries.isKeeping = newValue }
    }

    /// The acknowledgements since the last call, in their order; call `poll` before.
    public mutating func takeAcknowledgements() -> [Acknowledgement] {
        defer { deliveries.kept.removeAll(keepingCapacity: true) }
        return deliveries.kept
    }

    /// What librdkafka complained of since the last call.
    public mutating func takeErrors() -> [KafkaError] { mailbox.takeErrors() }
}

extension Producer {
    /// Readies the producer for transactions, fencing off older ones of its transactional id.
    public mutating func initializeTransactions(timeoutMilliseconds: Int) throws(KafkaError) {
        try unsafe check(
            rd_kafka_init_transactions(client, Int32(clamping: timeoutMilliseconds)), "initializing transactions")
    }

    /// Begins a transaction: what is produced from here on is read only once it is committed.
    public mutating func beginTransaction() throws(KafkaError) {
        try unsafe check(rd_kafka_begin_transaction(client), "beginning a transaction")
    }

    /// Commits the transaction; `isRetriable` of an error says that aborting or trying again may help.
    public mutating func commitTransaction(timeoutMilliseconds: Int) throws(KafkaError) {
        try unsafe check(
            rd_kafka_commit_transaction(client, Int32(clamping: timeoutMilliseconds)), "committing a transaction")
    }

    /// Drops the transaction's records.
    public mutating func abortTransaction(timeoutMilliseconds: Int) throws(KafkaError) {
        try unsafe check(
            rd_kafka_abort_transaction(client, Int32(clamping: timeoutMilliseconds)), "aborting a transaction")
    }

    private func check(_ error: OpaquePointer?, _ action: String) throws(KafkaError) {
        if let error = unsafe error { throw unsafe KafkaError(consuming: error, action) }
    }
}
