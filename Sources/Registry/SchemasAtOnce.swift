public import Projections
import Synchronization

/// Schemas for a command that may wait: those that Redis keeps, and those that the registry gives, each asked for once.
public final class SchemasAtOnce: SchemaSource {
    private struct State {
        var answers: [SchemaName: SchemaAnswer]?
    }

    private let options: RegistryOptions
    private let keeper: any SchemaStore.Keeper
    private let state = Mutex(State())

    public init(_ options: RegistryOptions, keeper: any SchemaStore.Keeper) {
        self.options = options
        self.keeper = keeper
    }

    public func schema(_ id: UInt32) -> SchemaAnswer { schema(.id(id)) }
    public func schema(_ guid: SchemaGUID) -> SchemaAnswer { schema(.guid(guid)) }

    private func schema(_ id: SchemaName) -> SchemaAnswer {
        state.withLock { state in
            var answers = state.answers ?? ((try? keeper.load()) ?? [:]).mapValues { .found($0) }
            defer { state.answers = answers }
            if let known = answers[id] { return known }
            let answer: SchemaAnswer
            do throws(RegistryError) {
                answer = .found(try RegistryClient(options).schema(id))
            } catch { answer = .unusable(error.words) }
            answers[id] = answer
            return answer
        }
    }
}
