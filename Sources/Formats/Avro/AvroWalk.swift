import Bytes
import Projections

/// Reads one value by a compiled schema. It owns only memory that is used again.
struct AvroWalk: ~Copyable {
    var keys = KeyCheck()
    /// Which of the keys that paths name were seen in the map at hand.
    var seen = ReusableArray<Bool>(capacity: 8)

    init() {}

    /// Fills `fields`, whose slots must all find nothing; `place` is where the bytes are.
    mutating func read(
        _ value: ByteCursor, at place: FoundValue.Place, by program: AvroProgram, into fields: inout DecodedValue
    ) throws(BinaryFault) {
        keys.removeAll()
        seen.removeAll()
        for _ in 0..<program.steps.count { seen.append(false) }
        var cursor = value
        try run(program.start, &cursor, place, program, &fields, 1)
        if !cursor.isAtEnd { throw BinaryFault(.trailing, at: cursor.at) }
    }

    private mutating func run(
        _ step: AvroStep, _ cursor: inout ByteCursor, _ place: FoundValue.Place, _ program: AvroProgram,
        _ fields: inout DecodedValue, _ depth: Int
    ) throws(BinaryFault) {
        let start = cursor.at
        switch step.operation {
        case .skipFixed: return try cursor.skip(step.size)
        case .read:
            let found = try value(Int(step.type), &cursor, place, program, &fields.converted, depth)
            return record(found, step, program, &fields)
        case .skip: try skip(Int(step.type), &cursor, program, depth)
        case .record:
            try Depth.check(depth, at: start)
            for index in Int(step.first)..<Int(step.first &+ step.count) {
                try run(program.steps[index], &cursor, place, program, &fields, depth &+ 1)
            }
        case .union:
            let branch = try branch(&cursor, Int(step.count))
            try run(program.steps[Int(step.first) &+ branch], &cursor, place, program, &fields, depth)
        case .map: try runMap(step, &cursor, place, program, &fields, depth)
        }
        if step.isRead || step.isCopied {
            cursor.rewind(to: start)
            let found = try value(Int(step.type), &cursor, place, program, &fields.converted, depth)
            record(found, step, program, &fields)
        } else if step.isWhole || step.isNamed {
            record(FoundValue(kind(of: Int(step.type), program)), step, program, &fields)
        }
    }

    /// The kind of a value that is not read. (A union's is its branch's.)
    private func kind(of type: Int, _ program: AvroProgram) -> FoundValue.Kind {
        switch program.nodes[type].kind {
        case .null: .null
        case .record, .map: .object
        case .array: .array
        default: .string
        }
    }

    @inline(__always)
    private func record(
        _ found: FoundValue, _ step: AvroStep, _ program: AvroProgram, _ fields: inout DecodedValue
    ) {
        if step.path >= 0 { fields.found[Int(step.path)] = found }
        if step.isMember {
            let name = copy(step.nameStart, step.nameCount, of: program, to: &fields.converted)
            fields.members.append(DecodedValue.Member(name: name, value: found))
        }
        if step.isWhole { fields.whole = found }
        if step.isNamed {
            let node = program.nodes[Int(step.type)]
            if node.nameCount > 0 {
                fields.schemaName = copy(node.nameStart, node.nameCount, of: program, to: &fields.converted)
            }
        }
    }

    private func copy(
        _ start: Int32, _ count: Int32, of program: AvroProgram, to text: inout ByteBuffer
    ) -> FoundValue {
        let at = text.count
        text.append(program.pool.span(start, count))
        return FoundValue(.string, converted: at..<text.count)
    }

    @inline(__always)
    func branch(_ cursor: inout ByteCursor, _ count: Int) throws(BinaryFault) -> Int {
        let at = cursor.at
        let branch = try cursor.zigzag()
        if branch < 0 || branch >= Int64(count) { throw BinaryFault(.branch, at: at) }
        return Int(branch)
    }

    // MARK: Maps that paths lead into

