import Gateway
import Kafka
import Redis
import Worker

/// Errors as people and scripts see them.
enum ErrorReport {
    /// What went wrong, on stderr, and the exit code for it.
    static func explain(_ error: any Error) -> ExitCode {
        let code = ExitCode(rawValue: ExitStatus.code(of: error)) ?? .failed
        switch error {
        case let error as WorkerError: return Console.fail(error.message, code)
        case let error as KafkaError: return Console.fail(error.message, code)
        case let error as RedisError: return Console.fail(error.message, code)
        case let error as GatewayError: return Console.fail(error.message, .unreachable)
        default: return Console.fail("\(error)", code)
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
