internal import Bytes
internal import Projections

/// What a view's initializer said; checked when the projection is prepared.
struct ViewDeclaration: Equatable, Sendable {
    /// Which events may feed an entry, and what they may do to it.
    enum Ownership {
        /// The message key is in the template: one key's events in their order.
        case owned
        /// As owned, and each event that changes a row writes it whole.
        case whole
        /// Each member is a message key.
        case member
        /// Any event; only changes that do not depend on order.
        case shared
    }

    var kind: ViewKind
    /// The key's template as it was written.
    var key: String
    var ownership: Ownership
    /// Names of topics; empty is all of the projection's.
    var topics: [String]
    var timeToLive: TimeToLive?
    /// hash: the fields that are only ever incremented.
    var sums: [String] = []

    /// By bytes: two keys that only look alike are two views.
    static func == (first: ViewDeclaration, second: ViewDeclaration) -> Bool {
        first.kind == second.kind && first.key.isExactly(second.key) && first.ownership == second.ownership
            && first.topics.elementsEqual(second.topics) { $0.isExactly($1) } && first.timeToLive == second.timeToLive
            && first.sums.elementsEqual(second.sums) { $0.isExactly($1) }
    }

    init(
        _ kind: ViewKind, _ key: String, _ ownership: Ownership, from topics: [String], exactly: TimeSpan? = nil,
        roughly: TimeSpan? = nil, sums: [String] = []
    ) {
        self.kind = kind
        self.key = key
        self.ownership = ownership
        self.topics = topics
        self.sums = sums
        if let span = exactly { timeToLive = TimeToLive(milliseconds: span.milliseconds, isApproximate: false) }
        if let span = roughly { timeToLive = TimeToLive(milliseconds: span.milliseconds, isApproximate: true) }
    }

    /// Its place in `Declarations`.
    var place: Int32 { Declarations.place(of: self) }
}

/// A view as the preparation finds it among a projection's properties.
protocol DeclaredView {
    /// Its place in `Declarations`.
    var place: Int32 { get }
}
