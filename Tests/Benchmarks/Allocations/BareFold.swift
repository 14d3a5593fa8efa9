import Bytes
import Projections

/// Projector and changeset without a lane around them.
struct BareFold: ~Copyable {
    let projector: any Projector
    private var changes = Changeset()
    private var commands = CommandBuffer(capacity: 1 << 16)
    private var offset: Int64 = 0
    private var taken = 0

    init(projector: any Projector) { self.projector = projector }

    mutating func run(_ events: [SampleEvent], _ headers: borrowing HeaderList) throws {
        for event in events {
            offset += 1
            var outcome = project(event, headers)
            if outcome == .changesetMustCloseFirst {
                close()
                outcome = project(event, headers)
            }
            guard outcome == .projected || outcome == .unknownType else {
                throw GateError("an event was not projected: \(outcome)")
            }
            taken += 1
            if changes.commandCount >= 1_000 || taken >= 100_000 { close() }
        }
        close()
    }

    private mutating func project(_ sample: SampleEvent, _ headers: borrowing HeaderList) -> ProjectionOutcome {
        sample.fill(headers)
        let event = Event(
            topic: 0, partition: 0, offset: offset, timestamp: 1_700_000_000_000, key: sample.key.span,
            value: sample.value.span, headers: headers)
        return projector.project(event, into: &changes)
    }

    private mutating func close() {
        commands.removeAll()
        changes.encode(into: &commands)
        changes.removeAll()
        taken = 0
    }
}
