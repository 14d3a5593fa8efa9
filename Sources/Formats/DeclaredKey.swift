import Bytes
import Projections

/// The record key that an event ought to have: for samples, whose lines may be without.
enum DeclaredKey {
    /// nil if the topic declares none, or if the value does not say it.
    static func text(
        of event: borrowing Event, _ decoded: borrowing DecodedValue, _ plan: ProjectionPlan
    ) -> [UInt8]? {
        let topic = plan.topics[event.topic]
        if let path = topic.keyPath { return text(decoded.found[path], event, decoded) }
        guard !topic.keyColumns.isEmpty else { return nil }
        var key = ByteBuffer()
        key.append(UInt8(ascii: "{"))
        for (place, path) in topic.keyColumns.enumerated() {
            guard let text = text(decoded.found[path], event, decoded) else { return nil }
            if place > 0 { key.append(UInt8(ascii: ",")) }
            JSONText.quote(Array(plan.paths[path].members[0].utf8).span, to: &key)
            key.append(UInt8(ascii: ":"))
            if decoded.found[path].isText { JSONText.quote(text.span, to: &key) } else { key.append(text) }
        }
        key.append(UInt8(ascii: "}"))
        return key.array
    }

    private static func text(
        _ slot: FoundValue, _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) -> [UInt8]? {
        switch slot.kind {
        case .string, .escapedString, .number, .yes, .no: break
        case .nothing, .null, .object, .array, .unavailable: return nil
        }
        var text = ByteBuffer()
        return slot.appendText(event, decoded.converted, to: &text) ? text.array : nil
    }
}
