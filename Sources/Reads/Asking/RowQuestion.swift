public import Projections

/// What is asked of one view.
public enum RowQuestion: Sendable, Equatable {
    /// A row, of a large one so many members.
    case row([UInt8], limit: Int)
    case rows([[UInt8]])
    /// The highest or lowest members of a sorted set.
    case ranking([UInt8], fromTop: Bool, count: Int)
    /// A member of a sorted set, and so many on either side.
    case around([UInt8], member: [UInt8], count: Int)
    /// Buckets by their start, in seconds since 1970.
    case buckets([Bucket])
    /// Some rows of the view, from a cursor of an earlier answer on; `0` begins.
    case page(cursor: [UInt8])

    public struct Bucket: Sendable, Equatable {
        public var start: Int64
        public var key: [UInt8]

        public init(start: Int64, key: [UInt8]) {
            self.start = start
            self.key = key
        }
    }
}

/// One question of a request.
public struct ReadPart: Sendable {
    /// What its answer is called.
    public var name: String
    /// The index of the projection.
    public var subject: Int
    public var view: ViewPlan
    public var question: RowQuestion

    public init(name: String, subject: Int, view: ViewPlan, question: RowQuestion) {
        self.name = name
        self.subject = subject
        self.view = view
        self.question = question
    }
}

/// What a client asks for: answered whole, from one moment.
public struct ReadRequest: Sendable {
    public var parts: [ReadPart]
    public var condition: FreshnessCondition

    public init(_ parts: [ReadPart], _ condition: FreshnessCondition = FreshnessCondition()) {
        self.parts = parts
        self.condition = condition
    }

    /// The projections in question, in order.
    var subjects: [Int] { Array(Set(parts.map(\.subject))).sorted() }
}
