import Records
import Worker

/// What `promote` and `rollback` print.
struct PromotionAnswer: Encodable {
    struct Refusal: Encodable {
        let guardName: String
        let message: String
        enum CodingKeys: String, CodingKey { case guardName = "guard", message }
    }
    struct View: Encodable {
        let view: String
        let live: Int?
        let build: Int?
        /// `same`, `changed`, `added` or `removed`.
        let what: String

        init(_ rows: PromotionFacts.ViewRows) {
            view = "\(rows.view.projection).\(rows.view.view)"
            live = rows.live
            build = rows.build
            what =
                rows.live == nil
                ? "added" : rows.build == nil ? "removed" : rows.live == rows.build ? "same" : "changed"
        }
    }
    struct Generation: Encodable {
        let projection: String
        let from: Int?
        let to: Int
    }

    let swapped: Bool
    /// For how long no checkpoint advanced; nil if live never stood.
    let pauseMilliseconds: Int64?
    /// Where the former live generation is now; where the build is, if nothing was exchanged.
    let database: Int
    let generations: [Generation]
    let views: [View]
    let refusals: [Refusal]
    /// Why live stood and goes on, or what is not known.
    let reason: String?
    let dryRun: Bool
    /// What is live now and nobody folds, after `rollback`.
    let unfolded: [UnfoldedGeneration]

    init(_ result: Promoter.Result, isTrial: Bool, unfolded: [UnfoldedGeneration] = []) {
        self.unfolded = unfolded
        let subject = result.facts.subject
        database = subject.database
        generations = subject.projections.map {
            Generation(projection: $0.name, from: $0.live?.number, to: $0.build.number)
        }
        views = result.facts.views.map { View($0) }
        refusals = result.refusals.map { Refusal(guardName: $0.code, message: $0.message) }
        dryRun = isTrial
        switch result.outcome {
        case .swapped(let milliseconds)?: (swapped, pauseMilliseconds, reason) = (true, milliseconds, nil)
        case .refused(let words)?, .undone(let words)?, .unknown(let words)?:
            (swapped, pauseMilliseconds, reason) = (false, nil, words)
        case nil: (swapped, pauseMilliseconds, reason) = (false, nil, nil)
        }
    }

    var code: ExitCode { swapped || dryRun && refusals.isEmpty ? .done : .failed }

    /// For a terminal; what went wrong goes to stderr.
    func text(_ outcome: PromotionOutcome?) -> (result: String, failure: String?) {
        var text = ""
        for view in views where view.what != "same" {
            text +=
                "  \(view.view): \(view.live.map { "\($0)" } ?? "-") → \(view.build.map { "\($0)" } ?? "-") rows (\(view.what))\n"
        }
        let names = generations.map { "\($0.projection) \($0.from.map { "\($0)" } ?? "-") → \($0.to)" }
            .joined(separator: ", ")
        guard refusals.isEmpty else { return (text, refusals.map(\.message).joined(separator: "\n")) }
        switch outcome {
        case .swapped(let milliseconds)?:
            text = "live now: \(names); live stood for \(milliseconds) ms\n" + text
            text += "the former generation is in database \(database); back with `lantern rollback`\n"
            return (text + UnfoldedGeneration.text(unfolded), nil)
        case .refused(let words)?: return (text, "nothing was changed: \(words)")
        case .undone(let words)?: return (text, "live goes on as before: \(words)")
        case .unknown(let words)?: return (text, words)
        case nil: return ("would be live: \(names)\n" + text, nil)
        }
    }
}
