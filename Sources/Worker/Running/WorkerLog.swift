import Kafka
public import Logging
import System

/// What lanes report, as log lines: when all is well, only start, assignment and stop.
public struct WorkerLog: Sendable {
    let log: Log
    private let badEvents = BadEventLines()

    public init(_ log: Log) { self.log = log }

    /// Writes the log lines for a report.
    public func write(_ report: WorkerReport) {
        switch report {
        case .assigned(let names): log.info("partitions assigned", ["partitions": .text(names.joined(separator: ","))])
        case .revoked(let names, let lost):
            log.info(
                lost ? "partitions lost" : "partitions revoked", ["partitions": .text(names.joined(separator: ","))])
        case .kafka(let words): log.warning(words, ["from": "kafka"])
        case .redis(let words): log.warning(words, ["from": "redis"])
        case .kafkaLog(let line): write(line)
        case .lane(let report, let partition): write(report, partition ?? "")
        }
    }

    /// librdkafka's severities are syslog's; what it says for debugging was asked for by the user's `debug:`.
    private func write(_ line: KafkaLogLine) {
        let from: KeyValuePairs<String, LogValue> = ["from": "librdkafka", "facility": .text(line.facility)]
        switch line.level {
        case ...3: log.error(line.text, from)
        case 4: log.warning(line.text, from)
        case 5: log.notice(line.text, from)
        case 6: log.info(line.text, from)
        default: log.debug(line.text, from)
        }
    }

    private func write(_ report: LaneReport, _ partition: String) {
        let place: LogValue = .text(partition)
        switch report {
        case .started(_, let next): log.info("projecting", ["partition": place, "next": .count(next)])
        case .fenced(_, nil):
            log.warning("fenced: the generation's record or a checkpoint has changed; reading them again")
        case .fenced(_, let by?):
            log.warning(
                "fenced: another writer moved the checkpoint; reading it again",
                ["partition": place, "writer": .text(by)])
        case .rewound(_, let events):
            log.warning(
                "Redis lost acknowledged writes; replaying from its checkpoint",
                ["partition": place, "events": .count(events)])
        case .halted(_, let reason):
            log.error(reason.message, ["partition": place, "halted": .text(reason.code.rawValue)])
        case .refused(let words):
            log.warning("Redis refused a transaction; nothing was applied, trying again: \(words)")
        case .connectionLost(let words): log.warning("the connection to Redis was lost: \(words)")
        case .connected: log.debug("connected to Redis")
        case .unverified(_, let from, let to):
            log.warning(
                "the last batch cannot be checked: it is no longer in the log",
                ["partition": place, "from": .count(from), "to": .count(to)])
        case .parked(_, let offset, let reason): writeBad("parked", partition, offset, reason)
        case .skipped(_, let offset, let reason): writeBad("skipped", partition, offset, reason)
        case .decisionIgnored(_, let offset):
            log.warning(
                "an operator's skip or edit is not applied: it was made for another record than the one that is here now",
                ["partition": place, "offset": .count(offset)])
        case .uninspected(_, let words):
            log.warning(
                "cannot tell whether this is still the same log, so its events wait: \(words)",
                ["partition": place])
        case .requestsUnread(let words): log.warning(words)
        case .standing: log.info("a promotion drains the generation; nothing is projected until it ends")
        case .resumed: log.info("the promotion has ended; projecting again")
        case .moved(let database):
            log.info("the generation is in another database now", ["database": .count(Int64(database))])
        case .outcomeResolved(_, let wasApplied):
            log.info(
                "the outcome of a transaction was unknown and has been found out",
                ["partition": place, "applied": .boolean(wasApplied)])
        }
    }

    /// A topic full of bad events must not become a log full of them.
    private func writeBad(_ what: String, _ partition: String, _ offset: Int64, _ reason: String) {
        let place: LogValue = .text(partition)
        let line = badEvents.next("\(what) \(partition)", now: Clock.milliseconds())
        switch line {
        case nil: break
        case .count(let count):
            log.warning("\(what) in this burst", ["partition": place, "events": .count(Int64(count))])
        case .whole, .lastWhole:
            log.warning(what, ["partition": place, "offset": .count(offset), "reason": .text(reason)])
            guard line == .lastWhole else { return }
            log.warning(
                "further \(what) events of this partition are logged only as counts (100, 1,000, …)",
                ["partition": place])
        }
    }
}
