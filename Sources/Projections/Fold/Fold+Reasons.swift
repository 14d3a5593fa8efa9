import Bytes

/// The words for the person who looks at parked events; nothing here runs for an event that is well.
extension FoldProgram {
    func describe(
        _ fault: FoldFault, of plan: ProjectionPlan, _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) -> BadEvent {
        let path = name(fault.source, plan)
        let value = shown(fault.source, event, decoded)
        let reason =
            switch fault.code {
            case .missing: "\(path) finds nothing" + connectHint(event, plan)
            case .null: "\(path) is null"
            case .text: "\(path) is \(value), which is text"
            case .emptyField: "\(path) is empty, but a placeholder in a key needs a value"
            case .fieldKind: "\(path) is \(value); a placeholder in a key must be a string or an integer"
            case .scalarKind: "\(path) is \(value); a string, a number, true or false is needed"
            case .notNumber: "\(path) is \(value); a number is needed" + decimalHint(fault.source, plan, event, decoded)
            case .notInteger where fault.scale > 0:
                "\(path) is \(value), which is not an integer within ±2^53 after multiplying by 10^\(fault.scale)"
            case .notInteger: "\(path) is \(value), which is not an integer within ±2^53"
            case .notFinite: "\(path) is \(value), which is beyond what a double can hold"
            case .time:
                "\(path) is \(value), which is not a time: "
                    + (topics[event.topic].timeNeedsUnit ? Self.unitRemedy : EventTime.remedy)
            case .timestamp: "the record's timestamp is \(event.timestamp), which is not between 1970 and the year 9999"
            case .surrogate where fault.source.kind == .nothing: surrogateInMember(event, decoded)
            case .surrogate: "\(path) has an unpaired surrogate escape: \(value)"
            case .notUTF8: "\(path) is not UTF-8: \(value)"
            case .recordKey:
                "the record key is \(shown(Source(.key), event, decoded)), but \(path) is \(value)"
            case .keyLength:
                longestKey == Limits.longestKey
                    ? "the row key is longer than 4,096 bytes"
                    : "the row key is longer than \(longestKey) bytes, which is limits.key-bytes"
            case .notObject: "the value is not an object, but `set: all` needs one"
            case .repeatedName: "a name occurs twice at the top of the value, but `set: all` needs each name once"
            case .unknownType: "no view has a rule for its type: \(path) is \(value)"
            default: reason(fault, path, value, plan, event, decoded)
            }
        return BadEvent(
            view: fault.view >= 0 ? plan.views[fault.view].name : nil, reason: reason,
            demandsHalt: fault.code == .otherKeySchema)
    }

    /// `set: all` copies every member, so the plan has no path for the one at fault.
    private func surrogateInMember(_ event: borrowing Event, _ decoded: borrowing DecodedValue) -> String {
        for member in decoded.members {
            let name = bytes(found(member.name), Source(.nothing), event)
            let shown = Self.shorten(name.readable(upTo: 80))
            guard JSONText.hasPairedSurrogates(name) else {
                return "the name of field \"\(shown)\" has an unpaired surrogate escape, and `set: all` needs every "
                    + "name"
            }
            let value = bytes(found(member.value), Source(.nothing), event)
            guard member.value.kind == .escapedString, !JSONText.hasPairedSurrogates(value) else { continue }
            return "field \"\(shown)\" has an unpaired surrogate escape: \"\(Self.shorten(value.readable(upTo: 80)))\""
        }
        return "a field has an unpaired surrogate escape"
    }

    private func name(_ source: Source, _ plan: ProjectionPlan) -> String {
        switch source.kind {
        case .nothing: "a value"
        case .path: plan.paths[Int(source.path)].description
        case .key: "{@key}"
        case .timestamp: "{@timestamp}"
        case .partition: "{@partition}"
        case .offset: "{@offset}"
        case .header: "{@header.\(pool.span(source.text.range).readable)}"
        case .constant: "a constant"
        }
    }

    func shown(_ source: Source, _ event: borrowing Event, _ decoded: borrowing DecodedValue) -> String {
        shown(find(source, event, decoded), source, event)
    }

    func shown(_ found: Found, _ source: Source, _ event: borrowing Event) -> String {
        switch found.kind {
        case .nothing: return "absent"
        case .unavailable: return "not in the event"
        case .null: return "null"
        case .yes: return "true"
        case .no: return "false"
        case .number where found.place == .integer: return String(found.integer)
        case .string, .escapedString:
            return "\"" + Self.shorten(bytes(found, source, event).readable(upTo: 80)) + "\""
        case .number, .object, .array: return Self.shorten(bytes(found, source, event).readable(upTo: 80))
        }
    }

    static func shorten(_ text: String) -> String { text.count <= 60 ? text : text.prefix(59) + "…" }
}

extension Span<UInt8> {
    /// The first bytes as text, cut where a character begins.
    func readable(upTo limit: Int) -> String {
        var end = Swift.min(count, limit)
        while end > 0, end < count, self[end] & 0xC0 == 0x80 { end -= 1 }
        return extracting(0..<end).readable + (end < count ? "…" : "")
    }
}
