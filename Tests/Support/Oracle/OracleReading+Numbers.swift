extension OracleReading {
    /// The number's text; constants are written as meant.
    private func number(_ number: OracleNumber) throws(OracleBad) -> [UInt8] {
        switch number.value {
        case .plain(let text), .text(let text): return Array(text.utf8)
        default: break
        }
        guard case .number(let text) = try found(number.value) else { throw OracleBad("no number") }
        return text
    }

    /// An amount to increment by.
    func integer(_ number: OracleNumber) throws(OracleBad) -> Int {
        guard let integer = OracleDecimal(try self.number(number)).integer(scale: number.scale ?? 0) else {
            throw OracleBad("no integer within ±2^53")
        }
        return integer
    }

    /// A score.
    func double(_ number: OracleNumber) throws(OracleBad) -> Double {
        let text = try self.number(number)
        if number.scale != nil { return Double(try integer(number)) }
        guard let double = Double(String(decoding: text, as: UTF8.self)), double.isFinite else {
            throw OracleBad("no finite double")
        }
        return double == 0 ? 0 : double
    }

    /// The event's time in milliseconds since 1970.
    func time(_ source: OracleValue?) throws(OracleBad) -> Int {
        // The record's timestamp is in milliseconds, whatever its size.
        guard let source, source != .timestamp, tree != nil else {
            guard event.timestamp >= 0, event.timestamp <= OracleTime.last else { throw OracleBad("no timestamp") }
            return event.timestamp
        }
        let time: Int? =
            switch try found(source) {
            case .string(let text, _): OracleTime.text(text)
            case .number(let text): OracleTime.number(text)
            default: nil
            }
        guard let time else { throw OracleBad("no event time") }
        return time
    }

    /// A new compact object in the order of the fields.
    func document(_ fields: [OracleField]) throws(OracleBad) -> [UInt8] {
        var members: [[UInt8]] = []
        for field in fields {
            if try isLeftOut(field.value) { continue }
            guard let value = try json(field.value) else { continue }
            members.append(JSONText.quoted(Array(field.name.utf8)) + [UInt8(ascii: ":")] + value)
        }
        return [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
    }

    /// A value as JSON; nil for null, which is left out.
    private func json(_ value: OracleValue) throws(OracleBad) -> [UInt8]? {
        if case .plain(let text) = value, Self.isTyped(text) { return Array(text.utf8) }
        switch try found(value) {
        case .nothing: throw OracleBad("a field's path finds nothing")
        case .null: return nil
        case .number(let text): return text
        case .boolean(let yes): return Self.word(yes)
        case .string(let text, let node):
            if let tree, let node { return tree.raw(node) }
            guard UTF8Check.isValid(text) else { throw OracleBad("a text in a document is not UTF-8") }
            return JSONText.quoted(text)
        case .structure(let node):
            guard let tree, tree.isPaired(node) else { throw OracleBad("an unpaired surrogate in a document") }
            return tree.compact(node)
        }
    }

    /// Whether an unquoted constant is a number, `true` or `false` as JSON writes them.
    static func isTyped(_ text: String) -> Bool {
        guard text != "null", let tree = try? JSONTree(Array(text.utf8)), tree.nodes.count == 1 else { return false }
        return tree.nodes[0].range == 0..<text.utf8.count && tree.nodes[0].kind != .string
    }
}
