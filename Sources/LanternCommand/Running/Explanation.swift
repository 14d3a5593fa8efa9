import Kafka
import Redis
import Terminal
import Worker

/// Errors as people and scripts see them.
enum Explanation {
    /// What went wrong, on stderr, and the exit code for it.
    static func explain(_ error: any Error) -> ExitCode {
        switch error {
        case let error as WorkerError:
            Console.fail(error.message, code(error))
        case let error as KafkaError: Console.fail(error.message, error.code == .configuration ? .usage : .unreachable)
        case let error as RedisError: Console.fail(error.message, .unreachable)
        default: Console.fail("\(error)", .failed)
        }
    }

    private static func code(_ error: WorkerError) -> ExitCode {
        switch error.code {
        case .configuration: .usage
        case .refused: .unreachable
        case .halted: .halted
        case .failed: .failed
        }
    }

    /// The exit code for the way a session ended.
    static func code(_ end: WorkerSession.End) -> ExitCode {
        switch end {
        case .done: .done
        case .halted: .halted
        case .failed(let error): explain(error)
        }
    }
}
