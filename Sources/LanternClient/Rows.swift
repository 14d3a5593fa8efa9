/// Rows in the order of the keys, nil for those that are not there.
public struct Rows<Row: Decodable & Sendable>: Decodable, Sendable {
    public var rows: [Row?]
}
