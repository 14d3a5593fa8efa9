import CommandLine
import Configuration
import Worker

/// What `promote` and `rollback` are told on the command line.
struct PromotionOptions {
    static let common = [
        CommonOptions.config,
        OptionSpec("max-lag", "TIME", "how far behind live the build may be before live stands", default: "1s"),
        OptionSpec("drain", "TIME", "how long live may stand at most", default: "10s"),
        OptionSpec("generation", "N", "which one, if there are several"),
        OptionSpec(flag: "force", "do it although a snapshot is being saved or a replica does not follow"),
        OptionSpec(flag: "dry-run", "only say whether it would be done; reads and changes nothing"),
        keepCurrent, CommonOptions.json,
    ]
    static let keepCurrent = OptionSpec(
        "keep-current", "TIME", "go on folding the former generation for this long afterwards, for a short way back")
    static let acceptShrink = OptionSpec(
        "accept-shrink", "VIEW", "a view that may lose more than a fifth of its rows; repeats", repeating: true)

    var configPath: String
    var maxLagMilliseconds: Int
    var drainMilliseconds: Int
    var number: Int?
    var isForced: Bool
    var isTrial: Bool
    var asJSON: Bool
    var acceptedShrinks: Set<String>
    var keepCurrentMilliseconds: Int?

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        maxLagMilliseconds = try Self.time("max-lag", parsed, in: 0...TimeSpan.longest)
        drainMilliseconds = try Self.time("drain", parsed, in: 100...600_000)
        number = try parsed.integer("generation", in: 1...Int.max)
        isForced = parsed.flag("force")
        isTrial = parsed.flag("dry-run")
        asJSON = parsed.flag("json")
        acceptedShrinks = Set(parsed.values("accept-shrink"))
        keepCurrentMilliseconds =
            parsed.value("keep-current") == nil
            ? nil : try Self.time("keep-current", parsed, in: 1_000...TimeSpan.longest)
    }

    static func time(_ name: String, _ parsed: ParsedCommand, in range: ClosedRange<Int>) throws(UsageError) -> Int {
        let text = try parsed.requiredValue(name)
        if let milliseconds = TimeSpan.milliseconds(text), range.contains(milliseconds) { return milliseconds }
        throw parsed.error(
            .invalidValue,
            "'--\(name) \(text)': expected a time from \(TimeSpan.text(range.lowerBound)) to \(TimeSpan.text(range.upperBound)), such as 500ms, 10s or 1h"
        )
    }

    func guards(comparesRows: Bool) -> PromotionGuards {
        var guards = PromotionGuards()
        guards.maxLagMilliseconds = Int64(maxLagMilliseconds)
        guards.acceptedShrinks = acceptedShrinks
        guards.comparesRows = comparesRows
        guards.isForced = isForced
        return guards
    }
}
