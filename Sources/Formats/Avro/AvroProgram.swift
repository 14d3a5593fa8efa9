/// A type, without memory of its own.
struct AvroNode: BitwiseCopyable {
    var kind: AvroSchema.TypeOf.Kind
    var form: TextForm
    var scale: Int32
    /// How many bytes each value has; −1 if they differ.
    var fixedSize: Int
    /// Among the program's children.
    var first: Int32
    var count: Int32
    /// In the pool: a named type's full name.
    var nameStart: Int32
    var nameCount: Int32
}

/// A record's field, a union's branch, what an array or map holds, or a symbol.
struct AvroChild: BitwiseCopyable {
    var type: Int32
    /// In the pool: the name as the inside of a JSON string.
    var nameStart: Int32
    var nameCount: Int32
    /// As its own bytes.
    var rawStart: Int32
    var rawCount: Int32
}

/// What is done with one value where paths lead.
struct AvroStep: BitwiseCopyable {
    enum Operation: UInt8, BitwiseCopyable { case skipFixed, skip, read, record, union, map }

    var operation: Operation
    /// The value is also read whole: a path, the members or the whole record ask for it.
    var isRead = false
    /// It is one of the members that are copied.
    var isMember = false
    /// It is what `whole` describes, and whether its text is needed.
    var isWhole = false
    var isCopied = false
    /// Its type's name is wanted.
    var isNamed = false
    var type: Int32
    /// −1: no path ends here.
    var path: Int32 = -1
    /// Its own steps; of a map: one a key that paths name.
    var first: Int32 = 0
    var count: Int32 = 0
    /// How many bytes `skipFixed` skips.
    var size = 0
    /// In the pool: a member's name, a map's key.
    var nameStart: Int32 = 0
    var nameCount: Int32 = 0
}

/// A schema compiled for a set of paths: flat tables of plain values, which never change.
final class AvroProgram {
    let nodes: PlainTable<AvroNode>
    let children: PlainTable<AvroChild>
    let steps: PlainTable<AvroStep>
    /// The bytes of all names.
    let pool: PlainTable<UInt8>
    /// What is done with the value.
    let start: AvroStep

    init(nodes: [AvroNode], children: [AvroChild], steps: [AvroStep], pool: [UInt8], start: AvroStep) {
        self.nodes = PlainTable(nodes)
        self.children = PlainTable(children)
        self.steps = PlainTable(steps)
        self.pool = PlainTable(pool)
        self.start = start
    }

    deinit {
        nodes.deallocate()
        children.deallocate()
        steps.deallocate()
        pool.deallocate()
    }
}
