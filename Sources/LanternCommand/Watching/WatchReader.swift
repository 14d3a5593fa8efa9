import Bytes
import Projections
import Records
import Redis
import System

/// Looks at rows of a view and at the checkpoints that they go with, in one MULTI.
struct WatchReader: ~Copyable {
    /// So many rows are watched at most.
    static let rowLimit = 1_000
    /// So many steps of SCAN are made for each look.
    private static let scanSteps = 20

    private let plan: ProjectionPlan
    private let view: ViewPlan
    private let pattern: KeyPattern
    /// What is read at each look.
    private var keys: Set<[UInt8]>
    /// Where the search for more rows goes on; nil if the rows were named.
    private var cursor: [UInt8]?
    /// Whether all rows were found once.
    private(set) var isComplete: Bool
    /// Whether there are more rows than are watched.
    private(set) var isFull = false
    private var growth = GrowthRecord([])

    /// With `keys` only those rows; else all, as far as they are found.
    init(_ plan: ProjectionPlan, _ view: ViewPlan, keys: [[UInt8]]) {
        self.plan = plan
        self.view = view
        pattern = KeyPattern(view)
        self.keys = Set(keys)
        cursor = keys.isEmpty ? RedisConnection.scanStart : nil
        isComplete = !keys.isEmpty
    }

    var count: Int { keys.count }

    mutating func look(_ redis: inout RedisConnection) throws(RedisError) -> WatchedView.Look {
        let tellsNewRows = isComplete
        try findRows(&redis)
        if growth.topics.isEmpty { growth = GrowthRecord(try redis.command("HGETALL", names.growth).elements ?? []) }
        let places = plan.topics.flatMap { topic in
            (0..<(growth.known(topic.name) ?? 0)).map { WatchedView.Place(topic: topic.name, partition: $0) }
        }
        let rows = Array(keys)
        let replies = try transaction(places, rows, &redis)
        var look = WatchedView.Look(time: Clock.wallMilliseconds())
        look.tellsNewRows = tellsNewRows
        look.generation = replies[0].bytes.flatMap { GenerationRecord(bytes: $0) }
        growth = GrowthRecord(replies[1].elements ?? [])
        for (place, text) in zip(places, replies[2...]) {
            look.checkpoints[place] = text.bytes.flatMap { Checkpoint(text: $0) }?.next
        }
        let size = StoredRow.commandCount(view.kind)
        for (index, key) in rows.enumerated() {
            let start = 2 + places.count + index * size
            let row = try StoredRow(
                key, kind: view.kind, limit: WatchedRow.memberLimit, replies: replies[start..<start + size])
            look.rows[key] = .some(WatchedRow(row))
        }
        return look
    }

    private var names: KeySpace { KeySpace(projection: plan.name) }

    private func transaction(
        _ places: [WatchedView.Place], _ rows: [[UInt8]], _ redis: inout RedisConnection
    ) throws(RedisError) -> [RedisValue] {
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.command("GET", names.generation)
        commands.command("HGETALL", names.growth)
        for place in places { commands.command("GET", names.checkpoint(place.topic, place.partition)) }
        for row in rows { StoredRow.append(row, kind: view.kind, limit: WatchedRow.memberLimit, to: &commands) }
        commands.command("EXEC")
        let replies = try redis.roundTrip(commands)
        for case .error(let text) in replies { throw RedisError.reply(text, to: "MULTI") }
        let elements = replies.last?.elements ?? []
        for case .error(let text) in elements.prefix(2 + places.count) { throw RedisError.reply(text, to: "EXEC") }
        return elements
    }

    /// Goes on looking for rows of the view.
    private mutating func findRows(_ redis: inout RedisConnection) throws(RedisError) {
        guard var cursor else { return }
        for _ in 0..<Self.scanSteps {
            let page = try redis.scanPage(match: pattern.scanPattern, from: cursor)
            for key in page.keys where pattern.parse(key.span) != nil && !keys.contains(key) {
                if keys.count < Self.rowLimit { keys.insert(key) } else { isFull = true }
            }
            cursor = page.next
            guard cursor == RedisConnection.scanStart else { continue }
            isComplete = true
            break
        }
        self.cursor = cursor
    }
}
