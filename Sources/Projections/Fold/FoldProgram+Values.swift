import Bytes

/// What a source finds in an event, and where its bytes are.
struct Found {
    enum Place: UInt8 {
        case value, key, converted, header, pool, integer

        /// Where a staged text may refer to instead of copying it; nil: it must be copied.
        @inline(__always)
        var staged: StagedText.Place? {
            switch self {
            case .value: .value
            case .key: .key
            case .converted: .converted
            case .pool: .pool
            case .header, .integer: nil
            }
        }

        @inline(__always)
        init(_ place: FoundValue.Place) {
            switch place {
            case .value: self = .value
            case .key: self = .key
            case .converted: self = .converted
            }
        }
    }

    var kind: FoundValue.Kind
    var place = Place.value
    var start = 0
    var count = 0
    var integer: Int64 = 0
}

/// The table of values (Projections.md, "Values"), cell by cell.
extension FoldProgram {
    @inline(__always)
    func find(_ source: Source, _ event: borrowing Event, _ decoded: borrowing DecodedValue) -> Found {
        switch source.kind {
        case .nothing: return Found(kind: .nothing)
        case .path:
            return found(decoded.found[Int(source.path)])
        case .key:
            guard let key = event.key else { return Found(kind: .nothing) }
            if source.isBinary, let integer = Self.integer(key) {
                return Found(kind: .number, place: .integer, integer: integer)
            }
            return Found(kind: .string, place: .key, count: key.count)
        case .timestamp: return Found(kind: .number, place: .integer, integer: event.timestamp)
        case .partition: return Found(kind: .number, place: .integer, integer: Int64(event.partition))
        case .offset: return Found(kind: .number, place: .integer, integer: event.offset)
        case .header:
            guard let header = event.header(named: pool.span(source.text.range)) else { return Found(kind: .nothing) }
            if source.isBinary, let integer = Self.integer(header) {
                return Found(kind: .number, place: .integer, integer: integer)
            }
            return Found(kind: .string, place: .header, count: header.count)
        case .constant:
            return Found(
                kind: .string, place: .pool, start: Int(source.text.start), count: Int(source.text.count))
        }
    }

    /// Whether the value begins as Connect's JsonConverter begins one with a schema.
    func isInConnect(_ event: borrowing Event) -> Bool {
        guard let value = event.value else { return false }
        let head: StaticString = "{\"schema\":{\"type\":\""
        guard value.count > head.utf8CodeUnitCount else { return false }
        for index in 0..<head.utf8CodeUnitCount where unsafe value[index] != head.utf8Start[index] { return false }
        return true
    }

    @inline(__always)
    func found(_ slot: FoundValue) -> Found {
        Found(kind: slot.kind, place: Found.Place(slot.place), start: Int(slot.start), count: Int(slot.count))
    }

    /// Eight bytes as an integer, the most significant first; nil for any other number of bytes.
    private static func integer(_ bytes: Span<UInt8>) -> Int64? {
        guard bytes.count == 8 else { return nil }
        var value: UInt64 = 0
        for index in bytes.indices { value = value << 8 | UInt64(bytes[index]) }
        return Int64(bitPattern: value)
    }

    /// The bytes as they came; empty for the record's own integers.
    @inline(__always)
    @_lifetime(borrow self, copy event)
    func bytes(_ found: Found, _ source: Source, _ event: borrowing Event) -> Span<UInt8> {
        switch found.place {
        case .value:
            if let value = event.value { return value.extracting(found.start..<found.start + found.count) }
        case .key:
            if let key = event.key { return key.extracting(found.start..<found.start + found.count) }
        case .converted: return event.converted.extracting(found.start..<found.start + found.count)
        case .header:
            if let header = event.header(named: pool.span(source.text.range)) { return header }
        case .pool: return pool.span(found.start..<found.start + found.count)
        case .integer: break
        }
        return Span()
    }

