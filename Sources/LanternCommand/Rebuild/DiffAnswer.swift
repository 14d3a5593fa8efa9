import CommandLine
import System
import Worker

/// What `diff` prints.
struct DiffAnswer: Encodable {
    struct View: Encodable {
        let same: Int
        let changed: Int
        /// Live has them, the build has not.
        let missing: Int
        /// The build alone has them.
        let extra: Int
        /// Only if the new definition does not have the view.
        let removed: Bool?
    }

    /// The live checkpoints at the end, by projection and `TOPIC:PARTITION`.
    let vector: [String: [String: Int64]]
    /// By `PROJECTION.VIEW`.
    let views: [String: View]
    /// At most twenty rows of each view.
    let differences: [DifferenceLine]
    /// Rows that kept moving.
    let unsettled: Int
    /// Where the build is.
    let database: Int
    /// Rows that live was given, with `verify --heal`.
    let healed: Int?
    private let order: [String]
    private let isVerification: Bool

    enum CodingKeys: String, CodingKey { case vector, views, differences, unsettled, database, healed }

    init(
        _ tally: ComparisonTally, _ compared: [ComparedView], database: Int, _ shown: ShownDifferences,
        isVerification: Bool
    ) {
        var vector: [String: [String: Int64]] = [:]
        for place in tally.vector { vector[place.projection, default: [:]][place.partition] = place.next }
        self.vector = vector
        let counted = zip(compared, tally.counts).map { view, counts in
            (
                view.name,
                View(
                    same: counts.same, changed: counts.changed,
                    missing: isVerification ? counts.extra : counts.missing,
                    extra: isVerification ? counts.missing : counts.extra,
                    removed: view.isRemoved ? true : nil)
            )
        }
        views = Dictionary(counted) { first, _ in first }
        order = compared.map(\.name)
        let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        differences = shown.rows.sorted { (places[$0.view] ?? 0) < (places[$1.view] ?? 0) }
            .flatMap { DifferenceLine.all($0, isVerification: isVerification) }
        unsettled = tally.unsettled
        healed = tally.healed > 0 ? tally.healed : nil
        self.isVerification = isVerification
        self.database = database
    }

    var code: ExitCode {
        views.values.contains { $0.changed + $0.missing + $0.extra > 0 } ? .differences : .done
    }

    /// The counts of each view.
    func table(hasColor: Bool) -> String {
        var table = Table([
            .init("VIEW"), .init("SAME", .right), .init("CHANGED", .right), .init("MISSING", .right),
            .init("EXTRA", .right),
        ])
        for name in order {
            guard let view = views[name] else { continue }
            table.append([
                name + (view.removed == nil ? "" : " (removed)"), "\(view.same)", "\(view.changed)", "\(view.missing)",
                "\(view.extra)",
            ])
        }
        return table.text(hasColor: hasColor)
    }

    /// For a terminal.
    func text(hasColor: Bool) -> String {
        var text =
            isVerification
            ? "missing: the log has it, live has not; extra: live alone has it; → what the log says\n" : ""
        text += table(hasColor: hasColor)
        if !differences.isEmpty { text += "\n" }
        for line in differences { text += TerminalText.visible(line.text) + "\n" }
        if unsettled > 0 {
            text += "\n\(unsettled) row\(unsettled == 1 ? "" : "s") kept moving, so that nothing can be said of them\n"
        }
        if let healed { text += "\n\(healed) row\(healed == 1 ? "" : "s") of live made what the log says\n" }
        return text
    }
}
