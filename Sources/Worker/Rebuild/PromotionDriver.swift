import Bytes
public import Redis
public import System

/// Does what a ``Promotion`` says, on one connection at a time.
public struct PromotionDriver: ~Copyable {
    public private(set) var machine: Promotion
    private var action: Promotion.Action
    private var redis: RedisConnection?
    private let connect: () throws(RedisError) -> RedisConnection
    private let now: () -> Int64

    /// `connect` opens connections to the home database; nothing is sent yet.
    public init(
        _ machine: Promotion, connect: @escaping () throws(RedisError) -> RedisConnection,
        now: @escaping () -> Int64 = { Clock.milliseconds() }
    ) throws(RedisError) {
        self.machine = machine
        self.connect = connect
        self.now = now
        action = machine.first
        redis = try connect()
    }

    /// How it ended; nil while there is something to do.
    public var outcome: PromotionOutcome? {
        if case .end(let outcome) = action { outcome } else { nil }
    }

    /// Takes all steps; `isCancelled` is asked before each one.
    public mutating func run(isCancelled: () -> Bool = { false }) -> PromotionOutcome {
        while true {
            if let outcome { return outcome }
            if isCancelled() { machine.cancel("interrupted") }
            advance()
        }
    }

    /// Takes one step.
    public mutating func advance() {
        let input: Promotion.Input
        switch action {
        case .end: return
        case .wait(let milliseconds):
            Pause.milliseconds(milliseconds)
            input = .waited
        case .connect:
            do throws(RedisError) {
                redis = try connect()
                input = .connected
            } catch { input = .unreachable(error.message) }
        case .send(let commands): input = send(commands)
        }
        action = machine.take(input, now: now())
    }

    private mutating func send(_ commands: [[String]]) -> Promotion.Input {
        var buffer = CommandBuffer()
        for command in commands {
            buffer.begin(command.count)
            for word in command { buffer.argument(text: word) }
        }
        do throws(RedisError) {
            return .replies(try redis?.roundTrip(buffer) ?? [])
        } catch {
            redis = nil
            return .disconnected(error.message)
        }
    }
}
