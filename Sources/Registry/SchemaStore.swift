import Dispatch
public import Projections
import Synchronization
import System

/// The schemas of one generation: those that Redis keeps, and those that a registry gives, which are kept from then on.
///
/// Never waits: Redis and the registry are asked on other threads, a few schemas at a time, so that one that is slow or
/// refused delays no other. What is refused is asked again while it is wanted, each with pauses of its own.
public final class SchemaStore: SchemaSource {
    /// Where schemas are kept beyond this process.
    public protocol Keeper: AnyObject, Sendable {
        /// All that are kept.
        func load() throws -> [SchemaName: WriterSchema]
        func keep(_ id: SchemaName, _ schema: WriterSchema) throws
        /// The first schema of a topic's keys: what is kept, or from now on `schema`.
        func firstKeySchema(of topic: String, seen schema: KeySchema) throws -> KeySchema
    }

    private struct State {
        var known: [SchemaName: WriterSchema] = [:]
        /// By topic.
        var keySchemas: [String: KeySchema] = [:]
        var wishes = SchemaWishes()
        /// What was reported last.
        var reported: String?
        /// Something has become known that nobody was told of.
        var hasNews = false
        /// `changed` will be called.
        var isTelling = false
    }

    private enum Finding {
        case schemas([SchemaName: WriterSchema])
        case keySchema(KeySchema)
    }

    private let options: RegistryOptions
    private let keeper: any Keeper
    private let changed: @Sendable () -> Void
    private let report: @Sendable (String) -> Void
    private let state: Mutex<State>
    private let queue: DispatchQueue

    /// `changed` is called when something is known that was waited for, or another reason why it is not, once for what comes
    /// together; `report` is told what has failed, once for each new reason.
    public init(
        _ options: RegistryOptions, keeper: any Keeper, changed: @escaping @Sendable () -> Void = {},
        report: @escaping @Sendable (String) -> Void
    ) {
        self.options = options
        self.keeper = keeper
        self.changed = changed
        self.report = report
        state = Mutex(State())
        queue = DispatchQueue(label: "lantern-schemas", attributes: .concurrent)
    }

    public func schema(_ id: UInt32) -> SchemaAnswer { schema(.id(id)) }
    public func schema(_ guid: SchemaGUID) -> SchemaAnswer { schema(.guid(guid)) }

    private func schema(_ id: SchemaName) -> SchemaAnswer {
        let now = Clock.milliseconds()
        let (answer, mustWork): (SchemaAnswer, Bool) = state.withLock { state in
            if let schema = state.known[id] { return (.found(schema), false) }
            let name = SchemaWishes.Name.schema(id)
            if let words = state.wishes.refusal(of: name, now: now) { return (.unusable(words), false) }
            let words = state.wishes.ask(
                name, now: now, words: "schema \(id) is fetched from the registry at \(options.shownURL)")
            return (.awaited(words), true)
        }
        if mustWork { startDue() }
        return answer
    }

    public func firstKeySchema(of topic: String, seen schema: KeySchema) -> KeySchemaAnswer {
        let (answer, mustWork): (KeySchemaAnswer, Bool) = state.withLock { state in
            if let first = state.keySchemas[topic] { return (.first(first), false) }
            let words = state.wishes.ask(
                .key(topic, seen: schema), now: Clock.milliseconds(),
                words: "the schema of the first keys of topic \(topic) is read in Redis")
            return (.awaited(words), true)
        }
        if mustWork { startDue() }
        return answer
    }

    /// How many schemas are known.
    public var count: Int { state.withLock { $0.known.count } }

    /// How many are asked for, or were refused lately.
    var wishCount: Int { state.withLock { $0.wishes.count } }

    // MARK: On the threads that wait

    private func startDue() {
        while let name = state.withLock({ $0.wishes.start(atMost: options.atOnce) }) {
            queue.async { [self] in work(name) }
        }
    }

    private func work(_ name: SchemaWishes.Name) {
        do {
            let finding = try find(name)
            state.withLock { state in
                switch finding {
                case .schemas(let found): state.known.merge(found) { $1 }
                case .keySchema(let first): if case .key(let topic, _) = name { state.keySchemas[topic] = first }
                }
                state.wishes.end(name)
                state.hasNews = true
            }
            tell()
        } catch RegistryError.unknown(let words) {
            let until = Clock.milliseconds() + options.unknownMilliseconds
            state.withLock { state in
                state.wishes.refuse(name, words, until: until)
                state.hasNews = true
            }
            tell()
        } catch {
            failed(name, (error as? RegistryError)?.words ?? "\(name) cannot be kept in Redis: \(error)")
        }
        startDue()
    }

    /// Partitions that wait begin again whatever has come: while more is fetched they are told a little later, of all of it.
    private func tell() {
        let pause: Int? = state.withLock { state in
            if state.hasNews, state.wishes.isQuiet {
                state.hasNews = false
                return 0
            }
            if !state.hasNews || state.isTelling { return nil }
            state.isTelling = true
            return options.gatherMilliseconds
        }
        guard let pause else { return }
        if pause == 0 { return changed() }
        queue.asyncAfter(deadline: .now() + .milliseconds(pause)) { [weak self] in
            guard let self else { return }
            let hasNews = state.withLock { state in
                defer { (state.isTelling, state.hasNews) = (false, false) }
                return state.hasNews
            }
            if hasNews { changed() }
        }
    }

    private func find(_ name: SchemaWishes.Name) throws -> Finding {
        switch name {
        case .key(let topic, let schema): return .keySchema(try keeper.firstKeySchema(of: topic, seen: schema))
        case .schema(let id):
            let isKnown = state.withLock { $0.known[id] != nil }
            if isKnown { return .schemas([:]) }
            // Another worker may have it from the registry, which may be away now.
            let kept = try keeper.load()
            if kept[id] != nil { return .schemas(kept) }
            let schema = try RegistryClient(options).schema(id)
            try keeper.keep(id, schema)
            return .schemas(kept.merging([id: schema]) { $1 })
        }
    }

    /// It is tried again after a pause, if it is still wanted then.
    private func failed(_ name: SchemaWishes.Name, _ words: String) {
        let (pause, isNew, isReported) = state.withLock { state in
            let (pause, isNew) = state.wishes.fail(name, words, options)
            if isNew { state.hasNews = true }
            defer { if isNew { state.reported = words } }
            return (pause, isNew, state.reported == words)
        }
        if isNew, !isReported { report(words) }
        // What waits for it asks again, and shows why.
        if isNew { tell() }
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(pause))) { [weak self] in
            guard let self else { return }
            state.withLock {
                $0.wishes.resume(name, now: Clock.milliseconds(), forgetAfter: options.forgetMilliseconds)
            }
            startDue()
        }
    }
}
