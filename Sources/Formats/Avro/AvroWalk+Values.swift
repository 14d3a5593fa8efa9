import Bytes
import Projections

/// Values as slots, and as JSON inside of others.
extension AvroWalk {
    /// The longest text that one event may make.
    private static var longestText: Int { 16 << 20 }

    /// A value where a path ends. Strings stay where they are, all else is written to `text`.
    @inline(__always)
    mutating func value(
        _ type: Int, _ cursor: inout ByteCursor, _ place: FoundValue.Place, _ program: AvroProgram,
        _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) -> FoundValue {
        var node = program.nodes[type]
        while node.kind == .union {
            let branch = try branch(&cursor, Int(node.count))
            node = program.nodes[Int(program.children[Int(node.first) &+ branch].type)]
        }
        if node.kind == .string {
            let range = try cursor.avroBytes()
            try checkUTF8(cursor.bytes(range), at: range.lowerBound)
            return FoundValue(.string, place, range)
        }
        return try converted(node, &cursor, program, &text, depth)
    }

    @inline(never)
    private mutating func converted(
        _ node: AvroNode, _ cursor: inout ByteCursor, _ program: AvroProgram, _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) -> FoundValue {
        let start = text.count
        let kind: FoundValue.Kind
        switch node.kind {
        case .null: return FoundValue(.null)
        case .boolean: return FoundValue(try boolean(&cursor) ? .yes : .no)
        case .array:
            try appendArray(node, &cursor, program, &text, depth)
            kind = .array
        case .map:
            try appendMap(node, &cursor, program, &text, depth)
            kind = .object
        case .record where node.form != .scaledDecimal:
            try appendRecord(node, &cursor, program, &text, depth)
            kind = .object
        default: kind = try appendScalar(node, &cursor, program, &text) ? .number : .string
        }
        return FoundValue(kind, converted: start..<text.count)
    }

    /// Appends the text of a scalar other than a string, without quotes; returns whether it is a number.
    private func appendScalar(
        _ node: AvroNode, _ cursor: inout ByteCursor, _ program: AvroProgram, _ text: inout ByteBuffer
    ) throws(BinaryFault) -> Bool {
        let at = cursor.at
        switch node.kind {
        case .int, .long:
            let number = try cursor.zigzag()
            if node.kind == .int, number != Int64(Int32(truncatingIfNeeded: number)) {
                throw BinaryFault(.range, at: at)
            }
            if node.form != .plain {
                try text.append(number, as: node.form, at: at)
                return false
            }
            text.append(decimal: number)
            return true
        case .float: return text.append(shortest: Float(bitPattern: try cursor.littleEndian32()))
        case .double: return text.append(shortest: Double(bitPattern: try cursor.littleEndian64()))
        case .bytes: return try append(try cursor.avroBytes(), node, cursor, &text)
        case .fixed: return try append(try cursor.take(UInt64(node.fixedSize)), node, cursor, &text)
        case .enumeration:
            let symbol = program.children[try symbol(&cursor, node)]
            text.append(program.pool.span(symbol.rawStart, symbol.rawCount))
            return false
        case .record:
            let scale = try cursor.zigzag()
            let range = try cursor.avroBytes()
            if let reason = text.append(unscaled: cursor.bytes(range), scale: Int(scale)) {
                throw BinaryFault(reason, at: at)
            }
            return true
        case .null, .boolean, .string, .array, .map, .union: return false
        }
    }

    private func append(
        _ range: Range<Int>, _ node: AvroNode, _ cursor: ByteCursor, _ text: inout ByteBuffer
    ) throws(BinaryFault) -> Bool {
        let bytes = cursor.bytes(range)
        switch node.form {
        case .decimal:
            if let reason = text.append(unscaled: bytes, scale: Int(node.scale)) {
                throw BinaryFault(reason, at: range.lowerBound)
            }
            return true
        case .uuid: text.append(uuid: bytes)
        case .duration: text.append(duration: bytes)
        default: text.append(base64: bytes)
        }
        return false
    }

    // MARK: Inside of JSON

