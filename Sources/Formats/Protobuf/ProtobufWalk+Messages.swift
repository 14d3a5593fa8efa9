import Bytes
import Projections

/// Messages, lists and maps as compact JSON, in the order in which fields are declared.
extension ProtobufWalk {
    private static var longestText: Int { 16 << 20 }

    /// A field that occurs as `chain` says, where a path ends.
    mutating func whole(
        _ field: ProtobufField, _ chain: ProtobufChain, _ value: ByteCursor, _ program: ProtobufProgram,
        _ text: inout ByteBuffer
    ) throws(BinaryFault) -> FoundValue {
        let start = text.count
        if field.isMap {
            try appendMap(field, chain, value, program, &text, 1)
            return FoundValue(.object, converted: start..<text.count)
        }
        if field.isRepeated {
            try appendList(field, chain, value, program, &text, 1)
            return FoundValue(.array, converted: start..<text.count)
        }
        if program.messages[Int(field.type)].isTimestamp {
            try appendMoment(chain, value, &text)
            return FoundValue(.string, converted: start..<text.count)
        }
        try appendMessage(Int(field.type), chain, value, program, &text, 1)
        return FoundValue(.object, converted: start..<text.count)
    }

    /// Appends a message, whose occurrences are merged.
    mutating func appendMessage(
        _ message: Int, _ chain: ProtobufChain, _ value: ByteCursor, _ program: ProtobufProgram,
        _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        try Depth.check(depth, at: chain.isEmpty ? value.at : Int(occurrences[Int(chain.first)].start))
        if text.count > Self.longestText { throw BinaryFault(.longText, at: value.end) }
        let info = program.messages[message]
        let (kept, base) = (occurrences.count, chains.count)
        for _ in 0..<Int(info.count &+ info.oneofCount) { chains.append(ProtobufChain()) }
        var segment = chain.first
        while segment >= 0 {
            try collect(info, value.part(occurrences[Int(segment)].range), base, program)
            segment = occurrences[Int(segment)].next
        }
        text.append(UInt8(ascii: "{"))
        let start = text.count
        for index in 0..<Int(info.count) {
            let field = program.fields[Int(info.first) &+ index]
            let chain = chains[base &+ index]
            if chain.isEmpty && (field.kind == .group || !(field.isRepeated || field.isImplicit)) { continue }
            if text.count > start { text.append(UInt8(ascii: ",")) }
            text.appendQuoted(program.pool.span(field.nameStart, field.nameCount))
            text.append(UInt8(ascii: ":"))
            try append(field, chain, value, program, &text, depth &+ 1)
        }
        text.append(UInt8(ascii: "}"))
        occurrences.truncate(to: kept)
        chains.truncate(to: base)
    }

    /// Finds where the fields of one occurrence of a message are.
    private mutating func collect(
        _ message: ProtobufMessage, _ segment: ByteCursor, _ base: Int, _ program: ProtobufProgram
    ) throws(BinaryFault) {
        var cursor = segment
        while !cursor.isAtEnd {
            let tag = try ProtobufTag(&cursor)
            let place = program.place(of: tag.number, in: message.numbers)
            guard place >= 0, program.fields[place].accepts(tag.wire), program.fields[place].kind != .group,
                try isKnown(program.fields[place], tag.wire, cursor, program)
            else {
                try tag.skip(&cursor)
                continue
            }
            let field = program.fields[place]
            let slot = place &- Int(message.first)
            if field.oneof >= 0 {
                // Which field is set, as its place plus one.
                let set = base &+ Int(message.count &+ field.oneof)
                let other = chains[set].first
                if other > 0, other != Int32(slot &+ 1) { chains[base &+ Int(other) &- 1] = ProtobufChain() }
                chains[set].first = Int32(slot &+ 1)
            }
            let range = try take(field, tag, &cursor)
            var chain = field.isRepeated || field.kind == .message ? chains[base &+ slot] : ProtobufChain()
            append(ProtobufOccurrence(range, tag.wire), to: &chain)
            chains[base &+ slot] = chain
        }
    }

    private mutating func append(
        _ field: ProtobufField, _ chain: ProtobufChain, _ value: ByteCursor, _ program: ProtobufProgram,
        _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        if field.isMap { return try appendMap(field, chain, value, program, &text, depth) }
        if field.isRepeated { return try appendList(field, chain, value, program, &text, depth) }
        if chain.isEmpty { return appendZeroJSON(field, program, &text) }
        if field.kind == .message { return try appendValue(field, chain, value, program, &text, depth) }
        var cursor = value.part(occurrences[Int(chain.last)].range)
        try appendJSON(field, &cursor, program, &text)
    }

    /// A message inside of JSON.
    private mutating func appendValue(
        _ field: ProtobufField, _ chain: ProtobufChain, _ value: ByteCursor, _ program: ProtobufProgram,
        _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        guard program.messages[Int(field.type)].isTimestamp else {
            return try appendMessage(Int(field.type), chain, value, program, &text, depth)
        }
        text.append(UInt8(ascii: "\""))
        try appendMoment(chain, value, &text)
        text.append(UInt8(ascii: "\""))
    }

