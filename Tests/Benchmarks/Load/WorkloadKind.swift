/// What is in a topic.
enum WorkloadKind: String {
    /// Orders keyed by orderId, each of KEYS equally often.
    case orders
    /// The same with a Zipf law (s = 1.1).
    case skewed
    /// The same keyed by KEYS customers.
    case counters
    /// Documents of about 1 KB, keyed by orderId.
    case documents
}
