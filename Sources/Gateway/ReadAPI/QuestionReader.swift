import Configuration
import Projections
import Reads

/// Reads what is asked of one view from a request's path and parameters.
struct QuestionReader {
    /// The parameters that say it.
    static let names: Set = ["key", "keys", "top", "bottom", "around", "count", "last", "scan"]

    static let mostKeys = 100
    static let mostMembers = 1_000
    /// Members of one row, or of a ranking, if the request names no number.
    static let usualMembers = 100

    let request: HTTPRequest
    let plan: ProjectionPlan
    let view: ViewPlan
    /// What follows the view in the path: the values of a key's placeholders.
    let segments: [String]
    /// By this machine's clock, in milliseconds since 1970.
    let now: Int64

    func question() throws(Problem) -> RowQuestion {
        let asked = ["keys", "top", "bottom", "around", "last", "scan"].filter { request.parameter($0) != nil }
        guard asked.count <= 1 else {
            throw Problem(.request, "only one of `\(asked.joined(separator: "`, `"))` can be asked at a time")
        }
        switch asked.first {
        case "keys": return try keys()
        case "top", "bottom": return try ranking(fromTop: asked.first == "top")
        case "around":
            let member = request.parameter("around") ?? ""
            try check(isRanking: "around")
            let count = try number("count", in: 0...Self.mostMembers / 2) ?? 5
            return .around(try key(values()), member: Array(member.utf8), count: count)
        case "last": return try last()
        case "scan": return try page()
        default: return .row(try key(values()), limit: Self.usualMembers)
        }
    }

    /// The values of a key: the path's, or those of `key`, where a value may hold a `/`.
    private func values() throws(Problem) -> [String] {
        let named = request.query.filter { $0.name == "key" }.map(\.value)
        guard !named.isEmpty else {
            // One value takes the whole rest of the path.
            return placeholders == 1 && segments.count > 1 ? [segments.joined(separator: "/")] : segments
        }
        guard segments.isEmpty else {
            throw Problem(.request, "a key comes either in the path or by `key`, not both")
        }
        return named
    }

    private var isBuckets: Bool { if case .buckets = view.kind { true } else { false } }
    private var placeholders: Int { KeyPattern(view).valueCount }

    private func key(_ values: [String]) throws(Problem) -> [UInt8] {
        if let key = KeyPattern(view).key(from: values), key.count <= Limits.longestKey { return key }
        let shown = view.key.shown(in: plan) + (isBuckets ? ":START" : "")
        let needed =
            switch placeholders {
            case 0: "no value"
            case 1: "one value that is not empty"
            default: "\(placeholders) values, none of them empty"
            }
        throw Problem(
            .request,
            "the keys of view \(view.name) are \(shown): such a key is made of \(needed), not of \(values.count)")
    }

    private func keys() throws(Problem) -> RowQuestion {
        guard segments.isEmpty else {
            throw Problem(.request, "`keys` names the rows, so the path must end with the view")
        }
        let named = request.query.filter { $0.name == "keys" }.map(\.value)
        let values = named.count > 1 ? named : named.flatMap { $0.split(separator: ",").map(String.init) }
        guard (1...Self.mostKeys).contains(values.count) else {
            throw Problem(.request, "`keys` takes 1 to \(Self.mostKeys) values, not \(values.count)")
        }
        var keys: [[UInt8]] = []
        for value in values { keys.append(try key([value])) }
        return .rows(keys)
    }

    private func ranking(fromTop: Bool) throws(Problem) -> RowQuestion {
        let name = fromTop ? "top" : "bottom"
        try check(isRanking: name)
        let count = try number(name, in: 1...Self.mostMembers) ?? Self.usualMembers
        return .ranking(try key(values()), fromTop: fromTop, count: count)
    }

    private func check(isRanking name: String) throws(Problem) {
        if view.kind.redisType == "zset" { return }
        throw Problem(
            .request, "`\(name)` is for views of kind sorted-set and latest; \(view.name) is of kind \(view.kind.word)")
    }

    private func last() throws(Problem) -> RowQuestion {
        let text = request.parameter("last") ?? ""
        guard let milliseconds = TimeSpan.milliseconds(text), milliseconds > 0 else {
            throw ConditionReader.mistake("last", "a time, `last=15m`", text)
        }
        let span = try BucketSpan(milliseconds: milliseconds, of: view, now: now)
        let values = try values()
        return .buckets(try span.buckets { start throws(Problem) in try key(values + ["\(start)"]) })
    }

    private func page() throws(Problem) -> RowQuestion {
        guard segments.isEmpty else {
            throw Problem(.request, "`scan` goes through the whole view: the path must end with it")
        }
        let text = request.parameter("scan") ?? ""
        let cursor = text.isEmpty ? "0" : text
        guard let number = UInt64(cursor), cursor.first != "+" else {
            throw ConditionReader.mistake("scan", "0, or the `cursor` of the page before", text)
        }
        return .page(cursor: Array("\(number)".utf8))
    }

    private func number(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = request.parameter(name), !text.isEmpty else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        throw ConditionReader.mistake(name, "a number from \(range.lowerBound) to \(range.upperBound)", text)
    }
}
