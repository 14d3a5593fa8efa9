import Bytes
import Projections

/// The sampled events by type.
struct TypeGroups {
    /// In the order of how many events they have.
    private(set) var all: [(type: String, events: [SampleEvent])] = []

    /// - type: where an event says what it is; events that do not are left out.
    init(_ events: [SampleEvent], type: TopicTraits.Source) {
        var reader = SampledValueReader()
        var places: [ExactText: Int] = [:]
        for event in events {
            guard let text = Self.type(of: event, type, &reader) else { continue }
            if let place = places[ExactText(text)] {
                all[place].events.append(event)
            } else {
                places[ExactText(text)] = all.count
                all.append((text, [event]))
            }
        }
        all.sort { $0.events.count > $1.events.count }
    }

    private static func type(
        of event: SampleEvent, _ source: TopicTraits.Source, _ reader: inout SampledValueReader
    ) -> String? {
        guard event.value != nil else { return nil }
        if source.isHeader { return event.headers.last { $0.name.isExactly(source.name) }?.value }
        guard case .json(.object, let leaves) = reader.read(event.value) else { return nil }
        let leaf = leaves.first { $0.path == ExactText(source.name) }
        return leaf.flatMap { String(validating: $0.text, as: UTF8.self) }
    }
}
