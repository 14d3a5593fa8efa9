import Bytes
public import Projections
import Records
public import Redis
import System

/// Compares the rows of two databases under the same names, view by view, while events change both.
///
/// Both sides are read in one transaction, with their checkpoints. If these are equal, the verdict is exact. Otherwise the row
/// is kept until the build has passed what live had then: if live has not changed it since, the build must have the same.
/// Rows that keep moving are compared while live stands (``DrainHold``), or reported as unsettled. Memory is bounded by the
/// number of rows that wait, and by that of the differences' keys.
public struct Comparison: ~Copyable {
    public struct Options: Sendable {
        /// One row in so many, by the hash of its key.
        public var sample = RowSample.all
        /// Whether live may stand for a moment at the end.
        public var drains = true
        public var drainMilliseconds: Int64 = 1_000
        /// After this long without a verdict the build is taken for one that nobody folds.
        public var patienceMilliseconds: Int64 = 20_000

        /// Whether live gets what the build has.
        public var heals = false

        public init() {}
    }

    static let start = [UInt8(ascii: "0")]
    /// Keys in a step of SCAN, and rows in a transaction: small, so that no other client waits long.
    static let pageCount = 500
    static let unitsPerLook = 250
    /// Beyond this many members a row is compared in parts.
    static let largeRow: Int64 = 1_000
    /// A row that moves is looked at so often before live is drained for it.
    static let mostLooks = 10
    static let mostWaiting = 20_000
    static let looksInSuccession = 4
    /// So many rows can be read while live stands.
    static let mostDrained = 10_000

    let views: [ComparedView]
    let options: Options
    var pair: DatabasePair
    public internal(set) var tally: ComparisonTally
    /// Called for each row that differs.
    let found: (RowDifference) -> Void
    let isCancelled: () -> Bool
    /// To be looked at again.
    var waiting: [ComparedUnit] = []
    /// What kept moving.
    var moving: [ComparedUnit] = []
    var partial: [[UInt8]: PartialRow] = [:]
    /// What live is to get from the build; `isMissing`: the build has it not.
    var healing: [(key: [UInt8], isMissing: Bool)] = []
    /// How many units have a verdict, and when the last one got it.
    private var decided = 0
    private var decidedAt = Clock.milliseconds()

    /// Compares generations of `projections`; `redis` is in the home database.
    public init(
        _ projections: [String], _ views: [ComparedView], home: Int, database: Int, options: Options = Options(),
        _ redis: consuming RedisConnection, isCancelled: @escaping () -> Bool = { false },
        found: @escaping (RowDifference) -> Void
    ) throws {
        self.views = views
        self.options = options
        pair = try DatabasePair.open(projections, home: home, database: database, redis)
        tally = ComparisonTally(views)
        self.found = found
        self.isCancelled = isCancelled
    }

    /// Compares everything; throws `RedisError`, and ``WorkerError`` if the databases change their contents meanwhile.
    public mutating func run() throws {
        try scan(pair.home) { comparison, keys in try comparison.takeLive(keys) }
        try scan(pair.database) { comparison, keys in try comparison.takeBuild(keys) }
        decidedAt = Clock.milliseconds()
        while !waiting.isEmpty, !isCancelled() { try settle() }
        moving += waiting
        waiting = []
        if options.drains, !(moving.isEmpty && healing.isEmpty), !isCancelled() { try settleWhileDrained() }
        tally.unsettled += Set(moving.map(\.key)).count
        tally.vector = pair.named(try pair.look([], views).liveAt)
    }

    /// All keys of one side, a page at a time; half of the time is left to others.
    private mutating func scan(
        _ side: Int, _ body: (inout Comparison, [(view: Int, key: [UInt8])]) throws -> Void
    ) throws {
        var cursor = Self.start
        repeat {
            let begin = Clock.milliseconds()
            let page = try pair.page(of: side, from: cursor, count: Self.pageCount)
            cursor = page.next
            let own = page.keys.compactMap { key -> (view: Int, key: [UInt8])? in
                guard !KeySpace.isOwn(key), isSampled(key) else { return nil }
                return views.firstIndex { $0.owns(key) }.map { ($0, key) }
            }
            try body(&self, own)
            Pause.milliseconds(min(5, (Clock.milliseconds() - begin) / 4))
        } while cursor != Self.start && !isCancelled()
    }

    private func isSampled(_ key: [UInt8]) -> Bool {
        options.sample.contains(key.span)
    }

    private mutating func takeLive(_ keys: [(view: Int, key: [UInt8])]) throws {
        try add(keys)
        if waiting.count > Self.mostWaiting { decidedAt = Clock.milliseconds() }
        while waiting.count > Self.mostWaiting, !isCancelled() { try settle() }
    }

    /// What live has, too, was found there.
    private mutating func takeBuild(_ keys: [(view: Int, key: [UInt8])]) throws {
        guard !keys.isEmpty else { return }
        let answers = try pair.ask(keys.map(\.key)) { _ in "EXISTS" }
        try takeLive(zip(keys, answers.live).filter { $1.integer == 0 }.map { $0.0 })
    }

