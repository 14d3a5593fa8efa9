import Kafka
import Redis

/// What a program exits with, `lantern` or one in Swift: 1 failed while running, 2 the configuration is wrong, 3 a partition
/// halted, 4 Kafka or Redis could not be reached, or refused, at start.
public enum ExitStatus {
    /// For what went wrong.
    public static func code(of error: any Error) -> Int32 {
        switch error {
        case let error as WorkerError:
            switch error.code {
            case .configuration: 2
            case .refused: 4
            case .halted: 3
            case .failed: 1
            }
        case let error as KafkaError: error.code == .configuration || error.code == .unsupported ? 2 : 4
        case let error as RedisError: error.kind == .invalidOptions || error.kind == .noTLS ? 2 : 4
        default: 1
        }
    }

    /// The same as a worker's own code.
    static func workerCode(of error: any Error) -> WorkerError.Code {
        switch code(of: error) {
        case 2: .configuration
        case 3: .halted
        case 4: .refused
        default: .failed
        }
    }
}
