import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Follows one stream until it is let go: connects, reads, and connects again from the last event on.
final class Follower<Rows: Decodable & Sendable>: Sendable {
    private struct State {
        var buffer = ChangeBuffer<Rows>()
        var reader: CheckedContinuation<Change<Rows>?, any Error>?
        var end: Result<Void, any Error>?
    }

    /// Shared with the task, which must not keep the follower.
    private final class Shared: Sendable {
        private let state = Mutex(State())

        func push(_ change: Change<Rows>) {
            let waiting: (reader: CheckedContinuation<Change<Rows>?, any Error>, next: Change<Rows>?)? =
                state.withLock { state in
                    state.buffer.push(change)
                    guard let reader = state.reader else { return nil }
                    state.reader = nil
                    return (reader, state.buffer.pop())
                }
            waiting?.reader.resume(returning: waiting?.next)
        }

        func end(_ result: Result<Void, any Error>) {
            let reader = state.withLock { state in
                if state.end == nil { state.end = result }
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(with: result.map { nil })
        }

        func next() async throws -> Change<Rows>? {
            try await withCheckedThrowingContinuation { continuation in
                let found: Result<Change<Rows>?, any Error>? = state.withLock { state in
                    if let next = state.buffer.pop() { return .success(next) }
                    if let end = state.end { return end.map { nil } }
                    state.reader = continuation
                    return nil
                }
                if let found { continuation.resume(with: found) }
            }
        }
    }

    private let shared = Shared()
    private let task: Task<Void, Never>

    init(_ client: LanternReader, _ question: Question) {
        let shared = shared
        task = Task {
            var last: String?
            var pause = Duration.milliseconds(250)
            while !Task.isCancelled {
                do {
                    try await Self.follow(client, question, &last, shared) { pause = .milliseconds(250) }
                } catch let error as ReadError {
                    // What the request itself is refused for does not change by waiting.
                    if case .refused = error { return shared.end(.failure(error)) }
                } catch let error as DecodingError {
                    return shared.end(.failure(error))
                } catch {}
                // Many that lost one gateway do not come back at one moment.
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
                pause = min(pause * 2, .seconds(15))
            }
            shared.end(.success(()))
        }
    }

    deinit { task.cancel() }

    /// The next change; nil if the task that asks was cancelled.
    func next() async throws -> Change<Rows>? {
        try await withTaskCancellationHandler {
            try await shared.next()
        } onCancel: { [task, shared] in
            task.cancel()
            shared.end(.success(()))
        }
    }

    /// Reads one connection until it ends.
    private static func follow(
        _ client: LanternReader, _ question: Question, _ last: inout String?, _ shared: Shared, isWell: () -> Void
    ) async throws {
        var request = try client.request("/v1/\(question.path)/stream", question.parameters)
        request.setValue("text/event-stream", forHTTPHeaderField: "Accept")
        if let last { request.setValue(last, forHTTPHeaderField: "Last-Event-ID") }
        let connection = EventConnection(request, client.session.configuration)
        defer { connection.cancel() }
        var parser = ServerEvent.Parser()
        for try await bytes in connection.bytes {
            guard let events = parser.take(bytes) else { throw URLError(.dataLengthExceedsMaximum) }
            for event in events {
                try take(event, client, question, shared)
                last = event.id ?? last
                isWell()
            }
        }
    }

    private struct Message: Decodable {
        var rows: Rows?
        var checkpoint: String?
        var generation: String?
    }

    private static func take(
        _ event: ServerEvent, _ client: LanternReader, _ question: Question, _ shared: Shared
    ) throws {
        if event.name == "reset" { return shared.push(.reset) }
        let message = try JSONDecoder().decode(Message.self, from: Data(event.data.utf8))
        let vector = AnswerVector(checkpoint: message.checkpoint, generation: message.generation)
        client.note(vector, of: question)
        let answer = Answer(message.rows, vector)
        shared.push(event.name == "snapshot" ? .snapshot(answer) : .rows(answer))
    }
}
