/// Members of a sorted-set or latest view.
public struct Ranking: Decodable, Sendable, Equatable {
    public struct Member: Decodable, Sendable, Equatable {
        public var member: String
        public var score: Double
        /// From the top, the highest having 1.
        public var rank: Int

        private enum CodingKeys: CodingKey { case member, score, rank }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            member = try container.decode(String.self, forKey: .member)
            rank = try container.decode(Int.self, forKey: .rank)
            // JSON has no infinity: Redis's word for it comes as a text.
            if let text = try? container.decode(String.self, forKey: .score) {
                guard let number = Double(text) else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .score, in: container, debugDescription: "\(text) is not a score")
                }
                score = number
            } else {
                score = try container.decode(Double.self, forKey: .score)
            }
        }
    }

    public var members: [Member]
    /// How many there are in all.
    public var count: Int
}
