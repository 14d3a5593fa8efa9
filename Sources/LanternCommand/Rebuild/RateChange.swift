import CommandLine

/// `--set-rate`: how fast a build may go from now on.
enum RateChange: Equatable {
    /// Events a second of the whole build.
    case limit(Int)
    case unlimited

    /// nil if the option is not given.
    init?(_ parsed: ParsedCommand) throws(UsageError) {
        guard let text = parsed.value("set-rate") else { return nil }
        if text == "unlimited" || text == "0" {
            self = .unlimited
        } else if let rate = Int(text.filter { $0 != "_" }), (1...1_000_000_000).contains(rate) {
            self = .limit(rate)
        } else {
            throw parsed.error(
                .invalidValue, "'--set-rate \(text)': expected events a second, or 'unlimited' (the same as 0)")
        }
    }

    var rate: Int? { if case .limit(let rate) = self { rate } else { nil } }

    var words: String { rate.map { "limited to \($0) events/s" } ?? "no limit" }
}
