import Records
import Worker

/// A generation that is not live, as `lantern status` shows it: a build, or what was live before.
struct StatusBuild: Encodable, Equatable {
    let database: Int
    let number: Int
    let id: String
    let state: String
    /// Whether it has this file's definition.
    let isThisVersion: Bool

    init(_ place: GenerationPlace, fingerprint: String) {
        database = place.database
        number = place.record.number
        id = place.record.identifier
        state = place.record.state.rawValue
        isThisVersion = place.record.fingerprint == fingerprint
    }
}
