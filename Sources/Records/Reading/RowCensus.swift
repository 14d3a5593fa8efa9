import Bytes
import Glibc
public import Projections
public import Redis

/// How many rows each view has in one database, and which keys belong to no view and are not Lantern's own.
public struct RowCensus: Sendable {
    public struct View: Sendable, Hashable, Comparable {
        public var projection: String
        public var view: String

        public init(_ projection: String, _ view: String) {
            self.projection = projection
            self.view = view
        }

        public static func < (first: View, second: View) -> Bool {
            (first.projection, first.view) < (second.projection, second.view)
        }
    }

    /// The claims of the database, by view.
    public private(set) var claims: [View: Claim] = [:]
    /// Every claimed view is here, also one without rows. Sets and sorted sets count their members.
    public private(set) var rows: [View: Int] = [:]
    /// The projections that the database holds anything of.
    public private(set) var projections: Set<String> = []
    /// Keys that are nobody's.
    public private(set) var foreign = 0
    /// The first few of them.
    public private(set) var foreignSample: [String] = []

    private struct Known {
        var view: View
        var prefix: [UInt8]
        var pattern: KeyPattern
        /// The command that counts the members of one key; nil: a key is a row.
        var counting: String?
    }
    private var known: [Known] = []

    /// Counts the selected database. `kinds`: of the views whose kind is known. While `isGentle` it rests as long as it
    /// works, so that others find Redis free half of the time.
    public init(
        kinds: [View: ViewKind] = [:], isGentle: Bool = true, _ redis: inout RedisConnection
    ) throws {
        for claim in try Claim.all(&redis) {
            let view = View(claim.projection, claim.view)
            claims[view] = claim
            rows[view] = 0
            projections.insert(claim.projection)
            let counting: String? =
                switch kinds[view] {
                case .set?: "SCARD"
                case .sortedSet?, .latest?: "ZCARD"
                default: nil
                }
            let pattern = claim.pattern
            known.append(Known(view: view, prefix: pattern.literalPrefix, pattern: pattern, counting: counting))
        }
        // The longest prefix first: most keys then fit the first one that is tried.
        known.sort { $0.prefix.count > $1.prefix.count }
        try count(isGentle, &redis)
    }

    private mutating func count(_ isGentle: Bool, _ redis: inout RedisConnection) throws {
        let clock = ContinuousClock()
        var cursor = RedisConnection.scanStart
        repeat {
            let began = clock.now
            let page = try redis.scanPage(match: [UInt8(ascii: "*")], from: cursor)
            try take(page.keys, &redis)
            cursor = page.next
            let worked = began.duration(to: clock.now) / .milliseconds(1)
            if isGentle, worked >= 1 { _ = poll(nil, 0, Int32(min(worked, 100))) }
        } while cursor != RedisConnection.scanStart
    }

    private mutating func take(_ keys: [[UInt8]], _ redis: inout RedisConnection) throws {
        var members = CommandBuffer()
        var counted: [View] = []
        for key in keys {
            if KeySpace.isOwn(key) {
                if let own = KeySpace.owner(of: key),
                    own.kind == "ledger" || KeySpace.kindsOfGeneration.contains(own.kind)
                {
                    projections.insert(own.projection)
                }
                continue
            }
            guard let owner = owner(of: key) else {
                foreign += 1
                if foreignSample.count < 3 { foreignSample.append(readableText(key)) }
                continue
            }
            guard let counting = owner.counting else {
                rows[owner.view, default: 0] += 1
                continue
            }
            members.begin(2)
            members.argument(text: counting)
            members.argument(key)
            counted.append(owner.view)
        }
        guard !counted.isEmpty else { return }
        // A key of another type than its view's is a row all the same.
        for (view, reply) in zip(counted, try redis.roundTrip(members)) {
            rows[view, default: 0] += Int(reply.integer ?? 1)
        }
    }

    private func owner(of key: [UInt8]) -> Known? {
        known.first { key.starts(with: $0.prefix) && $0.pattern.parse(key.span) != nil }
    }
}
