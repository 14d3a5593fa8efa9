import Bytes
import Formats
import FoundationEssentials
import Projections

/// Reads a line of a sample: an event's value as it is, `{"@key": …, "@value": …}`, or what `kcat -J` writes.
struct SampleLine: ~Copyable {
    /// What is wrong with a line that says it is not a plain value.
    struct Fault: Error, Equatable { var message: String }

    private enum Name: Int, CaseIterable {
        case topic, key, value, timestamp, headers
        case kcatTopic, kcatPartition, kcatOffset, kcatPayload, kcatKey, kcatTimestamp, kcatHeaders

        var text: String {
            switch self {
            case .topic: "@topic"
            case .key: "@key"
            case .value: "@value"
            case .timestamp: "@timestamp"
            case .headers: "@headers"
            case .kcatTopic: "topic"
            case .kcatPartition: "partition"
            case .kcatOffset: "offset"
            case .kcatPayload: "payload"
            case .kcatKey: "key"
            case .kcatTimestamp: "ts"
            case .kcatHeaders: "headers"
            }
        }

        static let own: [Name] = [.topic, .key, .value, .timestamp, .headers]
    }

    private var decoder = JSONValueDecoder(
        paths: Name.allCases.map { JSONPath(members: [$0.text]) }, wantsMembers: true)
    private var decoded = DecodedValue(pathCount: Name.allCases.count)

    /// A line that is not JSON is an event too: one that cannot be projected.
    mutating func read(_ bytes: [UInt8], number: Int) throws(Fault) -> SampleEvent {
        var event = SampleEvent(line: number, value: bytes)
        guard decoder.decode(bytes.span, into: &decoded) == nil, decoded.whole.kind == .object else { return event }
        if Name.own.contains(where: { slot($0).kind != .nothing }) {
            try readOwn(bytes, into: &event)
        } else if slot(.kcatTopic).kind == .string, slot(.kcatPartition).kind == .number,
            slot(.kcatOffset).kind == .number, slot(.kcatPayload).kind != .nothing
        {
            try readKcat(bytes, into: &event)
        }
        return event
    }

    private func slot(_ name: Name) -> FoundValue { decoded.found[name.rawValue] }

    private func readOwn(_ bytes: [UInt8], into event: inout SampleEvent) throws(Fault) {
        let known = Name.own.map(\.text)
        for index in decoded.members.indices {
            let name = String(decoding: bytes[decoded.members[index].name.range], as: UTF8.self)
            guard !known.contains(name) else { continue }
            throw Fault(
                message:
                    "`\(name)` is beside \(known.joined(separator: ", ")), but the event itself belongs under @value")
        }
        if slot(.value).kind == .nothing { throw Fault(message: "it has no @value (null is a tombstone)") }
        event.value = json(slot(.value), bytes)
        event.topic = try text(.topic, bytes).map { String(decoding: $0, as: UTF8.self) }
        try readKey(.key, bytes, into: &event)
        try readTimestamp(.timestamp, bytes, into: &event)
        if slot(.headers).kind != .nothing {
            guard
                let headers = try? JSONDecoder().decode([String: String?].self, from: Data(bytes[slot(.headers).range]))
            else { throw Fault(message: "@headers must be an object of names and strings, or null") }
            event.headers = headers.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
        }
    }

    private func readKcat(_ bytes: [UInt8], into event: inout SampleEvent) throws(Fault) {
        event.value = slot(.kcatPayload).kind == .null ? nil : try text(.kcatPayload, bytes)
        event.topic = try text(.kcatTopic, bytes).map { String(decoding: $0, as: UTF8.self) }
        try readKey(.kcatKey, bytes, into: &event)
        try readTimestamp(.kcatTimestamp, bytes, into: &event)
        if slot(.kcatHeaders).kind == .array {
            guard let texts = try? JSONDecoder().decode([String?].self, from: Data(bytes[slot(.kcatHeaders).range]))
            else {
                throw Fault(message: "headers must be a list of strings")
            }
            event.headers = stride(from: 0, to: texts.count - 1, by: 2).map {
                .init(name: texts[$0] ?? "", value: texts[$0 + 1])
            }
        }
    }

    private func readKey(_ name: Name, _ bytes: [UInt8], into event: inout SampleEvent) throws(Fault) {
        switch slot(name).kind {
        case .nothing: if name == .kcatKey { event.key = .none }
        case .null: event.key = .none
        default: event.key = .bytes(try text(name, bytes) ?? [])
        }
    }

    private func readTimestamp(_ name: Name, _ bytes: [UInt8], into event: inout SampleEvent) throws(Fault) {
        guard let text = try text(name, bytes) else { return }
        guard let timestamp = Int64(String(decoding: text, as: UTF8.self)) else {
            throw Fault(message: "\(name.text) must be milliseconds since 1970")
        }
        event.timestamp = timestamp
    }

    /// A string's or a number's text; nil if there is none.
    private func text(_ name: Name, _ bytes: [UInt8]) throws(Fault) -> [UInt8]? {
        let slot = slot(name)
        switch slot.kind {
        case .nothing, .null: return nil
        case .string, .number: return Array(bytes[slot.range])
        case .escapedString:
            var text = ByteBuffer()
            if JSONText.unescape(bytes.span.extracting(slot.range), to: &text) { return text.array }
        default: break
        }
        throw Fault(message: "\(name.text) must be a string")
    }

    /// A value's bytes as they came; nil is null.
    private func json(_ slot: FoundValue, _ bytes: [UInt8]) -> [UInt8]? {
        switch slot.kind {
        case .nothing, .null: nil
        case .string, .escapedString: Array(bytes[slot.range.lowerBound - 1..<slot.range.upperBound + 1])
        default: Array(bytes[slot.range])
        }
    }
}
