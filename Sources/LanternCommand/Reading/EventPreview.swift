import Bytes
import Formats
import Lantern
import Projections
import Records

/// What a parked event would do now, under the file's present definition; nothing is done.
struct EventPreview: Encodable {
    /// Why it would be parked again; nil: it would not.
    let reason: String?
    /// Whether no view has a rule for it, so that it would be passed over.
    let isIgnored: Bool
    /// The changes as Redis commands, cut where they are long.
    let commands: [String]

    /// So many commands are shown, and so many characters of each.
    private static let most = 50
    private static let longest = 300

    init(
        _ record: ParkedRecord, topic: String, partition: Int32, _ plan: ProjectionPlan, limits: Limits,
        schemas: (any SchemaSource)? = nil
    ) {
        let projector = makeProjector(plan, limits: limits, schemas: schemas)
        let headers = HeaderList()
        for header in record.headers {
            if let value = header.value {
                headers.append(name: header.name.span, value: value.span)
            } else {
                headers.append(name: header.name.span, value: nil)
            }
        }
        let (key, value) = (record.key ?? [], record.value ?? [])
        let event = Event(
            topic: plan.topics.firstIndex { $0.name == topic } ?? 0, partition: partition, offset: record.offset,
            timestamp: record.timestamp, key: record.key == nil ? nil : key.span,
            value: record.value == nil ? nil : value.span, headers: headers)
        var changes = Changeset()
        switch projector.project(event, into: &changes) {
        case .bad(let bad):
            (reason, isIgnored, commands) = ((bad.view.map { "view \($0): " } ?? "") + bad.reason, false, [])
        case .awaitsSchema(let words): (reason, isIgnored, commands) = (words, false, [])
        case .unknownType: (reason, isIgnored, commands) = (nil, true, [])
        case .projected, .changesetMustCloseFirst:
            var buffer = CommandBuffer()
            changes.encode(into: &buffer)
            let made = MemoryRows.parse(buffer.bytes.array).map(Self.text)
            commands = Array(made.prefix(Self.most))
            (reason, isIgnored) = (nil, made.isEmpty)
        }
    }

    private static func text(_ command: [[UInt8]]) -> String {
        let text = command.map { readableText($0) }.joined(separator: " ")
        return text.count <= longest ? text : text.prefix(longest - 1) + "…"
    }

    /// In a few lines.
    var lines: [String] {
        if let reason { return ["it would be parked again: \(reason)"] }
        if isIgnored { return ["it would be passed over: it changes nothing"] }
        return commands
    }
}
