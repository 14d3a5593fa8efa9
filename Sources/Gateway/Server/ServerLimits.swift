/// What clients together, and one of them, may take of the process.
struct ServerLimits: Sendable {
    /// At more the kernel lets clients wait.
    var connections = 256
    /// From one address; at more a connection is closed at once. A browser opens six.
    var connectionsPerAddress = 48
    /// For request line and headers together; more is answered with 431 or 414. The answer's head has as much.
    var headBytes = 16 << 10
    /// More is answered with 413 before it is read.
    var bodyBytes = 1 << 20
    /// Without one byte in either direction.
    var idleSeconds = 20
    /// From the connection, or the end of the response before, to the end of the request, however slowly it drips.
    var requestMilliseconds: Int64 = 20_000
    /// The same while more than half of the connections are taken.
    var crowdedMilliseconds: Int64 = 2_000
    /// For a response to be taken.
    var responseMilliseconds: Int64 = 30_000
    /// How many requests that ask Redis are answered at the same time, and how many more may wait for that.
    var workers = 4
    var waiting = 16

    init() {}
}
