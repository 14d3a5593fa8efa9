import Bytes
import CommandLine
import Projections
import System

/// A sample's report as a person reads it.
enum SampleText {
    /// So many bad events are shown one by one.
    private static let shown = 20

    static func text(_ report: SampleReport, _ plans: [ProjectionPlan], hasColor: Bool) -> String {
        var text = "\n\(report.file): \(counted(report.events, "event"))\n\n"
        var table = Table([
            .init("projection"), .init("view"), .init("event"), .init("when"), .init("matched", .right),
        ])
        for projection in report.projections {
            for rule in projection.rules {
                table.append([projection.name, rule.view, rule.event, rule.when ?? "", "\(rule.matched)"])
            }
        }
        text += table.text(hasColor: hasColor)
        let unmatched = report.projections.flatMap { projection in
            projection.unmatched.map {
                "  \(projection.name), view \($0.view): \($0.event)\($0.when.map { " when \($0)" } ?? "")"
            }
        }
        if !unmatched.isEmpty {
            text +=
                "\nNo event of the sample matched \(counted(unmatched.count, "rule")):\n"
                + unmatched.joined(separator: "\n") + "\n"
        }
        for (projection, plan) in zip(report.projections, plans) {
            text += unknown(projection)
            text += bad(projection, plan, file: report.file)
        }
        return text
    }

    private static func unknown(_ projection: SampleReport.Projection) -> String {
        guard !projection.unknownTypes.isEmpty else { return "" }
        let names = projection.unknownTypes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(TerminalText.visible($0.key.text)) (\($0.value))" }
        return "\n\(projection.name): types that no view has a rule for: \(names.joined(separator: ", "))\n"
    }

    private static func bad(_ projection: SampleReport.Projection, _ plan: ProjectionPlan, file: String) -> String {
        guard !projection.bad.isEmpty else { return "" }
        var text = "\n\(projection.name): \(counted(projection.bad.count, "event")) would \(fate(plan.onError)):\n"
        for bad in projection.bad.prefix(shown) {
            let view = bad.view.map { "view \($0): " } ?? ""
            let key = bad.key.map { "key \($0)" } ?? "no key"
            text += "  \(file):\(bad.line): " + TerminalText.visible("\(view)\(bad.reason) (\(key))") + "\n"
        }
        if projection.bad.count > shown { text += "  and \(projection.bad.count - shown) more; --json has all\n" }
        return text
    }

    private static func fate(_ policy: ErrorPolicy) -> String {
        switch policy {
        case .park: "be parked"
        case .halt: "halt their partitions"
        case .skip: "be skipped"
        case .deadLetter(let topic): "go to \(topic)"
        }
    }

    private static func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    /// A rule's conditions: `$.status is paid or sent`.
    static func when(_ rule: Rule, in plan: ProjectionPlan) -> String? {
        if rule.conditions.isEmpty { return nil }
        return rule.conditions.map { condition in
            "\(condition.source.shown(plan.paths)) is \(condition.anyOf.joined(separator: " or "))"
        }.joined(separator: ", ")
    }
}
