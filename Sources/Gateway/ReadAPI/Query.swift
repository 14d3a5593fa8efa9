import Configuration
import Projections
import Reads

/// A declared query with the views that it reads: from a request's parameters to the parts of one read.
struct Query: Sendable {
    private struct Read: Sendable {
        var plan: QueryPlan.Read
        var subject: Int
        var view: ViewPlan
        var output: RowOutput
    }

    let plan: QueryPlan
    /// The projections that it reads.
    let subjects: [ReadSubject]
    private let reads: [Read]

    /// nil if one of its views is not served here.
    init?(_ plan: QueryPlan, _ all: [ReadSubject]) {
        var reads: [Read] = []
        for read in plan.reads {
            guard let subject = all.firstIndex(where: { $0.plan.name == read.projection }),
                let view = all[subject].plan.views.first(where: { $0.name == read.view })
            else { return nil }
            reads.append(Read(plan: read, subject: subject, view: view, output: RowOutput(view)))
        }
        self.plan = plan
        self.reads = reads
        subjects = Set(reads.map(\.subject)).sorted().map { all[$0] }
    }

    /// The values of its parameters, those bound to the client among them.
    func values(of request: HTTPRequest) throws(Problem) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in plan.parameters {
            let given = request.parameter(parameter.name)
            if parameter.kind == .subject, let client = request.client {
                guard given == nil || given == client.subject else {
                    throw Problem(.forbidden, "`\(parameter.name)` can only be \(client.subject) for this client")
                }
                values[parameter.name] = client.subject
                continue
            }
            guard let given, !given.isEmpty else { throw Problem(.request, "`\(parameter.name)` is missing") }
            if parameter.kind == .integer, Int64(given) == nil {
                throw ConditionReader.mistake(parameter.name, "a whole number", given)
            }
            values[parameter.name] = given
        }
        return values
    }

    /// `now` in milliseconds since 1970.
    func parts(_ values: [String: String], now: Int64) throws(Problem) -> [ReadPart] {
        var parts: [ReadPart] = []
        for read in reads {
            let words = read.plan.key.map { $0.text(values) }
            let question: RowQuestion =
                switch read.plan.selection {
                case .row: .row(try key(words, read.view), limit: QuestionReader.usualMembers)
                case .top(let count): .ranking(try key(words, read.view), fromTop: true, count: count)
                case .bottom(let count): .ranking(try key(words, read.view), fromTop: false, count: count)
                case .around(let member, let count):
                    .around(try key(words, read.view), member: Array(member.text(values).utf8), count: count)
                case .last(let span):
                    .buckets(
                        try BucketSpan(milliseconds: span, of: read.view, now: now).buckets { start throws(Problem) in
                            try key(words + ["\(start)"], read.view)
                        })
                }
            parts.append(ReadPart(name: read.plan.name, subject: read.subject, view: read.view, question: question))
        }
        return parts
    }

    private func key(_ words: [String], _ view: ViewPlan) throws(Problem) -> [UInt8] {
        if let key = KeyPattern(view).key(from: words), key.count <= Limits.longestKey { return key }
        throw Problem(.request, "these parameters make no key of view \(view.name)")
    }

    /// Each part under its name; a row that is not there is null.
    func write(_ answer: ReadAnswer, to json: inout JSONOutput) {
        json.object { json in
            for (read, part) in zip(reads, answer.parts) {
                json.name(read.plan.name)
                read.output.write(part, to: &json)
            }
        }
    }
}
