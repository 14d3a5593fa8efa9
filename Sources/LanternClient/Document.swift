/// A row of a document or counter view.
public struct Document<Value: Decodable & Sendable>: Decodable, Sendable {
    /// Its Redis key.
    public var key: String
    public var value: Value
}
