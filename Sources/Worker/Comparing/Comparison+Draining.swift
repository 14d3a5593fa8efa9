import Redis
import System

// The last resort for rows that keep moving.
extension Comparison {
    /// Live stands until the build has reached it, and then until the rows were read; at most until the deadline.
    mutating func settleWhileDrained() throws {
        guard
            let hold = try DrainHold(
                pair.projections, milliseconds: options.drainMilliseconds, &pair.redis)
        else { return }
        defer { try? hold.end(&pair.redis) }
        let deadline = Deadline(milliseconds: Int(options.drainMilliseconds))
        while !deadline.hasPassed, !isCancelled() {
            let look = try pair.look([], views)
            if look.liveAt.next == look.buildAt.next { break }
            Pause.milliseconds(5)
        }
        guard try settleMoving(until: deadline) else { return }
        try heal(hold)
    }

    /// false: live goes on, or the build has not reached it.
    private mutating func settleMoving(until deadline: Deadline) throws -> Bool {
        while let last = moving.popLast() {
            let units = [last] + (0..<min(moving.count, Self.unitsPerLook - 1)).compactMap { _ in moving.popLast() }
            let look = try pair.look(units, views)
            guard look.liveAt.next == look.buildAt.next, !deadline.hasPassed else {
                moving += units
                return false
            }
            for (index, unit) in units.enumerated() {
                decide(
                    unit,
                    RowComparison(unit, views[unit.view].kind, live: look.live[index], build: look.build[index]))
            }
        }
        let look = try pair.look([], views)
        return look.liveAt.next == look.buildAt.next && !deadline.hasPassed
    }
}
