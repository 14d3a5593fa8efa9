/// The gateway could not be started: what is wrong, and what to do.
public struct GatewayError: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}
