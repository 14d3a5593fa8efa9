/// The buckets of a span, and the sum of each of their fields.
public struct Buckets<Fields: Decodable & Sendable>: Decodable, Sendable {
    public struct Bucket: Decodable, Sendable {
        /// In seconds since 1970.
        public var start: Int64
        public var fields: Fields
    }

    /// nil where a sum is no 64-bit number, or has not all of the fields since no bucket has.
    public var sum: Fields?
    public var buckets: [Bucket]

    private enum CodingKeys: CodingKey { case sum, buckets }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        buckets = try container.decode([Bucket].self, forKey: .buckets)
        sum = try? container.decode(Fields.self, forKey: .sum)
    }
}
