internal import Bytes
internal import Projections

/// Tests a projection as a worker would run it, without Kafka and Redis: given these events, then these rows.
///
///     let test = try ProjectionTest(Orders())
///     test.given(TestEvent(key: "o-1", #"{"type":"OrderPlaced","total":12.5}"#))
///     #expect(test.hash("order:o-1") == ["status": "placed", "total": "12.5"])
///
/// Commands reach the rows as a worker sends them; there is no clock, so nothing expires.
public final class ProjectionTest {
    /// An event that could not be projected, or one that waits behind such a one on its key.
    public struct Parked: Sendable, Equatable {
        public var event: TestEvent
        /// The view that could not take it; nil for a fault of the whole event.
        public var view: String?
        public var reason: String
    }

    /// What was parked, in order.
    public private(set) var parked: [Parked] = []
    private let projector: any Projector
    private var changes = Changeset()
    private(set) var rows = MemoryRows()
    private var parkedKeys: Set<[UInt8]> = []
    private var offset: Int64 = 0

    /// Prepares the projection as a worker does at start; throws all that is wrong with it.
    ///
    /// `schemas`: what a schema registry would give, by its ids, for topics in Avro: the text of each schema.
    public init(_ projection: some Projection, schemas: [UInt32: String] = [:]) throws(ProjectionError) {
        projector = try SwiftProjector(projection, schemas: TestSchemas(schemas))
    }

    init(_ projector: any Projector) { self.projector = projector }

    /// Projects the events, each in a transaction of its own.
    public func given(_ events: TestEvent...) { given(events) }

    /// Projects the events, `batch` of them in a transaction.
    public func given(_ events: [TestEvent], batch: Int = 1) {
        var count = 0
        for event in events {
            take(event)
            count += 1
            if count % max(batch, 1) == 0 { commit() }
        }
        commit()
    }

    private func take(_ event: TestEvent) {
        let name = event.topic ?? projector.plan.topics[0].name
        guard let topic = projector.plan.topics.firstIndex(where: { $0.name == name }) else {
            parked.append(Parked(event: event, view: nil, reason: "the projection does not read topic \(name)"))
            return
        }
        let key = event.keyBytes ?? event.key.map { Array($0.utf8) }
        if let key, parkedKeys.contains(key) {
            parked.append(Parked(event: event, view: nil, reason: "an earlier event of this key is parked"))
            return
        }
        var outcome = project(event, topic: topic)
        if outcome == .changesetMustCloseFirst {
            commit()
            outcome = project(event, topic: topic)
        }
        guard case .bad(let bad) = outcome else { return }
        parked.append(Parked(event: event, view: bad.view, reason: bad.reason))
        if let key, projector.plan.isOrderDependent { parkedKeys.insert(key) }
    }

    private func project(_ event: TestEvent, topic: Int) -> ProjectionOutcome {
        let keyBytes = event.keyBytes ?? Array((event.key ?? "").utf8)
        let valueBytes = event.bytes ?? Array((event.value ?? "").utf8)
        let hasKey = event.keyBytes != nil || event.key != nil
        let hasValue = event.bytes != nil || event.value != nil
        let headers = HeaderList()
        for header in event.headers {
            let name = Array(header.name.utf8)
            let value = Array((header.value ?? "").utf8)
            headers.append(name: name.span, value: header.value == nil ? nil : value.span)
        }
        offset += 1
        let record = Projections.Event(
            topic: topic, partition: 0, offset: offset, timestamp: event.timestamp,
            key: hasKey ? keyBytes.span : nil, value: hasValue ? valueBytes.span : nil,
            headers: headers)
        return projector.project(record, into: &changes)
    }

    private func commit() {
        var commands = CommandBuffer()
        changes.encode(into: &commands)
        rows.perform(commands.bytes.array)
        changes.removeAll()
    }

    // MARK: - Then

    /// All Redis keys, sorted.
    public var keys: [String] { rows.rows.keys.map(readableText).sorted() }

    /// A hash's fields; empty if there is no such hash.
    public func hash(_ key: String) -> [String: String] {
        guard case .hash(let fields)? = rows.rows[Array(key.utf8)] else { return [:] }
        return Dictionary(fields.map { (readableText($0), readableText($1)) }) { first, _ in first }
    }

    /// A document's JSON, or a counter's digits; nil if there is none.
    public func text(_ key: String) -> String? {
        guard case .string(let text)? = rows.rows[Array(key.utf8)] else { return nil }
        return readableText(text)
    }

    /// The members of a set, of a sorted set or of the latest, sorted as text, or of a unique view: it counts them exactly.
    public func members(_ key: String) -> [String] {
        switch rows.rows[Array(key.utf8)] {
        case .set(let members): members.map(readableText).sorted()
        case .sorted(let members): members.keys.map(readableText).sorted()
        default: []
        }
    }

    /// The scores of a sorted set's members, or the times of the latest in milliseconds.
    public func scores(_ key: String) -> [String: Double] {
        guard case .sorted(let members)? = rows.rows[Array(key.utf8)] else { return [:] }
        return Dictionary(members.map { (readableText($0), $1) }) { first, _ in first }
    }

    /// When a row expires, in milliseconds since 1970; nil if it does not.
    public func deadline(_ key: String) -> Int64? { rows.deadlines[Array(key.utf8)] }
}
