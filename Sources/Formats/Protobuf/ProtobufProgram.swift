/// A field, without memory of its own.
struct ProtobufField: BitwiseCopyable {
    var number: Int32
    var kind: ProtobufSchema.Field.Kind
    var isRepeated: Bool
    var isMap: Bool
    var isImplicit: Bool
    /// Among its message's; −1: none.
    var oneof: Int32
    /// The message or enum; −1: none.
    var type: Int32
    /// In the pool: its name as it is, and as the inside of a JSON string.
    var rawStart: Int32
    var rawCount: Int32
    var nameStart: Int32
    var nameCount: Int32

    /// How one value of it is written.
    @inline(__always) var wire: ProtobufTag.Wire {
        switch kind {
        case .double, .fixed64, .sfixed64: .eight
        case .float, .fixed32, .sfixed32: .four
        case .string, .bytes, .message: .bytes
        case .group: .groupStart
        case .int64, .uint64, .int32, .bool, .uint32, .enumeration, .sint32, .sint64: .varint
        }
    }

    /// Whether a value with that tag is of this field; otherwise it is passed over, as an unknown field is.
    @inline(__always)
    func accepts(_ tag: ProtobufTag.Wire) -> Bool { tag == wire || tag == .bytes && isRepeated && kind != .group }
}

struct ProtobufMessage: BitwiseCopyable {
    /// Its fields in the order of their declaration.
    var first: Int32
    var count: Int32
    var oneofCount: Int32
    /// Its fields by number.
    var numbers: ProtobufNumbers
    var isTimestamp: Bool
}

struct ProtobufEnum: BitwiseCopyable {
    /// Its values by number.
    var first: Int32
    var count: Int32
    /// The value that stands for none.
    var zero: Int32
    var isClosed: Bool
}

struct ProtobufSymbol: BitwiseCopyable {
    var number: Int32
    var rawStart: Int32
    var rawCount: Int32
    var nameStart: Int32
    var nameCount: Int32
}

/// A table of places by field number: direct for small numbers, sorted for others.
struct ProtobufNumbers: BitwiseCopyable {
    static let directLimit = 128
    /// Among the program's places: one for each number up to, not including, `directCount`; −1 is none.
    var direct: Int32 = 0
    var directCount: Int32 = 0
    /// Pairs of number and place behind them.
    var sorted: Int32 = 0
    var sortedCount: Int32 = 0
}

/// A node of the tree of paths, which leads to one field of the schema.
struct ProtobufNode: BitwiseCopyable {
    /// −1: no path ends here.
    var path: Int32 = -1
    /// The nodes below it are those up to, not including, this one.
    var end: Int32 = 0
    /// −1: the message itself, or nothing in the schema.
    var field: Int32 = -1
    /// Where paths lead into a message: the steps for its fields, by number.
    var numbers = ProtobufNumbers()
    var walks = false
    /// A map of which paths name keys.
    var isMap = false
    /// Its occurrences are kept, and read once all are known.
    var isLate = false
    /// Its children: nodes that have a value although nothing is written.
    var defaults: Int32 = 0
    var defaultCount: Int32 = 0
    /// In the pool, as a map's key.
    var keyStart: Int32 = 0
    var keyCount: Int32 = 0
}

/// What is done with one field's value.
struct ProtobufStep: BitwiseCopyable {
    var field: Int32
    /// −1: its occurrence only ends what others of its oneof had.
    var node: Int32
    /// The nodes of the other fields of its oneof.
    var cleared: Int32 = 0
    var clearedCount: Int32 = 0
}

/// A message type compiled for a set of paths: flat tables of plain values, which never change.
final class ProtobufProgram {
    struct Tables {
        var messages: [ProtobufMessage] = []
        var fields: [ProtobufField] = []
        var enums: [ProtobufEnum] = []
        var symbols: [ProtobufSymbol] = []
        var nodes: [ProtobufNode] = []
        var steps: [ProtobufStep] = []
        /// Lists of places, of nodes, and of numbers.
        var places: [Int32] = []
        var pool: [UInt8] = []
        /// The nodes of the members that are copied, in the order of their fields.
        var members: [Int32] = []
    }

    let messages: PlainTable<ProtobufMessage>
    let fields: PlainTable<ProtobufField>
    let enums: PlainTable<ProtobufEnum>
    let symbols: PlainTable<ProtobufSymbol>
    let nodes: PlainTable<ProtobufNode>
    let steps: PlainTable<ProtobufStep>
    let places: PlainTable<Int32>
    let pool: PlainTable<UInt8>
    let members: PlainTable<Int32>
    /// The message of a value.
    let message: Int
    /// The node of what is copied whole, of its members, or the top.
    let target: Int
    let copiesWhole: Bool
    /// The message's full name, if it is wanted.
    let name: [UInt8]

    init(_ tables: Tables, message: Int, target: Int, copiesWhole: Bool, name: [UInt8]) {
        messages = PlainTable(tables.messages)
        fields = PlainTable(tables.fields)
        enums = PlainTable(tables.enums)
        symbols = PlainTable(tables.symbols)
        nodes = PlainTable(tables.nodes)
        steps = PlainTable(tables.steps)
        places = PlainTable(tables.places)
        pool = PlainTable(tables.pool)
        members = PlainTable(tables.members)
        self.message = message
        self.target = target
        self.copiesWhole = copiesWhole
        self.name = name
    }

    deinit {
        messages.deallocate()
        fields.deallocate()
        enums.deallocate()
        symbols.deallocate()
        nodes.deallocate()
        steps.deallocate()
        places.deallocate()
        pool.deallocate()
        members.deallocate()
    }

    /// The place that a table has for a number; −1: none.
    @inline(__always)
    func place(of number: Int, in numbers: ProtobufNumbers) -> Int {
        if number < Int(numbers.directCount) { return Int(places[Int(numbers.direct) &+ number]) }
        if numbers.sortedCount == 0 { return -1 }
        var low = 0
        var high = Int(numbers.sortedCount)
        while low < high {
            let middle = (low &+ high) / 2
            let found = Int(places[Int(numbers.sorted) &+ middle &* 2])
            if found == number { return Int(places[Int(numbers.sorted) &+ middle &* 2 &+ 1]) }
            if found < number { low = middle &+ 1 } else { high = middle }
        }
        return -1
    }

    /// The symbol of an enum's number; nil if it has none.
    func symbol(_ number: Int32, of type: Int32) -> ProtobufSymbol? {
        let enumeration = enums[Int(type)]
        var low = Int(enumeration.first)
        var high = low &+ Int(enumeration.count)
        while low < high {
            let middle = (low &+ high) / 2
            let symbol = symbols[middle]
            if symbol.number == number { return symbol }
            if symbol.number < number { low = middle &+ 1 } else { high = middle }
        }
        return nil
    }
}
