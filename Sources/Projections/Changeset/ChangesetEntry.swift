/// What becomes of one field or member within a batch.
enum ElementChange: UInt8 {
    /// Nothing, any more.
    case none
    /// HSET, SADD, ZADD, PFADD.
    case put
    /// HSET of a sum: incremented after it was unset.
    case putSum
    /// ZADD of the greatest, or least, since it was removed.
    case putGreatest, putLeast
    /// HDEL, SREM, ZREM.
    case drop
    /// HINCRBY, ZINCRBY.
    case sum
    /// ZREM, then ZINCRBY: only its reply shows that a sum left the exact range.
    case dropSum
    /// ZADD GT, ZADD LT.
    case greatest, least
}

/// A field or member that the batch touches.
struct ChangesetElement {
    var entry: Int32
    /// The entry's next one in order of first touch; −1 is the end.
    var next: Int32 = -1
    /// The entry's round in which it was touched; one of an earlier round was swallowed by a delete.
    var round: UInt32
    var slot: Int32 = 0
    var hash: UInt64
    var name: ArenaText
    var value = ArenaText()
    var change = ElementChange.none
    var number: Int64 = 0
    var score: Double = 0
}

/// Where some bytes are in the changeset's arena, and how much room there is for others in their place.
struct ArenaText {
    var start: UInt32 = 0
    var count: UInt32 = 0
    var room: UInt32 = 0

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// How an entry is written: the view's kind as far as Redis is concerned.
enum EntryShape: UInt8 {
    case hash, document, counter, set, sortedSet, latest, unique

    init(_ kind: ViewKind) {
        switch kind {
        case .hash, .buckets: self = .hash
        case .document: self = .document
        case .counter: self = .counter
        case .set: self = .set
        case .sortedSet: self = .sortedSet
        case .latest: self = .latest
        case .unique: self = .unique
        }
    }

    var redisType: String {
        switch self {
        case .hash: "hash"
        case .document, .counter, .unique: "string"
        case .set: "set"
        case .sortedSet, .latest: "zset"
        }
    }
}

/// A row that the batch touches: a base, kept or deleted, and what happens to its elements.
struct ChangesetEntry {
    var hash: UInt64
    var slot: Int32 = 0
    var view: Int32
    var key: ArenaText
    var shape: EntryShape
    var isDeleted = false
    /// document: its new value is in `value`; counter: `sum` is to be added.
    var isWritten = false
    var round: UInt32 = 0
    var first: Int32 = -1
    var last: Int32 = -1
    /// latest: how many members stay.
    var keep: Int64
    var sum: Int64 = 0
    var value = ArenaText()
    /// Milliseconds since 1970; −1: none.
    var deadline: Int64 = -1
    var puts: Int32 = 0
    var drops: Int32 = 0
    var sums: Int32 = 0
    var greatest: Int32 = 0
    var least: Int32 = 0

    /// How many commands it takes.
    var commands: Int {
        if shape == .document { return 1 }
        if shape == .counter { return 1 + (isWritten && deadline >= 0 ? 1 : 0) }
        var count = Self.chunks(puts) + Self.chunks(drops) + Self.chunks(greatest) + Self.chunks(least) + Int(sums)
        if shape == .latest, count > 0 { count += 1 }
        if deadline >= 0, count > 0 { count += 1 }
        return count + (isDeleted ? 1 : 0)
    }

    /// How many elements one command has at most.
    static let chunk: Int32 = 128

    @inline(__always)
    static func chunks(_ count: Int32) -> Int {
        count <= chunk ? (count == 0 ? 0 : 1) : Int((count + chunk - 1) / chunk)
    }

    @inline(__always)
    mutating func count(_ change: ElementChange, by step: Int32) {
        switch change {
        case .none: break
        case .put, .putSum, .putGreatest, .putLeast: puts += step
        case .drop: drops += step
        case .sum: sums += step
        case .dropSum:
            drops += step
            sums += step
        case .greatest: greatest += step
        case .least: least += step
        }
    }
}