    /// Appends a value as compact JSON.
    private mutating func append(
        _ type: Int, _ cursor: inout ByteCursor, _ program: AvroProgram, _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        if text.count > Self.longestText { throw BinaryFault(.longText, at: cursor.at) }
        let node = program.nodes[type]
        switch node.kind {
        case .null: text.append("null")
        case .boolean: if try boolean(&cursor) { text.append("true") } else { text.append("false") }
        case .string: try appendQuoted(try cursor.avroBytes(), cursor, &text)
        case .array: try appendArray(node, &cursor, program, &text, depth)
        case .map: try appendMap(node, &cursor, program, &text, depth)
        case .union:
            let branch = try branch(&cursor, Int(node.count))
            try append(Int(program.children[Int(node.first) &+ branch].type), &cursor, program, &text, depth)
        case .record where node.form != .scaledDecimal: try appendRecord(node, &cursor, program, &text, depth)
        case .enumeration:
            let symbol = program.children[try symbol(&cursor, node)]
            text.appendQuoted(program.pool.span(symbol.nameStart, symbol.nameCount))
        case .int, .long, .float, .double, .bytes, .fixed, .record:
            let start = text.count
            text.append(UInt8(ascii: "\""))
            if try appendScalar(node, &cursor, program, &text) {
                text.remove(at: start)
            } else {
                text.append(UInt8(ascii: "\""))
            }
        }
    }

    private func appendQuoted(
        _ range: Range<Int>, _ cursor: ByteCursor, _ text: inout ByteBuffer
    ) throws(BinaryFault) {
        text.append(UInt8(ascii: "\""))
        if text.append(inside: cursor.bytes(range)) == nil { throw BinaryFault(.notUTF8, at: range.lowerBound) }
        text.append(UInt8(ascii: "\""))
    }

    private mutating func appendRecord(
        _ node: AvroNode, _ cursor: inout ByteCursor, _ program: AvroProgram, _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        try Depth.check(depth, at: cursor.at)
        text.append(UInt8(ascii: "{"))
        for index in Int(node.first)..<Int(node.first &+ node.count) {
            let child = program.children[index]
            if index > Int(node.first) { text.append(UInt8(ascii: ",")) }
            text.appendQuoted(program.pool.span(child.nameStart, child.nameCount))
            text.append(UInt8(ascii: ":"))
            try append(Int(child.type), &cursor, program, &text, depth &+ 1)
        }
        text.append(UInt8(ascii: "}"))
    }

    private mutating func appendArray(
        _ node: AvroNode, _ cursor: inout ByteCursor, _ program: AvroProgram, _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        try Depth.check(depth, at: cursor.at)
        let inner = Int(program.children[Int(node.first)].type)
        var isFirst = true
        text.append(UInt8(ascii: "["))
        while true {
            var block = try AvroBlock(&cursor)
            if block.isEnd { break }
            while block.takeOne() {
                if !isFirst { text.append(UInt8(ascii: ",")) }
                isFirst = false
                try append(inner, &cursor, program, &text, depth &+ 1)
            }
        }
        text.append(UInt8(ascii: "]"))
    }

    private mutating func appendMap(
        _ node: AvroNode, _ cursor: inout ByteCursor, _ program: AvroProgram, _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        try Depth.check(depth, at: cursor.at)
        let inner = Int(program.children[Int(node.first)].type)
        let start = keys.begin()
        var isFirst = true
        text.append(UInt8(ascii: "{"))
        while true {
            var block = try AvroBlock(&cursor)
            if block.isEnd { break }
            while block.takeOne() {
                if !isFirst { text.append(UInt8(ascii: ",")) }
                isFirst = false
                let key = text.count
                try appendQuoted(try cursor.avroBytes(), cursor, &text)
                keys.add(key..<text.count, of: text)
                text.append(UInt8(ascii: ":"))
                try append(inner, &cursor, program, &text, depth &+ 1)
            }
        }
        text.append(UInt8(ascii: "}"))
        if keys.hasRepeated(since: start, in: text) { throw BinaryFault(.repeatedKey, at: cursor.at) }
    }

    // MARK: Pieces

    @inline(__always)
    func boolean(_ cursor: inout ByteCursor) throws(BinaryFault) -> Bool {
        let at = cursor.at
        let byte = try cursor.byte()
        if byte > 1 { throw BinaryFault(.boolean, at: at) }
        return byte == 1
    }

    /// The symbol's place among the children.
    @inline(__always)
    func symbol(_ cursor: inout ByteCursor, _ node: AvroNode) throws(BinaryFault) -> Int {
        let at = cursor.at
        let symbol = try cursor.zigzag()
        if symbol < 0 || symbol >= Int64(node.count) { throw BinaryFault(.symbol, at: at) }
        return Int(node.first) &+ Int(symbol)
    }

    @inline(__always)
    func checkUTF8(_ bytes: Span<UInt8>, at: Int) throws(BinaryFault) {
        if !isUTF8(bytes) { throw BinaryFault(.notUTF8, at: at) }
    }
}
