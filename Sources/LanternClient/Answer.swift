public import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Rows, and what they are exact for.
public struct Answer<Rows: Sendable>: Sendable {
    /// nil: there is no such row or member.
    public var rows: Rows?
    /// The next offset of each partition: the rows are the fold of exactly the events below. nil where it is too long to say.
    public var checkpoint: String?
    /// The live generation of each projection.
    public var generation: String?
    /// The timestamp of the newest event in the rows.
    public var eventTime: Date?
    /// What of the rows waits behind a parked event; nil: nothing.
    public var degraded: String?
    /// What the rows lack, where ``Condition/allowsStale`` allowed that; nil: nothing.
    public var stale: String?

    init(_ rows: Rows?, _ vector: AnswerVector, _ response: HTTPURLResponse? = nil) {
        self.rows = rows
        checkpoint = vector.checkpoint
        generation = vector.generation
        let time = response?.value(forHTTPHeaderField: "Lantern-Event-Time")
        eventTime = time.flatMap { try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse($0) }
        degraded = response?.value(forHTTPHeaderField: "Lantern-Degraded")
        stale = response?.value(forHTTPHeaderField: "Lantern-Stale")
    }
}
