/// A row of a hash or buckets view. What is incremented is a number, every other field a text.
public struct Row<Fields: Decodable & Sendable>: Decodable, Sendable {
    /// Its Redis key.
    public var key: String
    public var fields: Fields
}
