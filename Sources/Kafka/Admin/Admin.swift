internal import CRdkafka
internal import System

/// Asks a cluster about itself and changes its topics; every call waits for the reply.
///
/// One thread at a time uses it. Offsets are those of a reader of committed transactions, unless asked otherwise.
@safe
public struct Admin: ~Copyable, @unchecked Sendable {
    let client: OpaquePointer
    private let mailbox: Mailbox
    /// The topics of which records were read: while they are held, librdkafka knows their leaders, which takes it up to a
    /// second to learn.
    var handles = TopicHandles()
    private let servers: String
    private let user: String

    /// With `seesOpenTransactions` a log's end is its high watermark, behind the events of transactions still open.
    ///
    /// Throws `configuration` naming the wrong property, `unsupported` for what this librdkafka cannot do.
    public init(
        properties: [(String, String)], clientID: String, seesOpenTransactions: Bool = false
    ) throws(KafkaError) {
        try checkSupport(properties)
        let isolation = seesOpenTransactions ? "read_uncommitted" : "read_committed"
        let mailbox = Mailbox()
        // Never makes a topic by asking for it.
        let own = [
            ("allow.auto.create.topics", "false"), ("isolation.level", isolation), ("client.id", clientID),
            // For single records, if some are read: an offset that is not there is an error, and so is the end of
            // the log.
            ("auto.offset.reset", "error"), ("enable.partition.eof", "true"),
            ("fetch.message.max.bytes", "65536"), ("fetch.wait.max.ms", "1"),
        ]
        var made = try Properties(properties + own)
        mailbox.attach(to: made)
        unsafe client = try made.makeClient(RD_KAFKA_CONSUMER)
        self.mailbox = mailbox
        servers = properties.last { $0.0 == "bootstrap.servers" || $0.0 == "metadata.broker.list" }?.1 ?? "no address"
        user = properties.last { $0.0 == "sasl.username" }.map { "user \($0.1)" } ?? "this program's user"
    }

    deinit {
        let (client, mailbox, held) = unsafe (client, mailbox, handles)
        _ = BoundedShutdown.run(deadlineMilliseconds: 5_000) {
            var handles = held
            handles.release()
            unsafe rd_kafka_destroy(client)
            withExtendedLifetime(mailbox) {}
        }
    }

    /// The cluster's id, which distinguishes it from another cluster at the same address.
    public mutating func clusterID(timeoutMilliseconds: Int) throws(KafkaError) -> String {
        guard let text = unsafe rd_kafka_clusterid(client, Int32(clamping: timeoutMilliseconds)) else {
            throw explained(RD_KAFKA_RESP_ERR__TIMED_OUT, "asking for the cluster's id")
        }
        defer { unsafe rd_kafka_mem_free(client, text) }
        return unsafe String(cString: text)
    }

    /// How many partitions each of the topics has; throws `unknownTopic` naming the first that there is not.
    public mutating func partitionCounts(
        of topics: [String], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int] {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        var counts: [Int] = []
        for topic in topics { counts.append(try partitionCount(of: topic, until: deadline)) }
        return counts
    }

    private mutating func partitionCount(of topic: String, until deadline: Deadline) throws(KafkaError) -> Int {
        guard let handle = unsafe rd_kafka_topic_new(client, topic, nil) else {
            throw KafkaError(.configuration, message: "\"\(topic)\" is not a topic's name")
        }
        defer { unsafe rd_kafka_topic_destroy(handle) }
        while true {
            var answer: UnsafePointer<rd_kafka_metadata>?
            let left = Int32(clamping: max(1, deadline.remainingMilliseconds))
            let code = unsafe rd_kafka_metadata(client, 0, handle, &answer, left)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
                throw explained(code, "asking for topic \(topic)")
            }
            defer { unsafe rd_kafka_metadata_destroy(answer) }
            guard unsafe answer.pointee.topic_cnt > 0 else {
                throw KafkaError(.unknownTopic, message: "topic \(topic) does not exist at \(servers)")
            }
            let found = unsafe answer.pointee.topics[0]
            let fault = unsafe found.err
            if fault == RD_KAFKA_RESP_ERR_NO_ERROR { return unsafe Int(found.partition_cnt) }
            // A topic that was just made has no leader for a moment.
            if fault == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, !deadline.hasPassed {
                unsafe _ = rd_kafka_poll(client, 20)
                continue
            }
            let error = KafkaError(fault, "topic \(topic)")
            switch error.code {
            case .unknownTopic:
                throw error.with("topic \(topic) does not exist at \(servers); create it, or correct its name")
            case .authorization:
                throw error.with(
                    "\(user) lacks the right READ on topic \(topic) at \(servers): grant it (`kafka-acls --add --operation Read "
                        + "--topic \(topic)`)")
            default: throw error
            }
        }
    }

    /// librdkafka's code alone says "timed out" for all that keeps it from a broker: its error callback knows why.
    mutating func explained(_ code: rd_kafka_resp_err_t, _ action: String) -> KafkaError {
        unsafe _ = rd_kafka_poll(client, 0)
        let error = KafkaError(code, action, isRetriable: true)
        guard error.code == .timedOut || error.code == .unreachable else { return error }
        let heard = mailbox.takeErrors()
        if let refused = heard.last(where: { $0.code == .authentication }) {
            return refused.with("Kafka at \(servers) refused the login (\(action)): \(refused.message)")
        }
        guard let cause = heard.last(where: { $0.name != "_ALL_BROKERS_DOWN" }) ?? heard.last else { return error }
        return KafkaError(
            .unreachable, name: cause.name,
            message: "Kafka at \(servers) cannot be reached (\(action)): \(cause.message); "
                + Self.remedy(cause.message), isRetriable: true)
    }

    /// librdkafka names a broker that it was told of `HOST:PORT/ID: …`, and one of bootstrap.servers `HOST:PORT/bootstrap: …`.
    static func remedy(_ cause: String) -> String {
        if cause.contains("Too many open files") {
            return
                "this process may not open more files and sockets: raise its limit (`ulimit -n`, `LimitNOFILE` of systemd)"
        }
        let name = cause.prefix { $0 != " " }
        if let slash = name.lastIndex(of: "/"), name.hasSuffix(":"),
            Int(name[name.index(after: slash)...].dropLast()) != nil
        {
            return
                "a broker replied and gave \(name[..<slash]) as its address, which cannot be reached from here: check "
                + "`advertised.listeners` of the broker, and that this name and port can be reached"
        }
        return "check bootstrap.servers and that the broker runs"
    }
}
