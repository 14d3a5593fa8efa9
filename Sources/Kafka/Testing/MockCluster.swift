internal import CRdkafka

/// librdkafka's own stand-in for a cluster, in this process, with an address that others can use too.
///
/// It keeps 5 MiB or 100,000 records per partition and knows no transaction markers, compaction, TLS, or creation of
/// topics through the protocol. Joining a group takes 3 s there.
@safe
public final class MockCluster: Sendable {
    /// The requests whose replies can be made to fail; the numbers are Kafka's protocol's.
    public enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initializeProducer = 22
    }

    /// The errors that a request can return.
    public enum Fault: Sendable {
        case transport, timedOut, notLeader, leaderNotAvailable, notCoordinator, coordinatorLoading
        case topicAuthorization, unknownTopic, offsetOutOfRange, staleGeneration, unknownMember, invalidMessage
        case fencedInstance, groupAuthorization, clusterAuthorization, invalidSessionTimeout
        case inconsistentGroupProtocol, groupMaxSizeReached

        var code: rd_kafka_resp_err_t {
            switch self {
            case .transport: RD_KAFKA_RESP_ERR__TRANSPORT
            case .timedOut: RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT
            case .notLeader: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION
            case .leaderNotAvailable: RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE
            case .notCoordinator: RD_KAFKA_RESP_ERR_NOT_COORDINATOR
            case .coordinatorLoading: RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS
            case .topicAuthorization: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
            case .unknownTopic: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
            case .offsetOutOfRange: RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE
            case .staleGeneration: RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION
            case .unknownMember: RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID
            case .invalidMessage: RD_KAFKA_RESP_ERR_INVALID_MSG
            case .fencedInstance: RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID
            case .groupAuthorization: RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED
            case .clusterAuthorization: RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED
            case .invalidSessionTimeout: RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT
            case .inconsistentGroupProtocol: RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL
            case .groupMaxSizeReached: RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED
            }
        }
    }

    // Any thread may use them: librdkafka's mock functions lock.
    nonisolated(unsafe) private let client: OpaquePointer
    nonisolated(unsafe) private let cluster: OpaquePointer
    private let brokers: Int

    /// A cluster of that many brokers, numbered from 1; it ends with the object.
    public init(brokers: Int = 1) throws(KafkaError) {
        var properties = try Properties([("client.id", "mock"), ("log_level", "0")])
        let client = unsafe try properties.makeClient(RD_KAFKA_PRODUCER)
        guard let cluster = unsafe rd_kafka_mock_cluster_new(client, Int32(clamping: brokers)) else {
            unsafe rd_kafka_destroy(client)
            throw KafkaError(.other, message: "librdkafka's mock cluster cannot be created")
        }
        unsafe self.client = unsafe client
        unsafe self.cluster = unsafe cluster
        self.brokers = brokers
    }

    deinit {
        unsafe rd_kafka_mock_cluster_destroy(cluster)
        unsafe rd_kafka_destroy(client)
    }

    /// The value for `bootstrap.servers`.
    public var bootstrapServers: String { unsafe String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    /// Makes a topic; throws `topicExists` and the like.
    public func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        try check(
            unsafe rd_kafka_mock_topic_create(cluster, name, Int32(clamping: partitions), Int32(clamping: brokers)),
            "creating topic \(name)")
    }

    /// Answers the next requests of that kind with these, one each, whichever broker they reach.
    public func fail(_ request: Request, with faults: [Fault]) {
        let codes = faults.map(\.code)
        unsafe codes.withUnsafeBufferPointer { codes in
            unsafe rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, codes.count, codes.baseAddress)
        }
    }

    /// Takes back what `fail` left over.
    public func stopFailing(_ request: Request) { unsafe rd_kafka_mock_clear_request_errors(cluster, request.rawValue) }

    /// Cuts a broker off (connections close, new ones are refused) or lets it back.
    public func setBroker(_ broker: Int32, isUp: Bool) throws(KafkaError) {
        let code =
            isUp
            ? unsafe rd_kafka_mock_broker_set_up(cluster, broker)
            : unsafe rd_kafka_mock_broker_set_down(cluster, broker)
        try check(code, "switching broker \(broker)")
    }

    /// Delays a broker's replies.
    public func setRoundTrip(_ broker: Int32, milliseconds: Int) throws(KafkaError) {
        try check(
            unsafe rd_kafka_mock_broker_set_rtt(cluster, broker, Int32(clamping: milliseconds)), "delaying a broker")
    }

    /// Moves a partition to another broker; −1 leaves it without a leader.
    public func setLeader(topic: String, partition: Int32, broker: Int32) throws(KafkaError) {
        try check(unsafe rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker), "moving a leader")
    }

    /// Moves a group's coordinator to another broker.
    public func setCoordinator(group: String, broker: Int32) throws(KafkaError) {
        try check(unsafe rd_kafka_mock_coordinator_set(cluster, "group", group, broker), "moving a coordinator")
    }

    private func check(_ code: rd_kafka_resp_err_t, _ action: String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, "mock cluster, \(action)") }
    }
}
