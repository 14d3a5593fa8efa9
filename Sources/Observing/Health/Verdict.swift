/// Whether all is well, and if not what is wrong, since when, and what to do about it.
public struct Verdict: Sendable, Encodable, Equatable {
    public enum Level: String, Sendable, Encodable, Comparable {
        case ok
        /// It goes on, and someone should look at it.
        case degraded
        /// Something is not projected, or it is not known whether it is.
        case failing

        private var rank: Int {
            switch self {
            case .ok: 0
            case .degraded: 1
            case .failing: 2
            }
        }

        public static func < (one: Level, other: Level) -> Bool { one.rank < other.rank }
    }

    public let level: Level
    /// The worst first.
    public let findings: [VerdictFinding]

    public init(_ findings: [VerdictFinding]) {
        self.findings = findings.sorted {
            ($1.level, $0.code.rawValue, $0.subject) < ($0.level, $1.code.rawValue, $1.subject)
        }
        level = findings.map(\.level).max() ?? .ok
    }

    /// A line for each finding, or the word that all is well.
    public var text: String {
        guard !findings.isEmpty else { return "ok: all is well\n" }
        return findings.map { "\($0.level.rawValue): \($0.what). \($0.action)\n" }.joined()
    }
}
