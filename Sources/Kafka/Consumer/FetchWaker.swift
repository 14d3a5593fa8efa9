internal import CRdkafka

/// Ends the second for which librdkafka before 2.2 stops fetching whenever its queue was full.
///
/// There the broker's thread then sleeps until something wakes it, a second at most (rdkafka_broker.c,
/// rd_kafka_broker_consumer_serve), and looks at the queue again whenever it is woken. The one call that does nothing
/// but wake it, without asking the network, is the one that sets the login's name and password again (rdkafka_sasl.c,
/// rd_kafka_sasl_set_credentials): they are set to what they are.
struct FetchWaker {
    /// Whether this librdkafka lacks fetch.queue.backoff.ms, which came with 2.2.
    static var isNeeded: Bool { libraryNumber < 0x0202_00ff }

    /// The number of bytes taken from the queue after which a wake-up is due: a small part of what it holds.
    private static let due = 256 << 10
    /// What a record takes in the queue beside its value.
    private static let overhead = 64

    private let isNeeded = Self.isNeeded
    private let name: String
    private let password: String
    private var taken = 0

    /// `properties` are the user's.
    init(_ properties: [(String, String)]) {
        name = properties.last { $0.0 == "sasl.username" }?.1 ?? ""
        password = properties.last { $0.0 == "sasl.password" }?.1 ?? ""
    }

    /// A record of `count` bytes was taken from the queue.
    @inline(__always)
    mutating func took(_ count: Int, _ client: OpaquePointer) {
        taken &+= count &+ Self.overhead
        if taken >= Self.due { unsafe wake(client) }
    }

    /// The queue was found empty.
    @inline(__always)
    mutating func drained(_ client: OpaquePointer) {
        if taken > 0 { unsafe wake(client) }
    }

    @inline(never)
    private mutating func wake(_ client: OpaquePointer) {
        taken = 0
        guard isNeeded else { return }
        // No error but for missing arguments.
        if let error = unsafe rd_kafka_sasl_set_credentials(client, name, password) {
            unsafe rd_kafka_error_destroy(error)
        }
    }
}
