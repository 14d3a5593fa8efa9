extension Properties {
    /// A consumer's properties: Lantern's defaults, the user's over them, and over those what Lantern depends on.
    static func consumer(
        _ properties: [(String, String)], groupID: String, instanceID: String?, clientID: String
    ) throws(KafkaError) -> Properties {
        try checkSupport(properties)
        let given = Set(properties.map(\.0))
        let made = try Properties([
            // Kafka's own assignors for eager rebalancing; librdkafka before 2.10 has faults in the cooperative one.
            ("partition.assignment.strategy", "range,roundrobin"),
            // How long a killed worker's partitions are idle; a static member may take longer to come back.
            ("session.timeout.ms", instanceID == nil ? "10000" : "45000"),
            // A fetch that found nothing holds up the next one of that broker, and with it partitions that were placed
            // again meanwhile. What comes in between is returned at once, so that a short wait costs only idle
            // requests.
            ("fetch.wait.max.ms", "100"),
            ("check.crcs", "true"),
            ("statistics.interval.ms", "15000"),
            ("client.id", clientID),
        ])
        try made.setFetching(given, properties)
        for (name, value) in properties { try made.set(name, value) }
        try made.set("group.id", groupID)
        if let instanceID { try made.set("group.instance.id", instanceID) }
        // The offset lives in Redis: Kafka's is never used, and a missing one is an error, not a silent jump.
        try made.set("enable.auto.commit", "false")
        try made.set("enable.auto.offset.store", "false")
        try made.set("auto.offset.reset", "error")
        try made.set("enable.partition.eof", "true")
        try made.set("isolation.level", "read_committed")
        return made
    }

    /// How much is fetched ahead: small fetches and a small queue are fastest (caches) and take 60 MB (Operations.md,
    /// "Kafka properties").
    ///
    /// librdkafka stops fetching for fetch.queue.backoff.ms whenever its queue is full. Before 2.2 that is a second and
    /// cannot be set: there `FetchWaker` ends it.
    private func setFetching(_ given: Set<String>, _ properties: [(String, String)]) throws(KafkaError) {
        if !FetchWaker.isNeeded { try set("fetch.queue.backoff.ms", "1") }
        try set("fetch.message.max.bytes", "262144")
        try set("queued.max.messages.kbytes", "8192")
        // The bytes are the bound, not a number of records.
        try set("queued.min.messages", "1000000")
        // librdkafka refuses a fetch.max.bytes below message.max.bytes.
        let largest = properties.last { $0.0 == "message.max.bytes" }.flatMap { Int($0.1) } ?? 0
        if !given.contains("fetch.max.bytes") { try set("fetch.max.bytes", "\(max(2 << 20, largest))") }
    }
}
