import CMicrohttpd
import Glibc
import Synchronization

/// The body of a response that goes on: what is sent to it reaches the client as soon as the client takes it.
///
/// The library's thread reads it; anyone may send. While there is nothing to read the connection rests.
public final class EventStream: Sendable {
    private struct State {
        var unread: [UInt8] = []
        var isEnded = false
        var isGone = false
        /// Set while the connection rests.
        var resting: UInt?
        var whenGone: (@Sendable () -> Void)?
    }

    /// A client that takes less is too slow.
    private static let longest = 1 << 20

    private let state = Mutex(State())

    public init() {}

    /// Appends to the body; false if the client is gone or too slow, and then the body ends.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            guard !state.isEnded, !state.isGone else { return false }
            guard state.unread.count + bytes.count <= Self.longest else {
                state.isEnded = true
                Self.wake(&state)
                return false
            }
            state.unread += bytes
            Self.wake(&state)
            return true
        }
    }

    /// Ends the body behind what was sent.
    public func end() {
        state.withLock { state in
            state.isEnded = true
            Self.wake(&state)
        }
    }

    /// `body` is called once when the client is gone or the body has ended, at once if that is so already.
    public func whenGone(_ body: @escaping @Sendable () -> Void) {
        let isGone = state.withLock { state in
            if !state.isGone { state.whenGone = body }
            return state.isGone
        }
        if isGone { body() }
    }

    /// A resting connection stays where it is until it is resumed; resumed under the lock, it cannot be about to rest.
    private static func wake(_ state: inout State) {
        guard let name = state.resting, let connection = unsafe OpaquePointer(bitPattern: name) else { return }
        state.resting = nil
        unsafe MHD_resume_connection(connection)
    }

    // MARK: For the library's thread

    /// Fills `room` and returns how many bytes there are; 0 rests the connection, nil ends the body.
    func read(into room: UnsafeMutableRawBufferPointer, on connection: UInt) -> Int? {
        state.withLock { state in
            if state.unread.isEmpty {
                if state.isEnded { return nil }
                guard let pointer = unsafe OpaquePointer(bitPattern: connection) else { return nil }
                state.resting = connection
                unsafe MHD_suspend_connection(pointer)
                return 0
            }
            let count = min(room.count, state.unread.count)
            unsafe room.copyBytes(from: state.unread[..<count])
            state.unread.removeFirst(count)
            return count
        }
    }

    func gone() {
        let body = state.withLock { state in
            state.isGone = true
            state.resting = nil
            defer { state.whenGone = nil }
            return state.whenGone
        }
        body?()
    }
}