    private mutating func runMap(
        _ step: AvroStep, _ cursor: inout ByteCursor, _ place: FoundValue.Place, _ program: AvroProgram,
        _ fields: inout DecodedValue, _ depth: Int
    ) throws(BinaryFault) {
        try Depth.check(depth, at: cursor.at)
        let (first, last) = (Int(step.first), Int(step.first &+ step.count) &- 1)
        let collects = program.steps[last].isMember
        let start = keys.begin()
        for index in first..<last { seen[index] = false }
        while true {
            var block = try AvroBlock(&cursor)
            if block.isEnd { break }
            while block.takeOne() {
                let at = cursor.at
                let key = try cursor.avroBytes()
                var index = last
                for named in first..<last where isKey(program.steps[named], cursor.bytes(key), program) {
                    if seen[named] { throw BinaryFault(.repeatedKey, at: at) }
                    seen[named] = true
                    index = named
                }
                var entry = program.steps[index]
                entry.isMember = false
                if !collects {
                    try run(entry, &cursor, place, program, &fields, depth &+ 1)
                    continue
                }
                try runMember(entry, key, &cursor, place, program, &fields, depth)
            }
        }
        if collects, keys.hasRepeated(since: start, in: fields.converted) {
            throw BinaryFault(.repeatedKey, at: cursor.at)
        }
    }

    /// An entry of a map whose entries are copied: its name is its key.
    private mutating func runMember(
        _ step: AvroStep, _ key: Range<Int>, _ cursor: inout ByteCursor, _ place: FoundValue.Place,
        _ program: AvroProgram, _ fields: inout DecodedValue, _ depth: Int
    ) throws(BinaryFault) {
        try checkUTF8(cursor.bytes(key), at: key.lowerBound)
        let at = fields.converted.count
        fields.converted.append(cursor.bytes(key))
        keys.add(at..<fields.converted.count, of: fields.converted)
        let name = FoundValue(.string, converted: at..<fields.converted.count)
        let start = cursor.at
        if step.operation != .read { try run(step, &cursor, place, program, &fields, depth &+ 1) }
        cursor.rewind(to: start)
        let found = try value(Int(step.type), &cursor, place, program, &fields.converted, depth &+ 1)
        if step.path >= 0 { fields.found[Int(step.path)] = found }
        fields.members.append(DecodedValue.Member(name: name, value: found))
    }

    private func isKey(_ step: AvroStep, _ key: Span<UInt8>, _ program: AvroProgram) -> Bool {
        program.pool.span(step.nameStart, step.nameCount).isEqual(to: key)
    }

    // MARK: What is not read

    private func skip(
        _ type: Int, _ cursor: inout ByteCursor, _ program: AvroProgram, _ depth: Int
    ) throws(BinaryFault) {
        let node = program.nodes[type]
        if node.fixedSize >= 0 { return try cursor.skip(node.fixedSize) }
        switch node.kind {
        case .null, .float, .double, .fixed: break
        case .boolean: _ = try boolean(&cursor)
        case .int, .long: _ = try cursor.varint()
        case .enumeration: _ = try symbol(&cursor, node)
        case .bytes, .string: _ = try cursor.avroBytes()
        case .union:
            let branch = try branch(&cursor, Int(node.count))
            try skip(Int(program.children[Int(node.first) &+ branch].type), &cursor, program, depth)
        case .record:
            try Depth.check(depth, at: cursor.at)
            for index in Int(node.first)..<Int(node.first &+ node.count) {
                try skip(Int(program.children[index].type), &cursor, program, depth &+ 1)
            }
        case .array, .map:
            try Depth.check(depth, at: cursor.at)
            try skipBlocks(node, &cursor, program, depth)
        }
    }

    private func skipBlocks(
        _ node: AvroNode, _ cursor: inout ByteCursor, _ program: AvroProgram, _ depth: Int
    ) throws(BinaryFault) {
        let inner = Int(program.children[Int(node.first)].type)
        let size = node.kind == .array ? program.nodes[inner].fixedSize : -1
        while true {
            var block = try AvroBlock(&cursor)
            if block.isEnd { return }
            if let bytes = block.byteCount {
                try cursor.skip(bytes)
            } else if size >= 0 {
                try block.skip(size, &cursor)
            } else {
                while block.takeOne() {
                    if node.kind == .map { _ = try cursor.avroBytes() }
                    try skip(inner, &cursor, program, depth &+ 1)
                }
            }
        }
    }
}
