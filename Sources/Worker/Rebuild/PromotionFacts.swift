public import Records

/// What a promotion's guards judge, read from Redis before any pause.
public struct PromotionFacts: Sendable {
    public struct Partition: Sendable {
        public var projection: String
        public var topic: String
        public var partition: Int32
        public var live: Checkpoint?
        public var build: Checkpoint?

        var name: String { "\(projection), \(topic)-\(partition)" }
        /// How many events the build is behind; negative if it is ahead.
        public var lag: Int64? {
            guard let live, let build else { return nil }
            return live.next - build.next
        }
    }

    /// An event that one of the two treats otherwise.
    public struct Event: Sendable, Equatable {
        public var projection: String
        /// `TOPIC:PARTITION:OFFSET`
        public var name: String
    }

    /// A view's rows before and after; nil: that side has no such view.
    public struct ViewRows: Sendable, Equatable {
        public var view: RowCensus.View
        public var live: Int?
        public var build: Int?
    }

    /// Keys of one database that belong to no view of its projections.
    public struct ForeignKeys: Sendable, Equatable {
        public var database: Int
        public var count: Int
        public var sample: [String]
    }

    public var subject: PromotionSubject
    /// Projections of the home database that the build lacks.
    public var strangers: [String] = []
    public var partitions: [Partition] = []
    /// What is damaged in the build.
    public var damage: [String] = []
    /// Events that the build has parked and live has not.
    public var parked: [Event] = []
    /// Decisions of the operator that the build lacks.
    public var undecided: [Event] = []
    public var views: [ViewRows] = []
    public var foreign: [ForeignKeys] = []
    public var server = ServerCondition(info: "")

    public init(subject: PromotionSubject) { self.subject = subject }
}
