import Bytes
import Configuration
import FoundationEssentials
import Projections

/// A configuration file that fits sampled events: proposed from one half of them, and tried on the other.
struct Draft {
    /// The file; empty if there is nothing to propose.
    private(set) var text = ""
    /// What is said of the topics for which nothing is proposed.
    private(set) var refusals: [String] = []
    /// How many of the sampled events its projections would park.
    private(set) var parked = 0
    private(set) var sampled = 0
    /// An event that disproves the draft joins those that it is made from; so often at most.
    private static let rounds = 10

    /// - Throws: ``ConfigurationError`` if the settings of `head` are wrong.
    init(_ topics: [SampledTopic], _ head: DraftHead, environment: [String: String]) throws(ConfigurationError) {
        let limits = try Configuration.parse(text: head.probe, environment: environment).limits
        var learned = topics.map { Set(stride(from: 0, to: $0.events.count, by: 2)) }
        var checks: [DraftCheck?] = []
        for round in 1...Self.rounds {
            let drafts = Self.drafts(topics, learned)
            refusals = zip(topics, drafts).filter { $1.name == nil }.map {
                (["topic \($0.name): nothing is proposed."] + $1.remarks).joined(separator: " ")
            }
            if refusals.count == topics.count { break }
            let configuration = try Configuration.parse(
                text: Self.file(topics, drafts, [], head), file: "the draft", environment: environment)
            checks = zip(topics, drafts).map { topic, draft in
                let plan = configuration.projections.first { $0.name == draft.name }
                return plan.map { DraftCheck($0, topic.events, limits: limits) }
            }
            var isDisproved = false
            for index in topics.indices {
                guard let check = checks[index] else { continue }
                let disproving = Self.disproving(check, topics[index], drafts[index]).subtracting(learned[index])
                if !disproving.isEmpty { isDisproved = true }
                learned[index].formUnion(disproving)
            }
            if isDisproved, round < Self.rounds { continue }
            text = Self.file(topics, drafts, checks, head)
            break
        }
        sampled = topics.reduce(0) { $0 + $1.events.count }
        parked = checks.reduce(0) { $0 + ($1.map { $0.bad.count + $0.behind } ?? 0) }
    }

    /// The events, by their place, that the draft did not reckon with.
    private static func disproving(_ check: DraftCheck, _ topic: SampledTopic, _ draft: TopicDraft) -> Set<Int> {
        var found = Set(check.bad.prefix(1_000).map { $0 - 1 })
        if !check.unknownTypes.isEmpty, let type = draft.type {
            for group in TypeGroups(topic.events, type: type).all where check.unknownTypes.contains(group.type) {
                found.formUnion(group.events.prefix(100).map { $0.line - 1 })
            }
        }
        return found
    }

    private static func drafts(_ topics: [SampledTopic], _ learned: [Set<Int>]) -> [TopicDraft] {
        var names: Set<String> = []
        return zip(topics, learned).map { topic, places in
            TopicDraft(topic.keeping(places), names: &names)
        }
    }

    private static func file(
        _ topics: [SampledTopic], _ drafts: [TopicDraft], _ checks: [DraftCheck?], _ head: DraftHead
    ) -> String {
        let sampled = topics.reduce(0) { $0 + $1.events.count }
        var lines = [
            "# Proposed by `lantern init` from \(DraftText.counted(sampled, "event")): of each partition some from its start, its middle and its end.",
            "# What is proposed held for all of them, unless a comment says otherwise. Read it before you run it:",
            "# `lantern validate FILE` checks it, and the article Projections says what each word does.", "",
        ]
        lines += head.lines + ["", "projections:"]
        for (index, draft) in drafts.enumerated() {
            let check = checks.indices.contains(index) ? checks[index] : nil
            lines += remarks(topics[index], draft, check).flatMap { DraftText.comments($0) }.map { "  # \($0)" }
            guard let name = draft.name else { continue }
            lines.append("  \(name):")
            lines += draft.lines.map { "    " + $0 }
            lines.append("")
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What stands above a projection.
    private static func remarks(_ topic: SampledTopic, _ draft: TopicDraft, _ check: DraftCheck?) -> [String] {
        var remarks = ["Topic \(topic.name), about \(DraftText.counted(Int(topic.size), "record"))."] + draft.remarks
        if draft.name == nil {
            return remarks + ["Nothing is proposed: what holds for all of its events gives no view."]
        }
        guard let check else { return remarks }
        let all = DraftText.counted(topic.events.count, "sampled event")
        if check.bad.isEmpty {
            remarks.append("None of \(all) would be parked.")
        } else {
            remarks.append("\(DraftText.count(check.bad.count)) of \(all) would be parked:")
            remarks += check.faults.prefix(8).map {
                "- \(DraftText.count($0.count)): \($0.reason) (the first is \(topic.placeText(line: $0.line)))"
            }
            if check.faults.count > 8 { remarks.append("- and \(check.faults.count - 8) more kinds") }
            if check.behind > 0 {
                remarks.append(
                    "\(DraftText.counted(check.behind, "more event")) would wait behind them, as later events of their keys."
                )
            }
        }
        if !check.unknownTypes.isEmpty {
            let names = check.unknownTypes.sorted().prefix(8).joined(separator: ", ")
            remarks.append("Types that no rule takes, which are ignored: \(names).")
        }
        return remarks
    }
}
