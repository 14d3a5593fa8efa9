/// What `lantern verify` has found in one view's rows since its generation began: a field of the generation's `about`.
///
/// As text: `at=1767225600000 same=1200 different=3`.
public struct VerifiedRows: Sendable, Encodable, Equatable {
    /// When the last comparison ended, by the clock of who made it, in milliseconds since 1970; 0: there was none.
    public var at: Int64
    /// Rows that were what the log says, in all comparisons together.
    public var same: Int64
    /// Rows that were not: changed, missing or too many.
    public var different: Int64

    public init(at: Int64 = 0, same: Int64 = 0, different: Int64 = 0) {
        self.at = at
        self.same = same
        self.different = different
    }

    public var text: String { "at=\(at) same=\(same) different=\(different)" }

    /// Reads the text; nil if it is not one.
    public init?(text: String) {
        var values: [Substring: Int64] = [:]
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = Int64(parts[1]) else { return nil }
            values[parts[0]] = number
        }
        guard let at = values["at"], let same = values["same"], let different = values["different"] else { return nil }
        self.init(at: at, same: same, different: different)
    }

    /// With one more comparison.
    public func adding(same: Int, different: Int, at time: Int64) -> VerifiedRows {
        VerifiedRows(at: time, same: self.same + Int64(same), different: self.different + Int64(different))
    }
}
