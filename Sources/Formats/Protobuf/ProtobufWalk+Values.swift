import Bytes
import Projections

/// Scalars, and their zeros.
extension ProtobufWalk {
    /// Whether the next value is one of its type: numbers that a closed enum lacks are passed over.
    @inline(__always)
    func isKnown(
        _ field: ProtobufField, _ wire: ProtobufTag.Wire, _ cursor: ByteCursor, _ program: ProtobufProgram
    ) throws(BinaryFault) -> Bool {
        guard field.kind == .enumeration, wire == .varint, program.enums[Int(field.type)].isClosed else { return true }
        var ahead = cursor
        return try program.symbol(Int32(truncatingIfNeeded: ahead.varint()), of: field.type) != nil
    }

    /// A value where a path ends. Strings stay where they are, all else is written to `text`.
    @inline(__always)
    func scalar(
        _ field: ProtobufField, _ cursor: inout ByteCursor, _ place: FoundValue.Place, _ program: ProtobufProgram,
        _ text: inout ByteBuffer
    ) throws(BinaryFault) -> FoundValue {
        switch field.kind {
        case .string:
            let range = try cursor.protobufBytes()
            if !isUTF8(cursor.bytes(range)) { throw BinaryFault(.notUTF8, at: range.lowerBound) }
            return FoundValue(.string, place, range)
        case .bool: return FoundValue(try cursor.varint() != 0 ? .yes : .no)
        default:
            let start = text.count
            let isNumber = try appendScalar(field, &cursor, program, &text)
            return FoundValue(isNumber ? .number : .string, converted: start..<text.count)
        }
    }

    /// Appends the text of a scalar other than a string or bool, without quotes; returns whether it is a number.
    private func appendScalar(
        _ field: ProtobufField, _ cursor: inout ByteCursor, _ program: ProtobufProgram, _ text: inout ByteBuffer
    ) throws(BinaryFault) -> Bool {
        switch field.kind {
        case .int32: text.append(decimal: Int64(Int32(truncatingIfNeeded: try cursor.varint())))
        case .int64: text.append(decimal: Int64(bitPattern: try cursor.varint()))
        case .uint32: text.append(decimal: Int64(UInt32(truncatingIfNeeded: try cursor.varint())))
        case .uint64: text.append(magnitude: try cursor.varint())
        case .sint32:
            let number = UInt32(truncatingIfNeeded: try cursor.varint())
            text.append(decimal: ByteCursor.signed(UInt64(number)))
        case .sint64: text.append(decimal: try cursor.zigzag())
        case .fixed32: text.append(decimal: Int64(try cursor.littleEndian32()))
        case .sfixed32: text.append(decimal: Int64(Int32(bitPattern: try cursor.littleEndian32())))
        case .fixed64: text.append(magnitude: try cursor.littleEndian64())
        case .sfixed64: text.append(decimal: Int64(bitPattern: try cursor.littleEndian64()))
        case .float: return text.append(shortest: Float(bitPattern: try cursor.littleEndian32()))
        case .double: return text.append(shortest: Double(bitPattern: try cursor.littleEndian64()))
        case .enumeration: return append(Int32(truncatingIfNeeded: try cursor.varint()), of: field, program, &text)
        case .bytes:
            text.append(base64: cursor.bytes(try cursor.protobufBytes()))
            return false
        case .bool, .string, .message, .group: return false
        }
        return true
    }

    /// Appends a symbol, or the number of which an open enum has none.
    private func append(
        _ number: Int32, of field: ProtobufField, _ program: ProtobufProgram, _ text: inout ByteBuffer
    ) -> Bool {
        guard let symbol = program.symbol(number, of: field.type) else {
            text.append(decimal: Int64(number))
            return true
        }
        text.append(program.pool.span(symbol.rawStart, symbol.rawCount))
        return false
    }

    /// What a field has that is not written.
    func zero(of field: ProtobufField, _ program: ProtobufProgram, _ text: inout ByteBuffer) -> FoundValue {
        let start = text.count
        var kind = FoundValue.Kind.number
        if field.isMap {
            text.append("{}")
            kind = .object
        } else if field.isRepeated {
            text.append("[]")
            kind = .array
        } else {
            switch field.kind {
            case .bool: return FoundValue(.no)
            case .string, .bytes: kind = .string
            case .enumeration:
                if !append(program.enums[Int(field.type)].zero, of: field, program, &text) { kind = .string }
            default: text.append(UInt8(ascii: "0"))
            }
        }
        return FoundValue(kind, converted: start..<text.count)
    }

    /// Appends a scalar as JSON.
    func appendJSON(
        _ field: ProtobufField, _ cursor: inout ByteCursor, _ program: ProtobufProgram, _ text: inout ByteBuffer
    ) throws(BinaryFault) {
        switch field.kind {
        case .bool: if try cursor.varint() != 0 { text.append("true") } else { text.append("false") }
        case .string:
            let range = try cursor.protobufBytes()
            text.append(UInt8(ascii: "\""))
            if text.append(inside: cursor.bytes(range)) == nil { throw BinaryFault(.notUTF8, at: range.lowerBound) }
            text.append(UInt8(ascii: "\""))
        case .enumeration:
            let number = Int32(truncatingIfNeeded: try cursor.varint())
            if let symbol = program.symbol(number, of: field.type) {
                text.appendQuoted(program.pool.span(symbol.nameStart, symbol.nameCount))
            } else {
                text.append(decimal: Int64(number))
            }
        default:
            let start = text.count
            text.append(UInt8(ascii: "\""))
            if try appendScalar(field, &cursor, program, &text) {
                text.remove(at: start)
            } else {
                text.append(UInt8(ascii: "\""))
            }
        }
    }

    /// Appends the zero of a scalar as JSON.
    func appendZeroJSON(_ field: ProtobufField, _ program: ProtobufProgram, _ text: inout ByteBuffer) {
        switch field.kind {
        case .bool: text.append("false")
        case .string, .bytes: text.append("\"\"")
        case .enumeration:
            if let symbol = program.symbol(program.enums[Int(field.type)].zero, of: field.type) {
                text.appendQuoted(program.pool.span(symbol.nameStart, symbol.nameCount))
            } else {
                text.append(UInt8(ascii: "0"))
            }
        default: text.append(UInt8(ascii: "0"))
        }
    }
}