    /// Makes units of the rows, large ones in parts, and takes a first look.
    private mutating func add(_ keys: [(view: Int, key: [UInt8])]) throws {
        var units: [ComparedUnit] = []
        var many: [(view: Int, key: [UInt8])] = []
        for (view, key) in keys {
            switch views[view].kind {
            case .set, .sortedSet, .latest: many.append((view, key))
            default: units.append(ComparedUnit(view: view, key: key))
            }
        }
        if !many.isEmpty {
            let sizes = try pair.ask(many.map(\.key)) { views[many[$0].view].kind == .set ? "SCARD" : "ZCARD" }
            for (index, (view, key)) in many.enumerated() {
                let (live, build) = (sizes.live[index].integer ?? 0, sizes.build[index].integer ?? 0)
                if max(live, build) <= Self.largeRow {
                    units.append(ComparedUnit(view: view, key: key))
                } else if min(live, build) == 0 {
                    units.append(ComparedUnit(view: view, key: key, isPresence: true))
                } else {
                    try addLarge(view, key)
                }
            }
        }
        try look(at: units)
    }

    /// A look at units, some in a transaction.
    mutating func look(at units: [ComparedUnit]) throws {
        var rest = units[...]
        while !rest.isEmpty {
            var batch: [ComparedUnit] = []
            var size = 0
            while let unit = rest.first, batch.isEmpty || size + unit.size <= Self.unitsPerLook {
                batch.append(unit)
                size += unit.size
                rest.removeFirst()
            }
            let look = try pair.look(batch, views)
            for (index, unit) in batch.enumerated() { take(unit, look.live[index], look.build[index], look) }
        }
    }

    /// Looks again at those that wait, some at a time and then as soon as the build has gone on: the shorter the time between
    /// two looks at a row, the fewer have moved in it.
    private mutating func settle() throws {
        var rest = waiting[...]
        let before = decided + moving.count
        var left: [ComparedUnit] = []
        while !rest.isEmpty, !isCancelled() {
            waiting = Array(rest.prefix(Self.unitsPerLook))
            rest = rest.dropFirst(Self.unitsPerLook)
            for _ in 0..<Self.looksInSuccession where !waiting.isEmpty {
                let units = waiting
                waiting = []
                try look(at: units)
                if waiting.count == units.count { Pause.milliseconds(5) }
            }
            left += waiting
        }
        waiting = left + rest
        if decided + moving.count != before {
            decidedAt = Clock.milliseconds()
        } else if Clock.milliseconds() - decidedAt > options.patienceMilliseconds {
            moving += waiting
            waiting = []
        } else {
            Pause.milliseconds(20)
        }
    }

    private mutating func take(
        _ unit: ComparedUnit, _ live: RedisValue, _ build: RedisValue, _ look: DatabasePair.Look
    ) {
        let kind = views[unit.view].kind
        let verdict = RowComparison(unit, kind, live: live, build: build)
        if look.liveAt.next == look.buildAt.next { return decide(unit, verdict) }
        var unit = unit
        if let before = unit.before, look.buildAt.hasPassed(before.at) {
            unit.looks += 1
            if unit.members != nil { return takePart(unit, before.value, live, build, look) }
            let isStill = RowComparison(unit, kind, live: before.value, build: live).isSame
            if isStill, verdict.isSame { return decide(unit, verdict) }
            unit.note(isStill: isStill)
            unit.before = (live, look.liveAt)
            if isStill, isDifferent(&unit) { return decide(unit, verdict) }
        } else if unit.before == nil {
            unit.before = (live, look.liveAt)
        }
        keep(unit)
    }

    /// Whether a row that differed again, without having moved since, is taken for different. One that changes and changes back
    /// looks so as well: while live stands it is certain, and otherwise only rows count that were never seen to move.
    func isDifferent(_ unit: inout ComparedUnit) -> Bool {
        guard unit.timesDifferent >= 2 else { return false }
        if options.drains, moving.count < Self.mostDrained {
            unit.looks = Self.mostLooks
            return false
        }
        return !unit.hasMoved && unit.timesDifferent >= 4
    }

    mutating func keep(_ unit: ComparedUnit) {
        if unit.looks < Self.mostLooks { waiting.append(unit) } else { moving.append(unit) }
    }

    mutating func decide(_ unit: ComparedUnit, _ verdict: RowComparison) {
        decided += 1
        if unit.members != nil { return decidePart(unit, verdict) }
        report(unit.view, unit.key, verdict)
    }

    mutating func report(_ view: Int, _ key: [UInt8], _ verdict: RowComparison) {
        guard let difference = tally.add(verdict, view: view, name: views[view].name, key) else { return }
        if options.heals { healing.append((key, difference.kind == .missing)) }
        found(difference)
    }
}

extension RowComparison {
    var isSame: Bool { self == .same || self == .absent }
}
