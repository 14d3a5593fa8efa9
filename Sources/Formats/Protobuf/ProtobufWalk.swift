import Bytes
import Projections

/// Reads one value of a compiled message type. It owns only memory that is used again.
struct ProtobufWalk: ~Copyable {
    /// What is known of a node of the tree of paths.
    /// (Not private: Swift 6.3.1 then says "Broken module found".)
    struct State: BitwiseCopyable {
        var found = FoundValue()
        var chain = ProtobufChain()
        /// Its message occurred.
        var isPresent = false
        /// Its key occurred in the map at hand.
        var isSeen = false
    }

    var keys = KeyCheck()
    var states = ReusableArray<State>(capacity: 16)
    var occurrences = ReusableArray<ProtobufOccurrence>(capacity: 16)
    /// The chains of the fields of messages that are being written, and which field of each oneof is set.
    var chains = ReusableArray<ProtobufChain>(capacity: 32)

    init() {}

    /// Fills `fields`, whose slots must all find nothing; `place` is where the bytes are.
    mutating func read(
        _ value: ByteCursor, at place: FoundValue.Place, by program: ProtobufProgram, into fields: inout DecodedValue
    ) throws(BinaryFault) {
        keys.removeAll()
        states.removeAll()
        occurrences.removeAll(keeping: 1 << 12)
        chains.removeAll(keeping: 1 << 12)
        for _ in 0..<program.nodes.count { states.append(State()) }
        if program.nodes[0].walks {
            try enter(0, program, &fields.converted)
            try walk(0, value, place, program, &fields.converted, 1)
        } else {
            try Self.skipAll(value)
        }
        try readLate(value, place, program, &fields.converted)
        try readWhole(value, program, &fields)
        for index in 0..<program.nodes.count where program.nodes[index].path >= 0 {
            fields.found[Int(program.nodes[index].path)] = states[index].found
        }
        for index in 0..<program.members.count { addMember(Int(program.members[index]), program, &fields) }
        if program.name.count > 0 {
            let start = fields.converted.count
            fields.converted.append(program.name)
            fields.schemaName = FoundValue(.string, converted: start..<fields.converted.count)
        }
    }

    private static func skipAll(_ value: ByteCursor) throws(BinaryFault) {
        var cursor = value
        while !cursor.isAtEnd { try ProtobufTag(&cursor).skip(&cursor) }
    }

    private func addMember(_ node: Int, _ program: ProtobufProgram, _ fields: inout DecodedValue) {
        let found = states[node].found
        if found.kind == .nothing { return }
        let field = program.fields[Int(program.nodes[node].field)]
        let start = fields.converted.count
        fields.converted.append(program.pool.span(field.rawStart, field.rawCount))
        let name = FoundValue(.string, converted: start..<fields.converted.count)
        fields.members.append(DecodedValue.Member(name: name, value: found))
    }

    // MARK: Fields that are asked for

    /// A message occurs for the first time: what it does not write has its zero.
    private mutating func enter(
        _ node: Int, _ program: ProtobufProgram, _ text: inout ByteBuffer
    ) throws(BinaryFault) {
        if states[node].isPresent { return }
        states[node].isPresent = true
        let first = Int(program.nodes[node].defaults)
        for index in first..<first &+ Int(program.nodes[node].defaultCount) {
            let child = Int(program.places[index])
            states[child].found = zero(of: program.fields[Int(program.nodes[child].field)], program, &text)
        }
    }

    private mutating func walk(
        _ node: Int, _ message: ByteCursor, _ place: FoundValue.Place, _ program: ProtobufProgram,
        _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        try Depth.check(depth, at: message.at)
        let numbers = program.nodes[node].numbers
        var cursor = message
        while !cursor.isAtEnd {
            let tag = try ProtobufTag(&cursor)
            let index = program.place(of: tag.number, in: numbers)
            if index < 0 {
                try tag.skip(&cursor)
                continue
            }
            let step = program.steps[index]
            let field = program.fields[Int(step.field)]
            guard field.accepts(tag.wire), try isKnown(field, tag.wire, cursor, program) else {
                try tag.skip(&cursor)
                continue
            }
            for index in Int(step.cleared)..<Int(step.cleared &+ step.clearedCount) {
                clear(Int(program.places[index]), program)
            }
            if step.node < 0 {
                try tag.skip(&cursor)
            } else if field.isRepeated || field.kind == .message {
                try occur(Int(step.node), tag, &cursor, place, program, &text, depth)
            } else {
                states[Int(step.node)].found = try scalar(field, &cursor, place, program, &text)
            }
        }
    }

