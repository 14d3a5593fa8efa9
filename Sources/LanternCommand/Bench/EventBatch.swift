import Bytes
import Formats
import Kafka
import Projections

/// Some events, copied, so that all of them can be decoded and then all of them folded.
struct EventBatch: ~Copyable {
    private struct Place {
        var topic: Int
        var partition: Int32
        var offset: Int64
        var timestamp: Int64
        /// nil: there is no key; nil: a tombstone.
        var key: Range<Int>?
        var value: Range<Int>?
        var headers: Range<Int>
    }

    private var places: [Place] = []
    private var bytes = ByteBuffer(capacity: 1 << 18)
    private var headers: [(name: Range<Int>, value: Range<Int>?)] = []

    var count: Int { places.count }
    var byteCount: Int { bytes.count }

    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
        bytes.removeAll(keeping: 4 << 20)
    }

    mutating func append(_ message: borrowing Message) {
        let key = copy(message.key)
        let value = copy(message.value)
        let first = headers.count
        message.forEachHeader { name, value in
            guard let name = copy(name) else { return }
            headers.append((name, copy(value)))
        }
        places.append(
            Place(
                topic: message.topic, partition: message.partition, offset: message.offset,
                timestamp: message.timestamp, key: key, value: value, headers: first..<headers.count))
    }

    private mutating func copy(_ piece: Span<UInt8>?) -> Range<Int>? {
        guard let piece else { return nil }
        let start = bytes.count
        bytes.append(piece)
        return start..<bytes.count
    }

    /// Decodes event `index`, and no more; `list` is memory for its headers.
    func decode(_ index: Int, _ projector: any PlannedProjector, _ list: HeaderList) {
        with(index, list) { event in projector.decode(event) }
    }

    /// Decodes and folds event `index`; `list` is memory for its headers.
    func project(
        _ index: Int, _ projector: any Projector, _ list: HeaderList, into changes: inout Changeset
    ) -> ProjectionOutcome {
        var outcome = ProjectionOutcome.projected
        with(index, list) { event in outcome = projector.project(event, into: &changes) }
        return outcome
    }

    /// The type of event `index`; nil if it has none.
    func type(_ index: Int, _ projector: any PlannedProjector, _ list: HeaderList) -> String? {
        var type: String?
        with(index, list) { event in type = projector.explain(event).type }
        return type
    }

    private func with(_ index: Int, _ list: HeaderList, _ body: (borrowing Event) -> Void) {
        let place = places[index]
        list.removeAll()
        for header in headers[place.headers] {
            if let value = header.value {
                list.append(name: bytes.span(header.name), value: bytes.span(value))
            } else {
                list.append(name: bytes.span(header.name), value: nil)
            }
        }
        // A span of an optional range cannot leave the branch in which it was made.
        switch (place.key, place.value) {
        case (let key?, let value?): with(place, bytes.span(key), bytes.span(value), list, body)
        case (let key?, nil): with(place, bytes.span(key), nil, list, body)
        case (nil, let value?): with(place, nil, bytes.span(value), list, body)
        case (nil, nil): with(place, nil, nil, list, body)
        }
    }

    private func with(
        _ place: Place, _ key: Span<UInt8>?, _ value: Span<UInt8>?, _ list: HeaderList,
        _ body: (borrowing Event) -> Void
    ) {
        body(
            Event(
                topic: place.topic, partition: place.partition, offset: place.offset, timestamp: place.timestamp,
                key: key, value: value, headers: list))
    }
}
