import Dispatch
public import Projections
import Synchronization
import System

/// The schemas of one projection: those that Redis keeps, and those that a registry gives, which are kept from then on.
///
/// Never waits for the registry: it is asked on a thread of its own, one schema after the other, and what needs the schema
/// asks again.
public final class SchemaStore: SchemaSource {
    /// Where schemas are kept beyond this process.
    public protocol Keeper: AnyObject, Sendable {
        /// All that are kept.
        func load() throws -> [UInt32: WriterSchema]
        func keep(_ id: UInt32, _ schema: WriterSchema) throws
        /// The first schema of a topic's keys: what is kept, or from now on `id`.
        func firstKeySchema(of topic: String, seen id: UInt32) throws -> UInt32
    }

    private struct State {
        var known: [UInt32: WriterSchema] = [:]
        var hasLoaded = false
        /// What the registry does not have, and until when that is believed.
        var unknown: [UInt32: (words: String, until: Int64)] = [:]
        var isWorking = false
        var wanted: [UInt32] = []
        /// By topic.
        var keySchemas: [String: UInt32] = [:]
        var wantedKeys: [String: UInt32] = [:]
        /// Why the last attempt failed, and when the next one may be.
        var failure: String?
        var notBefore: Int64 = 0
        var pause: Int64 = 0
    }

    /// For so long a schema that the registry does not have is not asked for again, in milliseconds.
    private static let unknownMilliseconds: Int64 = 10_000

    private let options: RegistryOptions
    private let keeper: any Keeper
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let queue: DispatchQueue

    /// `report` is told what has failed, once for each new reason.
    public init(
        _ options: RegistryOptions, keeper: any Keeper, report: @escaping @Sendable (String) -> Void
    ) {
        self.options = options
        self.keeper = keeper
        self.report = report
        queue = DispatchQueue(label: "lantern-schemas")
    }

    public func schema(_ id: UInt32) -> SchemaAnswer {
        let now = Clock.milliseconds()
        let answer: (SchemaAnswer, mustWork: Bool) = state.withLock { state in
            if let schema = state.known[id] { return (.found(schema), false) }
            if let unknown = state.unknown[id], now < unknown.until { return (.unusable(unknown.words), false) }
            if !state.wanted.contains(id) { state.wanted.append(id) }
            let words = state.failure ?? "schema \(id) is fetched from the registry at \(options.shownURL)"
            guard !state.isWorking, now >= state.notBefore else { return (.awaited(words), false) }
            state.isWorking = true
            return (.awaited(words), true)
        }
        if answer.mustWork { queue.async { [self] in work() } }
        return answer.0
    }

    public func firstKeySchema(of topic: String, seen id: UInt32) -> KeySchemaAnswer {
        let answer: (KeySchemaAnswer, mustWork: Bool) = state.withLock { state in
            if let first = state.keySchemas[topic] { return (.first(first), false) }
            state.wantedKeys[topic] = id
            let words = state.failure ?? "the schema of the first keys of topic \(topic) is read in Redis"
            guard !state.isWorking, Clock.milliseconds() >= state.notBefore else { return (.awaited(words), false) }
            state.isWorking = true
            return (.awaited(words), true)
        }
        if answer.mustWork { queue.async { [self] in work() } }
        return answer.0
    }

    /// How many schemas are known.
    public var count: Int { state.withLock { $0.known.count } }

    // MARK: On the thread that waits

    /// Fetches what is wanted until nothing is, or until something fails.
    private func work() {
        let client = RegistryClient(options)
        do {
            try findKeySchemas()
        } catch { return failed("the schemas of a topic's keys cannot be read in Redis: \(error)") }
        while let id = next() {
            do {
                if try loaded(id) { continue }
                let schema = try client.schema(id)
                try keeper.keep(id, schema)
                fetched(id, schema)
            } catch RegistryError.unknown(let words) {
                isUnknown(id, words)
            } catch {
                failed((error as? RegistryError)?.words ?? "schema \(id) cannot be kept in Redis: \(error)")
                return
            }
        }
    }

    private func findKeySchemas() throws {
        for (topic, id) in state.withLock({ $0.wantedKeys }) {
            let first = try keeper.firstKeySchema(of: topic, seen: id)
            state.withLock { state in
                state.keySchemas[topic] = first
                state.wantedKeys[topic] = nil
            }
        }
    }

    private func next() -> UInt32? {
        state.withLock { state in
            if let first = state.wanted.first { return first }
            state.isWorking = false
            return nil
        }
    }

    /// Reads once what is kept; returns whether the schema is among it.
    private func loaded(_ id: UInt32) throws -> Bool {
        if !state.withLock({ $0.hasLoaded }) {
            let kept = try keeper.load()
            state.withLock { state in
                state.known.merge(kept) { $1 }
                state.hasLoaded = true
            }
        }
        return state.withLock { state in
            guard state.known[id] != nil else { return false }
            state.wanted.removeAll { $0 == id }
            return true
        }
    }

    private func fetched(_ id: UInt32, _ schema: WriterSchema) {
        state.withLock { state in
            state.known[id] = schema
            state.unknown[id] = nil
            state.wanted.removeAll { $0 == id }
            state.failure = nil
            state.pause = 0
        }
    }

    private func isUnknown(_ id: UInt32, _ words: String) {
        state.withLock { state in
            state.unknown[id] = (words, Clock.milliseconds() + Self.unknownMilliseconds)
            state.wanted.removeAll { $0 == id }
            state.failure = nil
            state.pause = 0
        }
    }

    /// Asked again after a pause by whoever still needs it.
    private func failed(_ words: String) {
        let isNew = state.withLock { state in
            state.isWorking = false
            state.wanted.removeAll()
            state.pause = min(max(state.pause * 2, options.shortestPause), options.longestPause)
            state.notBefore = Clock.milliseconds() + state.pause
            defer { state.failure = words }
            return state.failure != words
        }
        if isNew { report(words) }
    }
}
