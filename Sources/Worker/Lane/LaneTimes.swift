/// How long a lane was in each phase since it started, in milliseconds.
public struct LaneTimes: Sendable, Equatable {
    public private(set) var fold: Int64 = 0
    public private(set) var redis: Int64 = 0
    public private(set) var kafka: Int64 = 0
    public private(set) var idle: Int64 = 0

    mutating func add(_ milliseconds: Int64, to phase: LanePhase) {
        switch phase {
        case .fold: fold += milliseconds
        case .redis: redis += milliseconds
        case .kafka: kafka += milliseconds
        case .idle: idle += milliseconds
        }
    }
}
