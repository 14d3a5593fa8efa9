import Testing

@testable import Worker

/// Runs until `isDone` says so, or long after.
func run(_ session: WorkerSession, until isDone: () throws -> Bool) -> WorkerSession.End {
    var ticks = 0
    let end = session.run(untilEnd: false, signals: nil) { _ in
        ticks += 1
        do {
            let isOver = try isDone()
            return ticks < 1_200 && !isOver
        } catch {
            Issue.record(error)
            return false
        }
    }
    #expect(ticks < 1_200, "it did not come so far")
    return end
}
