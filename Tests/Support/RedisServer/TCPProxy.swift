import Glibc

/// A proxy on 127.0.0.1 that harms the connections through it as a test says.
public final class TCPProxy: @unchecked Sendable {
    /// Which way bytes go.
    public enum Direction: Sendable, Hashable {
        case toServer, toClient
    }

    /// What is done when a pattern is seen.
    public enum Action: Sendable {
        /// Nothing but counting.
        case count
        /// Both sides are cut; nothing of the chunk from the pattern on is forwarded.
        case cutBefore
        /// All up to and with the pattern is forwarded, what the server says from then on is thrown away until it has
        /// read everything and closed (so it did carry it out), then the client is cut.
        case cutAfterServed
        /// All up to and with the pattern is forwarded, then both sides are cut at once: the server may have read it or not.
        case cutAfter
        /// All up to and with the pattern is forwarded, then nothing in either direction until ``release()``.
        case stallAfter
        /// All before the pattern is forwarded, then nothing in either direction until ``release()``; then the rest.
        case stallBefore
    }

    struct Trigger {
        var pattern: [UInt8]
        var direction: Direction
        /// How many occurrences (over all connections) until it acts; counting continues.
        var occurrence: Int
        var action: Action
        var seen = 0
    }

    struct Settings {
        var triggers: [Trigger] = []
        /// What the server says, and what the client reads in its place: of the same length, within one chunk.
        var replacements: [(pattern: [UInt8], bytes: [UInt8])] = []
        /// Bytes per write; 0 is as they come.
        var slice: [Direction: Int] = [:]
        /// Milliseconds that bytes are held back.
        var delay: [Direction: Int] = [:]
        var stalled: Set<Direction> = []
        /// Rises when all connections shall be cut.
        var cuts = 0
        /// Rises when all connections shall be cut with RST.
        var resets = 0
        var refuses = false
        var isClosed = false
        var connections = 0
        /// Bytes forwarded.
        var forwarded: [Direction: Int] = [:]
    }

    /// Where it listens.
    public let port: UInt16
    private let listening: Int32
    private let upstream: UInt16
    private let signal = Signal()
    private var settings = Settings()
    /// One byte is written for each change, to wake the threads in `poll(2)`: each connection has a pipe.
    private var wakeUps: [Int: Int32] = [:]

    /// `redis://127.0.0.1:PORT`
    public var url: String { "redis://127.0.0.1:\(port)" }

    /// A proxy to `upstream` on 127.0.0.1.
    public init(to upstream: UInt16) throws {
        self.upstream = upstream
        (listening, port) = try listener()
        let listening = listening
        try detach { [weak self] in
            while true {
                let client = accept(listening, nil, nil)
                guard client >= 0 else {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    break
                }
                guard let proxy = self, proxy.serve(client) else {
                    Glibc.close(client)
                    continue
                }
            }
            Glibc.close(listening)
        }
    }

    deinit { close() }

    /// Ends it and all connections; new ones are refused.
    public func close() {
        let first = update { settings in
            defer { settings.isClosed = true }
            return !settings.isClosed
        }
        if first { shutdown(listening, Int32(SHUT_RDWR)) }
    }

    /// Sets what happens at the `occurrence`th `pattern` from now on.
    public func when(
        _ pattern: String, going direction: Direction = .toServer, occurrence: Int = 1, then action: Action
    ) {
        update {
            $0.triggers.append(
                Trigger(pattern: Array(pattern.utf8), direction: direction, occurrence: occurrence, action: action))
        }
    }

    /// Forgets all patterns.
    /// From now on the client reads `text` where the server says `pattern`, in one chunk; they are of the same length.
    public func replace(_ pattern: String, by text: String) {
        precondition(pattern.utf8.count == text.utf8.count)
        update { $0.replacements.append((Array(pattern.utf8), Array(text.utf8))) }
    }

    public func clear() { update { $0.triggers = [] } }
    /// How often a pattern set by ``when(_:going:occurrence:then:)`` was seen.
    public func seen(_ pattern: String) -> Int {
        signal.change { settings.triggers.filter { $0.pattern == Array(pattern.utf8) }.map(\.seen).max() ?? 0 }
    }
    /// Waits until a pattern was seen so often; false when `seconds` passed before.
    public func waitUntilSeen(_ pattern: String, times: Int = 1, seconds: Int = 120) -> Bool {
        signal.wait(seconds: seconds) {
            settings.triggers.contains { $0.pattern == Array(pattern.utf8) && $0.seen >= times }
        }
    }
    /// Cuts all connections there are, by FIN or by RST.
    public func cut(reset: Bool = false) { update { if reset { $0.resets += 1 } else { $0.cuts += 1 } } }
    /// Accepts connections and closes them at once, or does no longer.
    public func refuse(_ refuses: Bool) { update { $0.refuses = refuses } }
    /// Forwards nothing in these directions until ``release()``.
    public func stall(_ directions: Direction...) { update { $0.stalled.formUnion(directions) } }
    /// Ends all stalls, those of patterns too.
    public func release() { update { $0.stalled = [] } }
    /// Forwards so many bytes at a time; 0 is as they come.
    public func slice(_ bytes: Int, _ direction: Direction) { update { $0.slice[direction] = bytes } }
    /// Holds bytes back for so long.
    public func delay(milliseconds: Int, _ direction: Direction) { update { $0.delay[direction] = milliseconds } }
    /// How many connections were accepted.
    public var connections: Int { signal.change { settings.connections } }
    /// How many bytes were forwarded.
    public func forwarded(_ direction: Direction) -> Int { signal.change { settings.forwarded[direction] ?? 0 } }

    @discardableResult
    private func update<Result>(_ body: (inout Settings) -> Result) -> Result {
        signal.change {
            let result = body(&settings)
            var byte: UInt8 = 1
            for wakeUp in wakeUps.values { _ = unsafe write(wakeUp, &byte, 1) }
            return result
        }
    }

    var current: Settings { signal.change { settings } }

    func count(_ bytes: Int, _ direction: Direction) {
        signal.change { settings.forwarded[direction, default: 0] += bytes }
    }

    /// Takes one occurrence of trigger `index`; the action, if it is the one at which it acts.
    func occurred(_ index: Int) -> Action? {
        signal.change {
            guard settings.triggers.indices.contains(index) else { return nil }
            settings.triggers[index].seen += 1
            let trigger = settings.triggers[index]
            guard trigger.seen == trigger.occurrence else { return nil }
            // Who waits for the pattern may release at once: the stall must have begun by then, or it would never end.
            switch trigger.action {
            case .stallAfter, .stallBefore: settings.stalled = [.toServer, .toClient]
            default: break
            }
            return trigger.action
        }
    }

    /// False if the client is to be closed.
    private func serve(_ client: Int32) -> Bool {
        let state = current
        guard !state.refuses, !state.isClosed, let server = connect(port: upstream) else { return false }
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else {
            Glibc.close(server)
            return false
        }
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        let (wakeRead, wakeWrite) = (ends[0], ends[1])
        let number = signal.change {
            settings.connections += 1
            wakeUps[settings.connections] = wakeWrite
            return settings.connections
        }
        do {
            try detach { [self] in
                var connection = ProxiedConnection(proxy: self, client: client, server: server, wake: wakeRead)
                connection.run()
                signal.change { _ = wakeUps.removeValue(forKey: number) }
                for each in [client, server, wakeRead, wakeWrite] { Glibc.close(each) }
            }
        } catch {
            return false
        }
        return true
    }
}
