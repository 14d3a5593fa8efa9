/// A partition that a worker owns.
public struct WorkerPartition: Sendable, Equatable {
    public enum State: String, Sendable {
        /// Its checkpoint is read or compared with the log, or that is waited for.
        case starting
        case projecting
        case halted
    }

    public var topic: String
    public var partition: Int32
    public var state: State
    /// Why it is halted.
    public var reason: String?

    public init(_ topic: String, _ partition: Int32, state: State, reason: String? = nil) {
        self.topic = topic
        self.partition = partition
        self.state = state
        self.reason = reason
    }

    /// Partitions of a topic in the same state share a line; those with a reason have their own.
    static func lines(_ partitions: [WorkerPartition]) -> [String] {
        var lines: [String] = []
        var groups: [(topic: String, state: State, numbers: [Int32])] = []
        for each in partitions {
            if let reason = each.reason {
                lines.append(
                    "topic=\(each.topic) state=\(each.state.rawValue) partitions=\(each.partition) "
                        + "reason=\(WorkerEntry.oneLine(reason))")
            } else if let index = groups.firstIndex(where: { $0.topic == each.topic && $0.state == each.state }) {
                groups[index].numbers.append(each.partition)
            } else {
                groups.append((each.topic, each.state, [each.partition]))
            }
        }
        return groups.map { "topic=\($0.topic) state=\($0.state.rawValue) partitions=\(ranges($0.numbers))" } + lines
    }

    /// `0-3,7`
    private static func ranges(_ numbers: [Int32]) -> String {
        var runs: [ClosedRange<Int32>] = []
        for number in numbers.sorted() {
            if let last = runs.last, last.upperBound == number - 1 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// The partitions of a line; none if it is about something else.
    static func read(_ words: WorkerLine) -> [WorkerPartition] {
        guard let topic = words["topic"], let list = words["partitions"],
            let state = words["state"].flatMap({ State(rawValue: $0) })
        else { return [] }
        let reason = words["reason"]
        return list.split(separator: ",").flatMap { run -> [WorkerPartition] in
            let ends = run.split(separator: "-").compactMap { Int32($0) }
            guard let first = ends.first, let last = ends.last, first <= last, last - first < 100_000 else { return [] }
            return (first...last).map { WorkerPartition(topic, $0, state: state, reason: reason) }
        }
    }
}
