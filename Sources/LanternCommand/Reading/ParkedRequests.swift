import Configuration
import Glibc
import Projections
import Redis
import Worker

/// Leaves requests for the owning lanes and waits for their answers.
struct ParkedRequests {
    struct Answer: Encodable {
        let place: String
        /// nil: not answered within 30 s; it stays queued.
        let answer: String?
    }

    let plan: ProjectionPlan

    /// Waits up to 30 s in all.
    func ask(
        _ action: RequestText.Action, of places: [ParkedPlace], _ redis: inout RedisConnection
    ) throws -> [Answer] {
        let keys = KeySpace(projection: plan.name)
        var open: [(place: String, identifier: String)] = []
        for place in places {
            let identifier = String(UInt64.random(in: .min ... .max), radix: 16)
            let field = KeySpace.eventName(place.topic, place.partition, place.offset)
            try redis.command("HSET", keys.requests, field, RequestText(action: action, identifier: identifier).text)
            open.append((field, identifier))
        }
        var answers: [String: String] = [:]
        let deadline = WorkerSession.now() + 30_000
        while answers.count < open.count, WorkerSession.now() < deadline {
            for (place, identifier) in open where answers[place] == nil {
                answers[place] = try redis.command("GET", keys.answer(identifier)).text
            }
            // The lane looks once a second; there is nothing to be woken by.
            if answers.count < open.count { _ = poll(nil, 0, 100) }
        }
        return open.map { Answer(place: $0.place, answer: answers[$0.place]) }
    }

    /// Tells the answers; the exit code is `failed` where one is no success.
    static func tell(_ answers: [Answer], asJSON: Bool) -> ExitCode {
        let failed = answers.contains { $0.answer.map { !$0.hasPrefix("done") } ?? false }
        let code: ExitCode = failed ? .failed : .done
        if asJSON { return Console.printJSON(answers, code) }
        let queued = "queued: no lane has answered within 30 s; it is carried out when one runs"
        guard answers.count > 20 else {
            for answer in answers { Console.print("\(answer.place): \(answer.answer ?? queued)") }
            return code
        }
        // Of many the same answers are one line.
        var counts: [String: Int] = [:]
        for answer in answers { counts[answer.answer ?? queued, default: 0] += 1 }
        for (answer, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            Console.print("\(count) events: \(answer)")
        }
        return code
    }
}
