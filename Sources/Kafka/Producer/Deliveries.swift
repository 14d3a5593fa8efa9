internal import CRdkafka
internal import System

/// A record that every in-sync replica has.
public struct Acknowledgement: Sendable {
    /// What `produce` was given to know the record by.
    public let tag: Int
    /// The topic's name, the partition and the offset that it got (−1 if a retry hid it).
    public let topic: String
    public let partition: Int32
    public let offset: Int64
    /// When librdkafka handed over the acknowledgement: nanoseconds on the clock CLOCK_MONOTONIC.
    public let nanoseconds: UInt64
}

/// A record that could not be delivered.
public struct DeliveryFailure: Sendable {
    /// What `produce` was given to know the record by.
    public let tag: Int
    public let topic: String
    public let partition: Int32
    public let error: KafkaError
}

/// What became of the records of one producer; filled by the delivery callback from within the producer's own calls.
final class Deliveries {
    /// Failures beyond these are counted but not kept.
    private static let limit = 100

    var handles = TopicHandles()
    /// Acknowledged records by topic (place among the handles) and partition.
    private(set) var counts: [[Int]] = []
    private(set) var acknowledgedCount = 0
    private(set) var failedCount = 0
    var failures: [DeliveryFailure] = []
    /// Acknowledgements are kept only if someone takes them.
    var isKeeping = false
    var kept: [Acknowledgement] = []
    /// The record that `deliver` waits for: its tag, and its outcome (nil: acknowledged) once there is one.
    var awaited: Int?
    var outcome: KafkaError??

    func record(_ message: UnsafePointer<rd_kafka_message_t>) {
        let report = unsafe message.pointee
        let tag = unsafe Int(bitPattern: report._private)
        let partition = unsafe report.partition
        let topic = unsafe handles.place(of: report.rkt)
        guard topic >= 0 else { return }
        let code = unsafe report.err
        var error: KafkaError?
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            count(topic, Int(partition))
            if isKeeping {
                kept.append(
                    Acknowledgement(
                        tag: tag, topic: handles.names[topic], partition: partition, offset: unsafe report.offset,
                        nanoseconds: Clock.nanoseconds()))
            }
        } else {
            let failure = KafkaError(code, "delivering a record to topic \(handles.names[topic])", isRetriable: true)
            error = failure
            failedCount += 1
            if failures.count < Self.limit {
                failures.append(
                    DeliveryFailure(tag: tag, topic: handles.names[topic], partition: partition, error: failure))
            }
        }
        if awaited == tag { outcome = .some(error) }
    }

    private func count(_ topic: Int, _ partition: Int) {
        acknowledgedCount += 1
        while counts.count <= topic { counts.append([]) }
        while counts[topic].count <= partition { counts[topic].append(0) }
        counts[topic][partition] += 1
    }
}