    /// Another field of its oneof is set.
    private mutating func clear(_ node: Int, _ program: ProtobufProgram) {
        for index in node..<Int(program.nodes[node].end) { states[index] = State() }
    }

    /// A message, or one of several values.
    private mutating func occur(
        _ node: Int, _ tag: ProtobufTag, _ cursor: inout ByteCursor, _ place: FoundValue.Place,
        _ program: ProtobufProgram, _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        let range = try take(program.fields[Int(program.nodes[node].field)], tag, &cursor)
        let info = program.nodes[node]
        if info.isLate { add(ProtobufOccurrence(range, tag.wire), to: node) }
        if info.walks {
            try enter(node, program, &text)
            try walk(node, cursor.part(range), place, program, &text, depth &+ 1)
        } else if info.isMap {
            try lookUp(node, cursor.part(range), place, program, &text, depth &+ 1)
        }
    }

    /// The bytes of one occurrence: of a message or packed list what is inside, of others all behind the tag.
    @inline(__always)
    func take(
        _ field: ProtobufField, _ tag: ProtobufTag, _ cursor: inout ByteCursor
    ) throws(BinaryFault) -> Range<Int> {
        if field.kind == .message || tag.wire != field.wire { return try cursor.protobufBytes() }
        let start = cursor.at
        try tag.skip(&cursor)
        return start..<cursor.at
    }

    private mutating func add(_ occurrence: ProtobufOccurrence, to node: Int) {
        var chain = states[node].chain
        append(occurrence, to: &chain)
        states[node].chain = chain
    }

    @inline(__always)
    mutating func append(_ occurrence: ProtobufOccurrence, to chain: inout ProtobufChain) {
        let index = Int32(truncatingIfNeeded: occurrences.count)
        occurrences.append(occurrence)
        if chain.isEmpty { chain.first = index } else { occurrences[Int(chain.last)].next = index }
        chain.last = index
    }

    // MARK: Keys that are asked for

    /// An entry of a map of which paths name keys.
    private mutating func lookUp(
        _ node: Int, _ entry: ByteCursor, _ place: FoundValue.Place, _ program: ProtobufProgram,
        _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        try Depth.check(depth, at: entry.at)
        let start = text.count
        let parts = try ProtobufEntry(entry, program.fields[Int(program.nodes[node].field)], program, self)
        guard let parts else { return }
        try appendKey(parts, entry, program, &text, isQuoted: false)
        var child = node &+ 1
        while child < Int(program.nodes[node].end) {
            let key = program.nodes[child]
            if program.pool.span(key.keyStart, key.keyCount).isEqual(to: text.span(start..<text.count)) { break }
            child = Int(key.end)
        }
        text.truncate(to: start)
        if child >= Int(program.nodes[node].end) { return }
        if states[child].isSeen { throw BinaryFault(.repeatedKey, at: entry.at) }
        states[child].isSeen = true
        let field = program.fields[Int(parts.value)]
        guard field.kind == .message else {
            guard let range = parts.valueRange else {
                states[child].found = zero(of: field, program, &text)
                return
            }
            var cursor = entry.part(range)
            states[child].found = try scalar(field, &cursor, place, program, &text)
            return
        }
        let range = parts.messageRange ?? entry.end..<entry.end
        if program.nodes[child].isLate { add(ProtobufOccurrence(range, .bytes), to: child) }
        if program.nodes[child].walks {
            try enter(child, program, &text)
            try walk(child, entry.part(range), place, program, &text, depth &+ 1)
        }
    }

    // MARK: What is read once all is known

    private mutating func readLate(
        _ value: ByteCursor, _ place: FoundValue.Place, _ program: ProtobufProgram, _ text: inout ByteBuffer
    ) throws(BinaryFault) {
        for node in 0..<program.nodes.count where program.nodes[node].isLate && !states[node].chain.isEmpty {
            let field = program.fields[Int(program.nodes[node].field)]
            states[node].found = try whole(field, states[node].chain, value, program, &text)
        }
    }

    private mutating func readWhole(
        _ value: ByteCursor, _ program: ProtobufProgram, _ fields: inout DecodedValue
    ) throws(BinaryFault) {
        if program.target == 0 {
            fields.whole = FoundValue(.object)
            guard program.copiesWhole else { return }
            var chain = ProtobufChain()
            append(ProtobufOccurrence(value.at..<value.end, .bytes), to: &chain)
            let start = fields.converted.count
            try appendMessage(Int(program.message), chain, value, program, &fields.converted, 1)
            fields.whole = FoundValue(.object, converted: start..<fields.converted.count)
        } else if program.target > 0, states[program.target].isPresent {
            fields.whole = program.copiesWhole ? states[program.target].found : FoundValue(.object)
        }
    }
}