    private mutating func appendList(
        _ field: ProtobufField, _ chain: ProtobufChain, _ value: ByteCursor, _ program: ProtobufProgram,
        _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        text.append(UInt8(ascii: "["))
        let start = text.count
        var next = chain.first
        while next >= 0 {
            let occurrence = occurrences[Int(next)]
            next = occurrence.next
            var cursor = value.part(occurrence.range)
            if field.kind == .message {
                if text.count > start { text.append(UInt8(ascii: ",")) }
                var single = ProtobufChain()
                append(ProtobufOccurrence(occurrence.range, .bytes), to: &single)
                try appendValue(field, single, value, program, &text, depth)
                continue
            }
            let isPacked = occurrence.wire == .bytes && field.wire != .bytes
            repeat {
                if isPacked, cursor.isAtEnd { break }
                if try isKnown(field, .varint, cursor, program) {
                    if text.count > start { text.append(UInt8(ascii: ",")) }
                    try appendJSON(field, &cursor, program, &text)
                } else {
                    _ = try cursor.varint()
                }
            } while isPacked
            if text.count > Self.longestText { throw BinaryFault(.longText, at: cursor.at) }
        }
        text.append(UInt8(ascii: "]"))
    }

    private mutating func appendMap(
        _ field: ProtobufField, _ chain: ProtobufChain, _ value: ByteCursor, _ program: ProtobufProgram,
        _ text: inout ByteBuffer, _ depth: Int
    ) throws(BinaryFault) {
        let seen = keys.begin()
        text.append(UInt8(ascii: "{"))
        let start = text.count
        var next = chain.first
        while next >= 0 {
            let occurrence = occurrences[Int(next)]
            next = occurrence.next
            let entry = value.part(occurrence.range)
            guard let parts = try ProtobufEntry(entry, field, program, self) else { continue }
            if text.count > start { text.append(UInt8(ascii: ",")) }
            let key = text.count
            try appendKey(parts, entry, program, &text, isQuoted: true)
            keys.add(key..<text.count, of: text)
            text.append(UInt8(ascii: ":"))
            let valueField = program.fields[Int(parts.value)]
            var single = ProtobufChain()
            if let range = parts.valueRange { append(ProtobufOccurrence(range, valueField.wire), to: &single) }
            if valueField.kind == .message {
                try appendValue(valueField, single, value, program, &text, depth &+ 1)
            } else if let range = parts.valueRange {
                var cursor = value.part(range)
                try appendJSON(valueField, &cursor, program, &text)
            } else {
                appendZeroJSON(valueField, program, &text)
            }
            if text.count > Self.longestText { throw BinaryFault(.longText, at: entry.end) }
        }
        text.append(UInt8(ascii: "}"))
        if keys.hasRepeated(since: seen, in: text) { throw BinaryFault(.repeatedKey, at: value.end) }
    }

    /// Appends a map's key as text.
    func appendKey(
        _ entry: ProtobufEntry, _ value: ByteCursor, _ program: ProtobufProgram, _ text: inout ByteBuffer,
        isQuoted: Bool
    ) throws(BinaryFault) {
        let field = program.fields[Int(entry.key)]
        if isQuoted { text.append(UInt8(ascii: "\"")) }
        if let range = entry.keyRange {
            var cursor = value.part(range)
            if field.kind == .string {
                let bytes = cursor.bytes(try cursor.protobufBytes())
                if !isUTF8(bytes) { throw BinaryFault(.notUTF8, at: range.lowerBound) }
                if isQuoted { _ = text.append(inside: bytes) } else { text.append(bytes) }
            } else {
                try appendJSON(field, &cursor, program, &text)
            }
        } else if field.kind != .string {
            appendZeroJSON(field, program, &text)
        }
        if isQuoted { text.append(UInt8(ascii: "\"")) }
    }

    /// Appends a `google.protobuf.Timestamp`. Source: timestamp.proto.
    private func appendMoment(
        _ chain: ProtobufChain, _ value: ByteCursor, _ text: inout ByteBuffer
    ) throws(BinaryFault) {
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        var segment = chain.first
        while segment >= 0 {
            var cursor = value.part(occurrences[Int(segment)].range)
            segment = occurrences[Int(segment)].next
            while !cursor.isAtEnd {
                let tag = try ProtobufTag(&cursor)
                if tag.number == 1, tag.wire == .varint {
                    seconds = Int64(bitPattern: try cursor.varint())
                } else if tag.number == 2, tag.wire == .varint {
                    nanoseconds = Int64(Int32(truncatingIfNeeded: try cursor.varint()))
                } else {
                    try tag.skip(&cursor)
                }
            }
            // Other moments have no text of four digits for the year.
            if seconds < -62_135_596_800 || seconds > 253_402_300_799 || nanoseconds < 0 || nanoseconds > 999_999_999 {
                throw BinaryFault(.range, at: cursor.at)
            }
        }
        text.append(secondsSince1970: seconds, nanoseconds: nanoseconds)
    }
}
