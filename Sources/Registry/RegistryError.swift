/// Why a schema could not be fetched.
public enum RegistryError: Error, Sendable, Equatable {
    /// The registry says that it has no such schema: asking again does not help until somebody registers it.
    case unknown(String)
    /// It did not reply, or refused: it is asked again.
    case failed(String)

    /// One sentence.
    public var words: String {
        switch self {
        case .unknown(let words), .failed(let words): words
        }
    }
}
