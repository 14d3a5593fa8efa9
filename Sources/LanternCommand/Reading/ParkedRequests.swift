import Bytes
import Configuration
import Glibc
import Projections
import Records
import Redis
import System
import Worker

/// Leaves requests for the lanes that own the partitions, and waits for their answers.
struct ParkedRequests {
    struct Answer: Encodable {
        let place: String
        /// nil: not answered within 30 s; it stays queued.
        let answer: String?
    }

    let plan: ProjectionPlan

    private var keys: KeySpace { KeySpace(projection: plan.name) }

    /// The longest value of an edit, in bytes. A request has it in hexadecimal, and workers read all requests in one reply of
    /// at most 64 MiB.
    private static let longestEdit = 16 << 20

    /// Refuses what no lane could ever carry out, so that nothing of it stays in Redis.
    private func check(
        _ action: RequestText.Action, of place: ParkedPlace, _ redis: inout RedisConnection
    ) throws {
        func refused(_ words: String) -> WorkerError { WorkerError(.failed, "\(words) Nothing was changed.") }
        if case .edit(let value?) = action, value.count > Self.longestEdit {
            throw refused("The value has \(value.count) bytes; an edit can have at most \(Self.longestEdit).")
        }
        guard plan.topics.contains(where: { $0.name == place.topic }) else {
            let names = plan.topics.map(\.name).joined(separator: ", ")
            throw refused("Projection \(plan.name) does not read topic \(place.topic); it reads \(names).")
        }
        guard case .found = try GenerationFinding.read(plan.name, &redis) else {
            throw refused("Projection \(plan.name) has no generation in Redis: no worker has started it.")
        }
        let checkpoint = keys.checkpoint(place.topic, place.partition)
        guard try redis.command("EXISTS", checkpoint).integer == 1 else {
            throw refused(
                "Topic \(place.topic) has no partition \(place.partition) that projection \(plan.name) has read.")
        }
    }

    /// Leaves one request for each event, and waits until 30 s have passed.
    ///
    /// - Throws: `WorkerError` for a place or a value that no lane can carry out.
    func ask(
        _ action: RequestText.Action, of places: [ParkedPlace], _ redis: inout RedisConnection
    ) throws -> [Answer] {
        var open: [(place: String, identifier: String)] = []
        for place in places { try check(action, of: place, &redis) }
        for place in places {
            let field = KeySpace.eventName(place.topic, place.partition, place.offset)
            let request = RequestText(action)
            try redis.command("HSET", keys.requests, field, request.text)
            open.append((field, request.identifier))
        }
        return try answers(to: open, &redis)
    }

    /// One request for each partition, whose lane carries it out in slices; waits as long as it goes on.
    func retryAll(
        in lists: [(topic: String, partition: Int32)], _ redis: inout RedisConnection
    ) throws -> [Answer] {
        var open: [(place: String, identifier: String)] = []
        var command = CommandBuffer()
        command.begin(2 + 2 * lists.count)
        command.argument("HSET")
        command.argument(text: keys.requests)
        for (topic, partition) in lists {
            let field = "\(topic):\(partition):\(KeySpace.all)"
            let request = RequestText(.retryAll(RetryProgress()))
            command.argument(text: field)
            command.argument(text: request.text)
            open.append((field, request.identifier))
        }
        if case .error(let text)? = try redis.roundTrip(command).first { throw RedisError.reply(text, to: "HSET") }
        return try answers(to: open, &redis)
    }

    /// Waits until 30 s have passed in which nothing was done for them.
    private func answers(
        to open: [(place: String, identifier: String)], _ redis: inout RedisConnection
    ) throws -> [Answer] {
        var answers: [String: String] = [:]
        var progress: [String: String] = [:]
        var deadline = Clock.milliseconds() + 30_000
        while answers.count < open.count, Clock.milliseconds() < deadline {
            for (place, identifier) in open where answers[place] == nil {
                answers[place] = try redis.command("GET", keys.answer(identifier)).text
                guard answers[place] == nil, place.hasSuffix(":\(KeySpace.all)"),
                    let text = try redis.command("HGET", keys.requests, place).text
                else { continue }
                if let before = progress.updateValue(text, forKey: place), before != text {
                    deadline = Clock.milliseconds() + 30_000
                }
            }
            // The lane looks once a second; there is nothing to be woken by.
            if answers.count < open.count { _ = poll(nil, 0, 100) }
        }
        return open.map { Answer(place: $0.place, answer: answers[$0.place]) }
    }

    /// Notes the answers in the history and prints them; the exit code is `failed` if one is not a success.
    func conclude(_ answers: [Answer], asJSON: Bool, _ redis: inout RedisConnection) -> ExitCode {
        let code = Self.code(answers)
        CommandHistory.note(Self.summary(answers, of: plan.name), code: code, &redis)
        return Self.tell(answers, code, asJSON: asJSON)
    }

    /// `failed` if one was answered and is not a success.
    static func code(_ answers: [Answer]) -> ExitCode {
        answers.contains { $0.answer.map { !$0.hasPrefix("done") } ?? false } ? .failed : .done
    }

    /// One event's answer, or how many there are of each.
    static func summary(_ answers: [Answer], of projection: String) -> String {
        if answers.count == 1, let answer = answers.first {
            return "\(projection), \(answer.place): \(answer.answer ?? "queued")"
        }
        let done = answers.count { $0.answer?.hasPrefix("done") == true }
        let queued = answers.count { $0.answer == nil }
        return
            "\(projection), \(answers.count) requests: \(done) done, \(answers.count - done - queued) not, \(queued) queued"
    }

    private static func tell(_ answers: [Answer], _ code: ExitCode, asJSON: Bool) -> ExitCode {
        if asJSON { return Console.printJSON(answers, code) }
        let queued = "queued: no worker answered within 30 s; one carries it out when it runs"
        guard answers.count > 20 else {
            for answer in answers { Console.print("\(answer.place): \(answer.answer ?? queued)") }
            return code
        }
        // Equal answers to several requests are one line.
        var counts: [String: Int] = [:]
        for answer in answers { counts[answer.answer ?? queued, default: 0] += 1 }
        for (answer, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            Console.print("\(count) events: \(answer)")
        }
        return code
    }
}
