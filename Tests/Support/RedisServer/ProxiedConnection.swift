import Glibc

/// One connection through a ``TCPProxy``, on a thread of its own.
struct ProxiedConnection {
    private let proxy: TCPProxy
    private let client: Int32
    private let server: Int32
    private let wake: Int32
    private var toServer = Stream()
    private var toClient = Stream()
    private let cuts: Int
    private let resets: Int
    /// The client is cut when the server has closed; until then what it says is thrown away.
    private var discardsReplies = false

    /// One direction.
    private struct Stream {
        /// Chunks waiting, each with the time in milliseconds at which it may go.
        var waiting: [(due: Int, bytes: [UInt8])] = []
        /// The last bytes that passed, to find patterns across chunks.
        var tail: [UInt8] = []
        var hasEnded = false
    }

    init(proxy: TCPProxy, client: Int32, server: Int32, wake: Int32) {
        (self.proxy, self.client, self.server, self.wake) = (proxy, client, server, wake)
        let settings = proxy.current
        (cuts, resets) = (settings.cuts, settings.resets)
        for each in [client, server] {
            var on: Int32 = 1
            unsafe setsockopt(each, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    mutating func run() {
        while true {
            let settings = proxy.current
            if settings.isClosed || settings.cuts != cuts { return }
            if settings.resets != resets { return reset() }
            guard deliver(.toServer, settings), deliver(.toClient, settings) else { return }
            if toClient.hasEnded, toClient.waiting.isEmpty || discardsReplies { return }
            if toServer.hasEnded, toServer.waiting.isEmpty, !discardsReplies { shutdown(server, Int32(SHUT_WR)) }
            guard receive(settings) else { return }
        }
    }

    /// Waits for bytes, a change of settings or the end of a delay, and takes what came; false ends the connection.
    private mutating func receive(_ settings: TCPProxy.Settings) -> Bool {
        func events(_ ended: Bool, _ stream: Stream) -> Int16 { ended || stream.waiting.count > 64 ? 0 : Int16(POLLIN) }
        let now = Self.now
        var set = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: toServer.hasEnded ? -1 : client, events: events(toServer.hasEnded, toServer), revents: 0),
            pollfd(fd: toClient.hasEnded ? -1 : server, events: events(toClient.hasEnded, toClient), revents: 0),
        ]
        let stalled = settings.stalled
        let due = [(toServer, TCPProxy.Direction.toServer), (toClient, .toClient)].compactMap {
            stalled.contains($0.1) ? nil : $0.0.waiting.first?.due
        }
        let timeout = due.min().map { Int32(max($0 - now, 0)) } ?? -1
        if unsafe poll(&set, nfds_t(set.count), timeout) < 0 { return errno == EINTR }
        if set[0].revents != 0 { _ = readChunk(wake, upTo: 64) }
        if set[1].revents != 0 { take(client, .toServer, settings) }
        if set[2].revents != 0 { take(server, .toClient, settings) }
        return true
    }

    private mutating func take(_ descriptor: Int32, _ direction: TCPProxy.Direction, _ settings: TCPProxy.Settings) {
        let chunk = readChunk(descriptor)
        let due = Self.now + (settings.delay[direction] ?? 0)
        func add(to stream: inout Stream) {
            if let chunk { stream.waiting.append((due, chunk)) } else { stream.hasEnded = true }
        }
        switch direction {
        case .toServer: add(to: &toServer)
        case .toClient: if discardsReplies, chunk != nil { return } else { add(to: &toClient) }
        }
    }

    /// Forwards what may go; false ends the connection.
    private mutating func deliver(_ direction: TCPProxy.Direction, _ settings: TCPProxy.Settings) -> Bool {
        while !proxy.current.stalled.contains(direction) {
            let stream = direction == .toServer ? toServer : toClient
            guard let first = stream.waiting.first, first.due <= Self.now else { return true }
            if direction == .toServer { toServer.waiting.removeFirst() } else { toClient.waiting.removeFirst() }
            guard forward(first.bytes, direction, settings) else { return false }
        }
        return true
    }

    /// Looks for patterns and sends; false ends the connection.
    private mutating func forward(
        _ bytes: [UInt8], _ direction: TCPProxy.Direction, _ settings: TCPProxy.Settings
    ) -> Bool {
        let tail = direction == .toServer ? toServer.tail : toClient.tail
        var found: [(end: Int, trigger: Int, length: Int)] = []
        for (index, trigger) in settings.triggers.enumerated() where trigger.direction == direction {
            let length = trigger.pattern.count
            let text = tail.suffix(length - 1) + bytes
            let before = min(tail.count, length - 1)
            guard text.count >= length else { continue }
            let array = Array(text)
            for start in 0...(array.count - length) where array[start..<start + length].elementsEqual(trigger.pattern) {
                found.append((start + length - before, index, length))
            }
        }
        found.sort { $0.end < $1.end }
        let kept = (tail + bytes).suffix(256)
        if direction == .toServer { toServer.tail = Array(kept) } else { toClient.tail = Array(kept) }
        for match in found {
            guard let action = proxy.occurred(match.trigger) else { continue }
            switch action {
            case .count: continue
            case .cutBefore:
                _ = send(Array(bytes[..<max(match.end - match.length, 0)]), direction, settings)
                return false
            case .cutAfter:
                _ = send(Array(bytes[..<match.end]), direction, settings)
                return false
            case .cutAfterServed:
                guard send(Array(bytes[..<match.end]), direction, settings) else { return false }
                (toServer.waiting, toServer.hasEnded) = ([], true)
                (toClient.waiting, discardsReplies) = ([], true)
                shutdown(server, Int32(SHUT_WR))
                return true
            case .stallAfter, .stallBefore:
                var end = match.end
                if case .stallBefore = action { end = max(end - match.length, 0) }
                guard send(Array(bytes[..<end]), direction, settings) else { return false }
                let rest = (due: 0, bytes: Array(bytes[end...]))
                if !rest.bytes.isEmpty {
                    if direction == .toServer {
                        toServer.waiting.insert(rest, at: 0)
                    } else {
                        toClient.waiting.insert(rest, at: 0)
                    }
                }
                return true
            }
        }
        return send(direction == .toClient ? replaced(bytes, settings) : bytes, direction, settings)
    }

    private func replaced(_ bytes: [UInt8], _ settings: TCPProxy.Settings) -> [UInt8] {
        var bytes = bytes
        for (pattern, other) in settings.replacements where bytes.count >= pattern.count {
            for start in 0...bytes.count - pattern.count
            where bytes[start..<start + pattern.count].elementsEqual(pattern) {
                bytes.replaceSubrange(start..<start + pattern.count, with: other)
            }
        }
        return bytes
    }

    private func send(_ bytes: [UInt8], _ direction: TCPProxy.Direction, _ settings: TCPProxy.Settings) -> Bool {
        let target = direction == .toServer ? server : client
        let slice = settings.slice[direction] ?? 0
        var sent = 0
        while sent < bytes.count {
            let count = slice > 0 ? min(slice, bytes.count - sent) : bytes.count - sent
            let written = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.send(target, raw.baseAddress?.advanced(by: sent), count, Int32(MSG_NOSIGNAL))
            }
            if written < 0, errno == EINTR { continue }
            if written < 0 { return false }
            sent += written
        }
        proxy.count(sent, direction)
        return true
    }

    /// Makes the kernel answer with RST when the descriptors are closed.
    private func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        for each in [client, server] {
            unsafe setsockopt(each, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
    }

    private static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
