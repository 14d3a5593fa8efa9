/// Some rows of a view.
public struct Page<Row: Decodable & Sendable>: Decodable, Sendable {
    public var rows: [Row]
    /// For ``Question/page(_:_:after:)``; nil: it was the last one.
    public var cursor: String?
}
