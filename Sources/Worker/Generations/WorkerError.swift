/// Why a worker cannot start or continue.
public struct WorkerError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Usage or configuration: exit code 2.
        case configuration
        /// Kafka or Redis cannot be reached, or is refused: exit code 4.
        case refused
        /// Something is halted until an operator acts: exit code 3.
        case halted
        /// Failed while running: exit code 1.
        case failed
    }

    public let code: Code
    /// What happened, to what, why, and what to do next.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
