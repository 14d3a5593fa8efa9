/// Where the time of a worker's lanes went over the last minute, in milliseconds of all lanes together.
public struct WorkerPhases: Sendable, Encodable, Equatable {
    public var fold: Int64
    public var redis: Int64
    public var kafka: Int64
    public var idle: Int64

    public init(fold: Int64, redis: Int64, kafka: Int64, idle: Int64) {
        self.fold = fold
        self.redis = redis
        self.kafka = kafka
        self.idle = idle
    }

    var text: String { "\(fold),\(redis),\(kafka),\(idle)" }

    init?(text: String) {
        let numbers = text.split(separator: ",").map { Int64($0) }
        guard numbers.count == 4, !numbers.contains(nil) else { return nil }
        let known = numbers.map { $0 ?? 0 }
        self.init(fold: known[0], redis: known[1], kafka: known[2], idle: known[3])
    }

    public static func + (one: WorkerPhases, other: WorkerPhases) -> WorkerPhases {
        WorkerPhases(
            fold: one.fold + other.fold, redis: one.redis + other.redis, kafka: one.kafka + other.kafka,
            idle: one.idle + other.idle)
    }
}
