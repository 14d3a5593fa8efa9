import Projections
import Reads

/// The buckets of a span that ends now; the newest one is not complete yet.
struct BucketSpan {
    static let most: Int64 = 1_500

    private let every: Int64
    private let count: Int64
    private let newest: Int64

    /// `now` in milliseconds since 1970.
    init(milliseconds: Int, of view: ViewPlan, now: Int64) throws(Problem) {
        guard case .buckets(let every, _) = view.kind else {
            throw Problem(.request, "`last` is for views of kind buckets; \(view.name) is of kind \(view.kind.word)")
        }
        self.every = every
        count = (Int64(milliseconds) + every * 1_000 - 1) / (every * 1_000)
        newest = now / 1_000 / every * every
        guard count <= Self.most else {
            throw Problem(.request, "`last` takes \(count) buckets of \(every) s; at most \(Self.most) are read")
        }
    }

    func buckets(_ key: (Int64) throws(Problem) -> [UInt8]) throws(Problem) -> [RowQuestion.Bucket] {
        var buckets: [RowQuestion.Bucket] = []
        for start in stride(from: newest - (count - 1) * every, through: newest, by: Int(every)) {
            buckets.append(RowQuestion.Bucket(start: start, key: try key(start)))
        }
        return buckets
    }
}
