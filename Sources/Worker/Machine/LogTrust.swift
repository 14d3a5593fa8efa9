/// Which events wait until their log was inspected, and when logs are inspected without a cause.
struct LogTrust {
    /// Numbers doubts and inspections in their order.
    private(set) var number: UInt64 = 1
    /// An event of this slot waits until its log was inspected.
    private(set) var slotAwaiting: Int?
    private(set) var isInspecting = false
    /// When the next inspection without a cause is.
    private var nextInspection: Int64 = 0
    /// Where it begins.
    private var nextSlot = 0

    /// Something came up: only an inspection that begins after this says anything.
    mutating func raise() -> UInt64 {
        number += 1
        return number
    }

    mutating func hold(_ slot: Int) { slotAwaiting = slot }

    /// No event of this slot waits any more; nil: of any.
    mutating func forget(_ slot: Int?) {
        if slot == nil || slotAwaiting == slot { slotAwaiting = nil }
    }

    /// Whether it is time for an inspection without a cause.
    mutating func isDue(every interval: Int64, now: Int64) -> Bool {
        guard now >= nextInspection else { return false }
        nextInspection = now + interval
        return true
    }

    /// Which of the slots are inspected without a cause, some at a time.
    mutating func choose(from slots: [Int], limit: Int) -> [Int] {
        let start = slots.firstIndex { $0 >= nextSlot } ?? 0
        let chosen = (slots[start...] + slots[..<start]).prefix(limit)
        nextSlot = (chosen.last ?? -1) + 1
        return Array(chosen)
    }

    /// An inspection begins; returns its number.
    mutating func begin() -> UInt64 {
        isInspecting = true
        defer { number += 1 }
        return number
    }

    mutating func end() { isInspecting = false }
}
