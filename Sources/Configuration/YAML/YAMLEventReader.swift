internal import CYaml

/// Owns a libyaml parser and the text that it reads.
///
/// Used by one thread. libyaml copies what it returns into the event, which is freed here after its conversion.
@safe
struct YAMLEventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>
    private let isReady: Bool

    init(_ bytes: [UInt8]) {
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        unsafe text = .allocate(capacity: bytes.count)
        _ = unsafe text.initialize(from: bytes)
        isReady = unsafe yaml_parser_initialize(parser) == 1
        if isReady { unsafe yaml_parser_set_input_string(parser, text.baseAddress, text.count) }
    }

    deinit {
        if isReady { unsafe yaml_parser_delete(parser) }
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// The next event; after the stream's end none may be asked for.
    mutating func next() throws(YAMLFault) -> YAMLEvent {
        guard isReady else {
            throw YAMLFault(position: .start, message: "out of memory while reading YAML")
        }
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw fault() }
        defer { unsafe yaml_event_delete(&event) }
        return unsafe Self.convert(event)
    }

    private func fault() -> YAMLFault {
        let mark = unsafe parser.pointee.problem_mark
        let problem = unsafe parser.pointee.problem
        var message = unsafe problem.map { unsafe String(cString: $0) } ?? "not YAML"
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            let offset = unsafe parser.pointee.problem_offset
            return YAMLFault(
                position: position(ofByte: offset),
                message: "not UTF-8 text: \(message) (byte \(offset) of the file)")
        }
        if let context = unsafe parser.pointee.context { message = unsafe String(cString: context) + ": " + message }
        if isIndentedWithTab(line: mark.line) {
            message = "a tab in the indentation: YAML allows only spaces there, so replace it"
        } else if message.contains("Unicode character escape") {
            message = "this escape is not a character: it is half of a surrogate pair, or beyond U+10FFFF"
        } else if message.contains("cannot start any token") || message.contains("alphabetic or numeric") {
            message += "; a value or name that begins with `{`, `*`, `@`, `%` or `&` must be in quotes"
        }
        if message.contains("',' or") {
            message += "; inside of `{ }` and `[ ]` a value with `{` or `}`, such as `${NAME}`, must be in quotes"
        }
        return YAMLFault(
            position: Position(line: mark.line + 1, column: mark.column + 1), message: "not valid YAML: " + message)
    }

    /// Whether a tab is among the blanks that line `line` (from 0) begins with.
    private func isIndentedWithTab(line: Int) -> Bool {
        let lines = unsafe text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard unsafe line < lines.count else { return false }
        return unsafe lines[line].prefix { $0 == 0x20 || $0 == 0x09 }.contains(0x09)
    }

    /// libyaml reports only the offset of bytes that are not text.
    private func position(ofByte offset: Int) -> Position {
        var position = Position.start
        for byte in unsafe Array(text.prefix(offset)) {
            if byte == UInt8(ascii: "\n") {
                position = Position(line: position.line + 1, column: 1)
            } else if byte & 0xC0 != 0x80 {
                position.column += 1
            }
        }
        return position
    }

    @unsafe
    private static func convert(_ event: yaml_event_t) -> YAMLEvent {
        let mark = unsafe event.start_mark
        var result = YAMLEvent(
            kind: .other, anchor: nil, tag: nil, position: Position(line: mark.line + 1, column: mark.column + 1))
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: result.kind = .streamStart
        case YAML_STREAM_END_EVENT: result.kind = .streamEnd
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
        case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
        case YAML_ALIAS_EVENT: result.kind = unsafe .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            result.kind = unsafe .scalar(
                String(decoding: bytes, as: UTF8.self), isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE)
            result.anchor = unsafe string(scalar.anchor)
            result.tag = unsafe string(scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            result.kind = .sequenceStart
            result.anchor = unsafe string(event.data.sequence_start.anchor)
            result.tag = unsafe string(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            result.kind = .mappingStart
            result.anchor = unsafe string(event.data.mapping_start.anchor)
            result.tag = unsafe string(event.data.mapping_start.tag)
        default: break
        }
        return result
    }

    @unsafe
    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }
}
