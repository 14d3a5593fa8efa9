/// The parts of a map's entry, wherever they are in it.
struct ProtobufEntry {
    /// The fields of key and value in the program.
    let key: Int32
    let value: Int32
    /// nil: it is not written, which means its zero.
    private(set) var keyRange: Range<Int>?
    private(set) var valueRange: Range<Int>?

    /// The bytes of a value that is a message.
    var messageRange: Range<Int>? { valueRange }

    /// nil: its value is a symbol that its enum does not have, and so the entry is as if it were not there.
    init?(
        _ entry: ByteCursor, _ map: ProtobufField, _ program: ProtobufProgram, _ walk: borrowing ProtobufWalk
    ) throws(BinaryFault) {
        let message = program.messages[Int(map.type)]
        key = Int32(program.place(of: 1, in: message.numbers))
        value = Int32(program.place(of: 2, in: message.numbers))
        if key < 0 || value < 0 { throw BinaryFault(.tag, at: entry.at) }
        var cursor = entry
        while !cursor.isAtEnd {
            let tag = try ProtobufTag(&cursor)
            let field = tag.number == 1 ? key : tag.number == 2 ? value : -1
            guard field >= 0, program.fields[Int(field)].wire == tag.wire else {
                try tag.skip(&cursor)
                continue
            }
            if try !walk.isKnown(program.fields[Int(field)], tag.wire, cursor, program) { return nil }
            var range = cursor.at..<cursor.at
            if program.fields[Int(field)].kind == .message {
                range = try cursor.protobufBytes()
            } else {
                try tag.skip(&cursor)
                range = range.lowerBound..<cursor.at
            }
            if tag.number == 1 { keyRange = range } else { valueRange = range }
        }
    }
}
