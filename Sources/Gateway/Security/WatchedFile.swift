import Logging
import Synchronization
import System

/// What a small file holds; a changed file counts from the next second on. While it cannot be read it holds nothing.
final class WatchedFile<Content: Sendable>: Sendable {
    private struct State {
        /// nil: the file cannot be read, or is not what it must be.
        var content: Content?
        var signature: SmallFile.Signature?
        var nextLook: Int64 = 0
    }

    /// What is logged of changes.
    struct Words {
        /// The file was read again.
        var change: String
        /// What is so until the file is repaired; the reason follows.
        var fault: String
    }

    private let file: SmallFile
    private let words: Words
    private let read: @Sendable (SmallFile) throws(GatewayError) -> Content
    private let log: Log
    private let state: Mutex<State>

    /// Reads the file; throws what `read` does.
    init(
        _ path: String, _ words: Words, log: Log, read: @escaping @Sendable (SmallFile) throws(GatewayError) -> Content
    ) throws(GatewayError) {
        file = SmallFile(path)
        self.words = words
        self.log = log
        self.read = read
        let signature = file.signature
        state = Mutex(State(content: try read(file), signature: signature))
    }

    /// Looks at the file at most once a second.
    func content(now: Int64 = Clock.milliseconds()) -> Content? {
        state.withLock { state in
            look(&state, now)
            return state.content
        }
    }

    private func look(_ state: inout State, _ now: Int64) {
        guard now >= state.nextLook else { return }
        state.nextLook = now + 1_000
        let signature = file.signature
        guard signature != state.signature else { return }
        state.signature = signature
        do throws(GatewayError) {
            state.content = try read(file)
            log.notice(words.change, ["file": .text(file.path)])
        } catch {
            state.content = nil
            log.error("\(words.fault): \(error.message)")
        }
    }
}
