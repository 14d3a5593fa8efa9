import Kafka

/// One way in which the log under a projection can become another one.
struct ExchangedLogCase: Sendable, CustomStringConvertible {
    enum Exchange: String, Sendable, CaseIterable {
        /// The topic is deleted and made again under the running worker.
        case topic
        /// The same, and the broker is restarted in between.
        case topicAndRestart
        /// Another Kafka cluster with a topic of the same name on the same address.
        case cluster
        /// The topic is deleted and made again while no worker runs.
        case whileDown
    }

    /// How many records each partition of the new log gets, against the old log's.
    enum Length: String, Sendable, CaseIterable {
        case fewer, asMany, more

        func count(_ old: Int) -> Int {
            switch self {
            case .fewer: old / 4
            case .asMany: old
            case .more: old * 20
            }
        }
    }

    enum Member: String, Sendable, CaseIterable {
        case fixed, eager, cooperative, staticEager, staticCooperative

        /// What is behind `worker:`.
        var worker: String {
            switch self {
            case .fixed: "{ partitions: all }"
            case .eager, .cooperative: "{ lanes: 1 }"
            case .staticEager, .staticCooperative: "{ instance-id: one }"
            }
        }

        /// Lines under `kafka:`.
        var kafka: [String] {
            switch self {
            case .fixed: []
            case .eager, .staticEager: ["session.timeout.ms: 6000", "heartbeat.interval.ms: 500"]
            case .cooperative, .staticCooperative:
                [
                    "partition.assignment.strategy: cooperative-sticky", "session.timeout.ms: 6000",
                    "heartbeat.interval.ms: 500",
                ]
            }
        }
    }

    var exchange: Exchange
    var length: Length
    /// Seconds from the new topic's creation to its first record.
    var delay: Double
    var member: Member
    /// Whether the exchange comes right behind the last event: until the worker looks at the log again, a second later, it
    /// cannot know.
    var isBusy = false

    var description: String {
        "\(exchange.rawValue), \(length.rawValue), after \(delay) s, \(member.rawValue)\(isBusy ? ", busy" : "")"
    }

    /// A few of each kind.
    static let usual: [ExchangedLogCase] = [
        .init(exchange: .topic, length: .more, delay: 0, member: .fixed),
        .init(exchange: .topic, length: .more, delay: 0, member: .fixed, isBusy: true),
        .init(
            exchange: .topic, length: .asMany, delay: 1, member: supportsCooperativeRebalancing ? .cooperative : .eager),
        .init(exchange: .topic, length: .fewer, delay: 0.2, member: .staticEager),
        .init(exchange: .whileDown, length: .more, delay: 0, member: .eager),
        .init(exchange: .cluster, length: .more, delay: 0, member: .fixed),
    ]

    /// The whole matrix.
    static let all: [ExchangedLogCase] = Exchange.allCases.flatMap { exchange in
        Length.allCases.flatMap { length in
            delays(exchange).flatMap { delay in
                members.flatMap { member in
                    [false, true].filter { !$0 || exchange == .topic }.map { isBusy in
                        ExchangedLogCase(
                            exchange: exchange, length: length, delay: delay, member: member, isBusy: isBusy)
                    }
                }
            }
        }
    }

    /// librdkafka before 2.1 is refused cooperative rebalancing.
    private static var members: [Member] {
        Member.allCases.filter { supportsCooperativeRebalancing || ![.cooperative, .staticCooperative].contains($0) }
    }

    /// Where nobody looks on in between, the delay makes no difference.
    private static func delays(_ exchange: Exchange) -> [Double] { exchange == .whileDown ? [0] : [0, 0.2, 1, 3] }
}
