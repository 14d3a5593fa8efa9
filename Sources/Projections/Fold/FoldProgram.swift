import Bytes

/// Where some bytes are in the program's pool.
struct PoolRange {
    var start: Int32 = 0
    var count: Int32 = 0

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// Some of the program's rows.
struct TableRange {
    var start: Int32 = 0
    var end: Int32 = 0

    var range: Range<Int> { Int(start)..<Int(end) }
    var isEmpty: Bool { start == end }
}

/// A `ValueSource` without memory of its own.
struct Source {
    enum Kind: UInt8 { case nothing, path, key, timestamp, partition, offset, header, constant }

    var kind: Kind
    var isOptional = false
    var isJSON = false
    /// Eight bytes there are an integer.
    var isBinary = false
    /// A string there may be a number.
    var isText = false
    /// The path's index.
    var path: Int32 = 0
    /// The header's name, the constant.
    var text = PoolRange()

    init(_ kind: Kind) { self.kind = kind }
}

/// A piece of a template: literal text, or a value.
struct TemplatePart {
    var literal = PoolRange()
    var isLiteral = false
    var source = Source(.nothing)
}

struct ConditionCode {
    var source: Source
    /// Among the program's texts.
    var anyOf: TableRange
}

/// One change as the fold performs it.
package struct ChangeCode {
    package enum Operation: UInt8, Sendable, BitwiseCopyable {
        case setField, unsetField, incrementField, setAllFields, setAllDocument, setDocument
        case incrementCounter, incrementMember, greatest, least, score, addMember, addNewest, removeMember, delete
    }

    var operation: Operation
    var name = PoolRange()
    /// The name as an argument of a command; empty if it is not fixed.
    var encodedName = PoolRange()
    var nameHash: UInt64 = 0
    var source = Source(.nothing)
    var scale = 0
    /// Among the program's document fields.
    var fields = TableRange()
}

struct DocumentFieldCode {
    /// The name as JSON, with quotes and colon.
    var name: PoolRange
    var source: Source
}

struct RuleCode {
    var conditions: TableRange
    var changes: TableRange
    /// Whether it needs the event's time.
    var needsTime: Bool
    /// Its place in the program's direct rows; −1: none.
    var direct: Int32 = -1
}

/// A rule that only sets fields of a hash to values in the event.
struct DirectRowCode {
    /// The head and the name of its HSET, encoded.
    var head: PoolRange
    /// Among the program's direct parts.
    var key: TableRange
    var fields: TableRange
}

/// A piece of a direct row's key, or a field of it: encoded or literal text, and the path of the value behind it.
struct DirectPartCode {
    var text: PoolRange
    /// −1: nothing follows the text.
    var path: Int32
}

/// A view for the events of one topic, values or tombstones.
struct ViewCode {
    enum Member: UInt8 { case none, value, template }

    var view: Int32
    var shape: EntryShape
    var keep: Int64 = 0
    /// 0 if the view has no buckets.
    var everySeconds: Int64 = 0
    var retainMilliseconds: Int64 = 0
    /// 0: none.
    var timeToLive: Int64 = 0
    var key = TableRange()
    var memberKind = Member.none
    var memberSource = Source(.nothing)
    var member = TableRange()
}

/// One view's rules for one type of event.
struct StepCode {
    var view: Int32
    var rules: TableRange
}

/// A named type of one topic.
struct TypeCode {
    var topic: Int32
    var name: PoolRange
    var hash: UInt64
    var steps: TableRange
}

struct TopicCode {
    /// −1: none.
    var keyPath: Int32
    /// The type's path, if it is one: the usual case; −1: it is not.
    var typePath: Int32 = -1
    /// Where the type is; nil if the topic has none.
    var type: Source?
    /// Event time; nil is the record's timestamp.
    var time: Source?
    var timeUnit: TimeUnit?
    /// A number there is bad without a unit: a column of a Debezium row may count days, or microseconds.
    var timeNeedsUnit = false
    /// Strings in the value are JSON's.
    var isJSON = true
    /// The paths of the record key's columns: among the program's columns.
    var keyColumns = TableRange()
    /// Of types without a name here, and of none.
    var any = TableRange()
    var tombstone = TableRange()
}

/// A plan as flat tables of plain values: nothing in them is retained, released or compared as text.
struct FoldProgram: ~Copyable {
    /// Nothing: an existential makes this a type that lives in memory only. Without it Swift 6.3 copies the tables' struct to
    /// the stack whenever another struct that stores it calls a method of it, a memcpy or two for each event.
    private let staysInPlace: (any Sendable)? = nil
    var pool = ByteBuffer(capacity: 1024)
    /// What is before each row key.
    var prefix = PoolRange()
    var topics: ContiguousArray<TopicCode> = []
    var types: ContiguousArray<TypeCode> = []
    /// Places in `types` plus one; 0 is free.
    var typeSlots: ContiguousArray<Int32> = []
    var steps: ContiguousArray<StepCode> = []
    var views: ContiguousArray<ViewCode> = []
    var rules: ContiguousArray<RuleCode> = []
    var conditions: ContiguousArray<ConditionCode> = []
    var texts: ContiguousArray<PoolRange> = []
    var changes: ContiguousArray<ChangeCode> = []
    var fields: ContiguousArray<DocumentFieldCode> = []
    var parts: ContiguousArray<TemplatePart> = []
    var directRows: ContiguousArray<DirectRowCode> = []
    var directParts: ContiguousArray<DirectPartCode> = []
    /// Paths of key columns.
    var columns: ContiguousArray<Int32> = []
    /// The longest row key, in bytes.
    var longestKey = Limits.longestKey
    let seed = ByteHash.seed

    /// The steps for a type of a topic.
    func steps(topic: Int, type: Span<UInt8>) -> TableRange {
        if types.isEmpty { return topics[topic].any }
        let hash = ByteHash.hash(type, seed: seed ^ UInt64(truncatingIfNeeded: topic))
        var slot = Int(truncatingIfNeeded: hash) & (typeSlots.count - 1)
        while typeSlots[slot] != 0 {
            let code = types[Int(typeSlots[slot]) - 1]
            if code.hash == hash, code.topic == Int32(topic), pool.span(code.name.range).isEqual(to: type) {
                return code.steps
            }
            slot = (slot + 1) & (typeSlots.count - 1)
        }
        return topics[topic].any
    }
}
