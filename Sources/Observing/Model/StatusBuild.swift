import Records

/// A generation that is not live, as `lantern status` shows it: a build, or what was live before.
public struct StatusBuild: Sendable, Encodable, Equatable {
    public let database: Int
    public let number: Int
    public let id: String
    public let state: String
    /// Whether it has this file's definition.
    public let isThisVersion: Bool

    init(_ place: GenerationPlace, fingerprint: String) {
        database = place.database
        number = place.record.number
        id = place.record.identifier
        state = place.record.state.rawValue
        isThisVersion = place.record.fingerprint == fingerprint
    }
}
