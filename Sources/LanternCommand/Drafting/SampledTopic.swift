/// Events of one topic, from the start, the middle and the end of each of its partitions.
struct SampledTopic {
    /// Where an event is.
    struct Place: Equatable {
        var partition: Int32
        var offset: Int64
    }

    let name: String
    /// Whether the broker says that it is compacted; nil: it does not say.
    let isCompacted: Bool?
    /// How many records the topic holds, about.
    var size: Int64 = 0
    /// `line` is the place of an event in this list, from 1.
    private(set) var events: [SampleEvent] = []
    private(set) var places: [Place] = []

    init(_ name: String, isCompacted: Bool?) {
        self.name = name
        self.isCompacted = isCompacted
    }

    mutating func append(_ event: SampleEvent, at place: Place) {
        var event = event
        event.line = events.count + 1
        event.topic = name
        events.append(event)
        places.append(place)
    }

    /// Only the events at these places in the list.
    func keeping(_ indices: Set<Int>) -> SampledTopic {
        var kept = SampledTopic(name, isCompacted: isCompacted)
        kept.size = size
        for index in indices.sorted() { kept.append(events[index], at: places[index]) }
        return kept
    }

    /// How a message names an event of it: `orders-3@1041`.
    func placeText(line: Int) -> String {
        let place = places[line - 1]
        return "\(name)-\(place.partition)@\(place.offset)"
    }
}
