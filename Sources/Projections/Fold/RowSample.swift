import Bytes

/// A sample of the rows: always the same ones, by the hash of their keys.
public struct RowSample: Sendable, Equatable {
    /// One row in so many.
    public let share: Int

    public static let all = RowSample(share: 1)

    public init(share: Int) { self.share = max(1, share) }

    public var isAll: Bool { share == 1 }

    /// Whether the row of that key is in it.
    public func contains(_ key: Span<UInt8>) -> Bool { share == 1 || xxh3(key) % UInt64(share) == 0 }
}
