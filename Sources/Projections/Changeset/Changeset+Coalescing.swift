import Bytes

/// The algebra: how a change combines with what the batch already does to the same element.
extension Changeset {
    /// Deletes the row: it swallows all that came before, and stays as a leading DEL.
    mutating func delete(_ index: Int) {
        let before = entries[index].commands
        entries[index].isDeleted = true
        entries[index].isWritten = false
        entries[index].round &+= 1
        entries[index].first = -1
        entries[index].last = -1
        entries[index].deadline = -1
        entries[index].sum = 0
        entries[index].puts = 0
        entries[index].drops = 0
        entries[index].sums = 0
        entries[index].greatest = 0
        entries[index].least = 0
        count(index, before)
    }

    /// Sets a hash field.
    mutating func set(_ index: Int, _ name: Span<UInt8>, _ nameHash: UInt64, to value: Span<UInt8>) {
        let element = element(of: index, name: name, nameHash: nameHash)
        elements[element].value = store(value, over: elements[element].value)
        change(element, of: index, to: .put)
    }

    /// Adds a member to a set or a HyperLogLog.
    mutating func add(_ index: Int, _ name: Span<UInt8>, _ nameHash: UInt64) {
        change(element(of: index, name: name, nameHash: nameHash), of: index, to: .put)
    }

    /// Unsets a field, removes a member; of a deleted row there is nothing to remove.
    mutating func remove(_ index: Int, _ name: Span<UInt8>, _ nameHash: UInt64) {
        let element = element(of: index, name: name, nameHash: nameHash)
        change(element, of: index, to: entries[index].isDeleted ? .none : .drop)
    }

    /// Adds to a hash field, or to a member's score.
    mutating func increment(_ index: Int, _ name: Span<UInt8>, _ nameHash: UInt64, by number: Int64) {
        let element = element(of: index, name: name, nameHash: nameHash)
        let isHash = entries[index].shape == .hash
        if isHash {
            sumMagnitude = Self.saturate(sumMagnitude, number.magnitude)
        } else {
            scoreMagnitude = Self.saturate(scoreMagnitude, number.magnitude)
        }
        switch elements[element].change {
        case .sum, .putSum, .dropSum:
            elements[element].number = Self.saturate(elements[element].number, number)
        case .drop:
            elements[element].number = number
            change(element, of: index, to: isHash ? .putSum : .dropSum)
            byteBound += name.count + 16
        default:
            elements[element].number = number
            change(element, of: index, to: isHash && entries[index].isDeleted ? .putSum : .sum)
        }
    }

    /// Adds to a counter.
    mutating func increment(_ index: Int, by number: Int64) {
        sumMagnitude = Self.saturate(sumMagnitude, number.magnitude)
        let before = entries[index].commands
        entries[index].sum = Self.saturate(entries[index].sum, number)
        entries[index].isWritten = true
        count(index, before)
    }

    /// Gives a member its score.
    mutating func score(_ index: Int, _ name: Span<UInt8>, _ nameHash: UInt64, _ score: Double) {
        let element = element(of: index, name: name, nameHash: nameHash)
        elements[element].score = score
        change(element, of: index, to: .put)
    }

    /// Raises a member's score to `score` if that is greater.
    mutating func raise(_ index: Int, _ name: Span<UInt8>, _ nameHash: UInt64, to score: Double) {
        let element = element(of: index, name: name, nameHash: nameHash)
        switch elements[element].change {
        case .greatest, .put, .putGreatest: elements[element].score = max(elements[element].score, score)
        case let other:
            elements[element].score = score
            change(element, of: index, to: other == .drop ? .putGreatest : .greatest)
        }
    }

    /// Lowers a member's score to `score` if that is less.
    mutating func lower(_ index: Int, _ name: Span<UInt8>, _ nameHash: UInt64, to score: Double) {
        let element = element(of: index, name: name, nameHash: nameHash)
        switch elements[element].change {
        case .least, .put, .putLeast: elements[element].score = min(elements[element].score, score)
        case let other:
            elements[element].score = score
            change(element, of: index, to: other == .drop ? .putLeast : .least)
        }
    }

    /// Replaces a document.
    mutating func replace(_ index: Int, by value: Span<UInt8>) {
        entries[index].value = store(value, over: entries[index].value)
        entries[index].isWritten = true
    }

    /// When the row ends, in milliseconds since 1970; of several writes the last one's holds.
    mutating func expire(_ index: Int, at deadline: Int64) {
        let before = entries[index].commands
        entries[index].deadline = deadline
        count(index, before)
    }

    @inline(__always)
    private mutating func change(_ element: Int, of index: Int, to change: ElementChange) {
        let old = elements[element].change
        if old == change { return }
        let before = entries[index].commands
        entries[index].count(old, by: -1)
        entries[index].count(change, by: 1)
        elements[element].change = change
        count(index, before)
    }

    private static func saturate(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    private static func saturate(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
