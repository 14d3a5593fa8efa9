import Bytes
import Formats
import Oracle
import Projections

/// The worker's projector for the oracle's events.
final class PlanRunner {
    private let projector: JSONProjector

    init(_ plan: ProjectionPlan) { projector = JSONProjector(plan: plan) }

    func project(_ event: OracleEvent, into changes: inout Changeset) -> ProjectionOutcome {
        guard let topic = projector.plan.topics.firstIndex(where: { $0.name == event.topic }) else {
            return .unknownType
        }
        let headers = HeaderList()
        for header in event.headers {
            if let value = header.value {
                headers.append(name: Array(header.name.utf8).span, value: value.span)
            } else {
                headers.append(name: Array(header.name.utf8).span, value: nil)
            }
        }
        let key = event.key ?? []
        let value = event.value ?? []
        let record = Event(
            topic: topic, partition: Int32(event.partition), offset: Int64(event.offset),
            timestamp: Int64(event.timestamp), key: event.key == nil ? nil : key.span,
            value: event.value == nil ? nil : value.span, headers: headers)
        return projector.project(record, into: &changes)
    }
}