    /// Appends the text of a string, number or boolean.
    @inline(__always)
    func appendText(
        _ found: Found, _ source: Source, _ event: borrowing Event, to buffer: inout ByteBuffer
    ) throws(FoldFault) {
        switch found.kind {
        case .string: buffer.append(bytes(found, source, event))
        case .escapedString:
            guard JSONText.unescape(bytes(found, source, event), to: &buffer) else {
                throw FoldFault(.surrogate, source)
            }
        case .number:
            if found.place == .integer {
                buffer.append(decimal: found.integer)
            } else {
                buffer.append(bytes(found, source, event))
            }
        case .yes: buffer.append("true")
        case .no: buffer.append("false")
        case .nothing, .null, .object, .array: throw FoldFault(.scalarKind, source)
        case .unavailable: throw FoldFault(.unavailable, source)
        }
    }

    /// Appends what a hash field is set to: text, or compact JSON. Not for what finds nothing, and null.
    func appendField(
        _ found: Found, _ source: Source, _ event: borrowing Event, to buffer: inout ByteBuffer
    ) throws(FoldFault) {
        if found.kind == .object || found.kind == .array {
            JSONText.compact(bytes(found, source, event), to: &buffer)
        } else {
            try appendText(found, source, event, to: &buffer)
        }
    }

    /// Appends a placeholder of a key: not empty, escaped.
    func appendKeyField(
        _ source: Source, _ event: borrowing Event, _ decoded: borrowing DecodedValue, to stage: inout FoldStage
    ) throws(FoldFault) {
        let found = find(source, event, decoded)
        switch found.kind {
        case .nothing: throw FoldFault(.missing, source)
        case .null: throw FoldFault(.null, source)
        case .string:
            if found.count == 0 { throw FoldFault(.emptyField, source) }
            KeyEscape.append(bytes(found, source, event), to: &stage.bytes)
        case .escapedString:
            stage.scratch.truncate(to: 0)
            try appendText(found, source, event, to: &stage.scratch)
            stage.appendScratchEscaped()
        case .number:
            if found.place != .integer, !Self.isIntegerToken(bytes(found, source, event)) {
                throw FoldFault(.fieldKind, source)
            }
            try appendText(found, source, event, to: &stage.bytes)
        case .yes, .no, .object, .array: throw FoldFault(.fieldKind, source)
        case .unavailable: throw FoldFault(.unavailable, source)
        }
    }

