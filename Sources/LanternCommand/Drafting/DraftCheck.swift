import Bytes
import Configuration
import Projections

/// A draft's projection of one topic, tried on events.
struct DraftCheck {
    /// Bad events of one kind.
    struct Fault: Equatable {
        var reason: String
        var count: Int
        /// The first of them, as a line of the sample.
        var line: Int
    }

    /// Lines of the events that are bad themselves; those that are only behind one of their key are counted apart.
    private(set) var bad: [Int] = []
    private(set) var behind = 0
    private(set) var faults: [Fault] = []
    private(set) var unknownTypes: Set<String> = []

    init(_ plan: ProjectionPlan, _ events: [SampleEvent], limits: Limits) {
        var run = SampleRun(plan, limits: limits)
        for event in events { run.take(event) }
        for each in run.result.bad {
            if each.isBehind {
                behind += 1
                continue
            }
            bad.append(each.line)
            let reason = Self.kind(each.reason)
            if let index = faults.firstIndex(where: { $0.reason == reason }) {
                faults[index].count += 1
            } else {
                faults.append(Fault(reason: reason, count: 1, line: each.line))
            }
        }
        faults.sort { $0.count > $1.count }
        unknownTypes = Set(run.result.unknownTypes.keys.map(\.text))
    }

    /// A reason without what differs from event to event.
    static func kind(_ reason: String) -> String {
        let place = reason.firstRange(of: " (at byte ")
        let words = place.map { String(reason[..<$0.lowerBound]) } ?? reason
        var kind = ""
        var isQuoted = false
        for character in words {
            if character == "\"" { isQuoted.toggle() }
            if !isQuoted || character == "\"" { kind.append(character) }
        }
        return kind
    }
}
