import Bytes

/// A row that a changeset touches, as the lane needs it to check the row in Redis. Not for the hot path.
public struct TouchedEntry: Sendable, Equatable {
    /// The whole Redis key.
    public var key: [UInt8]
    /// The view's place in the plan.
    public var view: Int
    /// What Redis's TYPE must return for the key, if it exists.
    public var expectedType: String
    /// The hash fields that are incremented: what they hold must be an integer.
    public var incrementedFields: [[UInt8]]
    /// A counter that is incremented: the value itself must be an integer.
    public var isIncrementedCounter: Bool
    /// The sorted set's members whose score is incremented.
    public var incrementedMembers: [[UInt8]]
    /// What the key held before does not matter: it is deleted first, or replaced whole.
    public var isDeletedOrReplaced: Bool
}

extension Changeset {
    /// The rows that it touches, in order of first touch.
    public func touchedEntries() -> [TouchedEntry] {
        var touched: [TouchedEntry] = []
        for index in entries.indices {
            let entry = entries[index]
            var names: [[UInt8]] = []
            var at = entry.first
            while at >= 0 {
                let element = elements[Int(at)]
                if element.change == .sum || element.change == .dropSum {
                    names.append(arena.span(element.name.range).array)
                }
                at = element.next
            }
            touched.append(
                TouchedEntry(
                    key: arena.span(entry.key.range).array, view: Int(entry.view), expectedType: entry.shape.redisType,
                    incrementedFields: entry.shape == .hash ? names : [],
                    isIncrementedCounter: entry.shape == .counter && entry.isWritten && !entry.isDeleted,
                    incrementedMembers: entry.shape == .sortedSet ? names : [],
                    isDeletedOrReplaced: entry.isDeleted || entry.shape == .document))
        }
        return touched
    }
}
