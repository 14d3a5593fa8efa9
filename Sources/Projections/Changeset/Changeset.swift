public import Bytes

/// The changes of one batch, coalesced.
public struct Changeset: ~Copyable {
    public init() {}

    /// How many Redis commands `encode` would write now (an upper bound).
    public var commandCount: Int { 0 }
    /// About how many bytes `encode` would write now.
    public var byteCount: Int { 0 }
    public var isEmpty: Bool { commandCount == 0 }

    /// Writes the changes as Redis commands.
    public func encode(into commands: inout CommandBuffer) {}

    /// Forgets the changes; memory is kept.
    public mutating func removeAll() {}
}