    private static func isIntegerToken(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] < UInt8(ascii: "0") || text[index] > UInt8(ascii: "9") {
            if index > 0 || text[index] != UInt8(ascii: "-") { return false }
        }
        return true
    }

    /// Whether a source's value is left out: it is nothing or null, and the source is optional. If it is not optional,
    /// the event is bad.
    @inline(__always)
    func isLeftOut(_ found: Found, _ source: Source) throws(FoldFault) -> Bool {
        guard found.kind == .nothing || found.kind == .null else { return false }
        guard source.isOptional else { throw FoldFault(found.kind == .null ? .null : .missing, source) }
        return true
    }

    /// Appends the member; false if it is left out.
    func appendMember(
        _ view: ViewCode, _ event: borrowing Event, _ decoded: borrowing DecodedValue, to stage: inout FoldStage
    ) throws(FoldFault) -> Bool {
        if view.memberKind == .value { return try appendMemberPart(view.memberSource, event, decoded, to: &stage) }
        var isWhole = true
        for index in view.member.range {
            if parts[index].isLiteral {
                stage.bytes.append(pool.span(parts[index].literal.range))
            } else if try !appendMemberPart(parts[index].source, event, decoded, to: &stage) {
                isWhole = false
            }
        }
        return isWhole
    }

    private func appendMemberPart(
        _ source: Source, _ event: borrowing Event, _ decoded: borrowing DecodedValue, to stage: inout FoldStage
    ) throws(FoldFault) -> Bool {
        let found = find(source, event, decoded)
        if try isLeftOut(found, source) { return false }
        try appendText(found, source, event, to: &stage.bytes)
        return true
    }

    /// The integer at a source times 10^scale, within ±2^53; nil if it is left out.
    func integer(
        _ source: Source, scale: Int, _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) throws(FoldFault) -> Int64? {
        let found = find(source, event, decoded)
        if try isLeftOut(found, source) { return nil }
        if found.place == .integer, scale == 0 {
            guard found.integer.magnitude <= 1 << 53 else { throw FoldFault(.notInteger, source) }
            return found.integer
        }
        if scale == 0, found.kind == .number || found.place == .pool,
            let value = ExactDecimal.plainInteger(bytes(found, source, event))
        {
            return value
        }
        guard let value = try decimal(found, source, event).integer(scale: scale) else {
            throw FoldFault(.notInteger, source, scale: scale)
        }
        return value
    }

    /// The double at a source, or with a scale the exact integer; nil if it is left out.
    func double(
        _ source: Source, scale: Int, _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) throws(FoldFault) -> Double? {
        if scale > 0 { return try integer(source, scale: scale, event, decoded).map { Double($0) } }
        let found = find(source, event, decoded)
        if try isLeftOut(found, source) { return nil }
        if found.place == .integer { return Double(found.integer) }
        let decimal = try decimal(found, source, event)
        guard let value = nearestDouble(bytes(found, source, event), decimal) else {
            throw FoldFault(.notFinite, source)
        }
        return value
    }

    private func decimal(
        _ found: Found, _ source: Source, _ event: borrowing Event
    ) throws(FoldFault) -> ExactDecimal {
        guard found.place == .pool || found.kind == .number || source.isText && found.kind == .string,
            found.place != .integer, let decimal = ExactDecimal(bytes(found, source, event))
        else {
            if found.kind == .unavailable { throw FoldFault(.unavailable, source) }
            throw FoldFault(source.isBinary ? .notBinary : source.isText ? .notNumberText : .notNumber, source)
        }
        return decimal
    }

    /// The event's time in milliseconds since 1970; in tombstones the record's.
    func time(_ event: borrowing Event, _ decoded: borrowing DecodedValue) throws(FoldFault) -> Int64 {
        let topic = topics[event.topic]
        let source = event.value == nil ? nil : topic.time
        guard let source, source.kind != .timestamp else {
            guard event.timestamp >= 0, event.timestamp <= EventTime.last else {
                throw FoldFault(.timestamp, Source(.timestamp))
            }
            return event.timestamp
        }
        let found = find(source, event, decoded)
        var time: Int64?
        switch found.kind {
        case .string: time = EventTime.milliseconds(bytes(found, source, event))
        case .escapedString:
            var text = ByteBuffer()
            try appendText(found, source, event, to: &text)
            time = EventTime.milliseconds(text.span)
        case .number where found.place == .integer:
            guard source.isBinary else { break }
            time = EventTime.milliseconds(ExactDecimal(found.integer), unit: topic.timeUnit)
        case .number where topic.timeNeedsUnit: throw FoldFault(.time, source)
        case .number:
            if let number = ExactDecimal(bytes(found, source, event)) {
                time = EventTime.milliseconds(number, unit: topic.timeUnit)
            }
        case .unavailable: throw FoldFault(.unavailable, source)
        case .nothing: throw FoldFault(.missing, source)
        case .null: throw FoldFault(.null, source)
        default: break
        }
        guard let time else { throw FoldFault(.time, source) }
        return time
    }

    /// Whether all of a rule's conditions hold.
    func holds(
        _ all: TableRange, _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ stage: inout FoldStage
    ) throws(FoldFault) -> Bool {
        for index in all.range {
            let condition = conditions[index]
            let found = find(condition.source, event, decoded)
            if found.kind == .object || found.kind == .array { return false }
            stage.scratch.truncate(to: 0)
            if found.kind == .nothing || found.kind == .null {
                stage.scratch.append("null")
            } else {
                try appendText(found, condition.source, event, to: &stage.scratch)
            }
            var isAny = false
            for text in condition.anyOf.range where pool.span(texts[text].range).isEqual(to: stage.scratch.span) {
                isAny = true
                break
            }
            if !isAny { return false }
        }
        return true
    }
}
