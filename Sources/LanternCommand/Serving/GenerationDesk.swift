import CommandLine
import Configuration
import Gateway
import Records
import Redis
import Worker

/// Generations over HTTP: what `lantern promote`, `rollback` and `drop` do, with the same defaults and checks, and the history.
struct GenerationDesk: Sendable {
    private struct Request: Decodable {
        /// Without a word nothing is changed.
        let dryRun: Bool?
        let generation: Int?
        let force: Bool?
        let acceptShrink: [String]?

        var isTrial: Bool { dryRun ?? true }
    }

    private struct DropAnswer: Encodable {
        /// What is removed, or would be.
        let targets: [String]
        let dropped: [GenerationDrop.Dropped]
        let dryRun: Bool
    }

    private struct History: Encodable {
        struct Line: Encodable {
            let time: Int64
            let who: String
            let command: String
            let result: String
        }

        let entries: [Line]
    }

    private static let historyLines = 100

    /// The configuration file; read anew for each request, as the command line does.
    let path: String
    let isCancelled: @Sendable () -> Bool

    var routes: [Route] {
        [
            .slow(.get, "/history", .read) { _ in JSONAnswer.of { try history() } },
            .slow(.post, "/actions/promote", .operate) { request in
                JSONAnswer.of { try exchange(request, "promote", PromotionRun.promote) }
            },
            .slow(.post, "/actions/rollback", .operate) { request in
                JSONAnswer.of { try exchange(request, "rollback", PromotionRun.rollback) }
            },
            .slow(.post, "/actions/drop", .operate) { request in JSONAnswer.of { try drop(request) } },
        ]
    }

    private func exchange(
        _ request: HTTPRequest, _ command: String, _ make: (PromotionOptions) -> PromotionRun
    ) throws -> PromotionAnswer {
        let body = try JSONAnswer.decoded(Request.self, request)
        var words = [command, "--config", path]
        if body.isTrial { words.append("--dry-run") }
        if body.force == true { words.append("--force") }
        if let number = body.generation { words += ["--generation", "\(number)"] }
        for view in body.acceptShrink ?? [] { words += ["--accept-shrink", view] }
        guard case .command(let parsed) = try CommandParser(CommandTree.root).parse(words) else {
            throw JSONAnswer.Mistake(status: 400, message: "this asks for nothing that can be done")
        }
        let run = make(try PromotionOptions(parsed))
        return try CommandHistory.recorded(as: words) {
            try run.answer(try ConfigurationFile.read(path), isCancelled: isCancelled)
        }
    }

    private func drop(_ request: HTTPRequest) throws -> DropAnswer {
        let body = try JSONAnswer.decoded(Request.self, request)
        let configuration = try ConfigurationFile.read(path)
        let drop = GenerationDrop(sessions: GenerationsSession.all(configuration, clientName: "lantern-gateway"))
        let targets = try drop.targets(number: body.generation)
        let names = targets.map(\.name)
        if body.isTrial || targets.isEmpty { return DropAnswer(targets: names, dropped: [], dryRun: body.isTrial) }
        let number = body.generation.map { ["--generation", "\($0)"] } ?? []
        return try CommandHistory.recorded(as: ["drop", "--config", path] + number) {
            DropAnswer(targets: names, dropped: try drop.drop(targets).dropped, dryRun: false)
        }
    }

    private func history() throws -> History {
        let configuration = try ConfigurationFile.read(path)
        var lines: [History.Line] = []
        for session in GenerationsSession.all(configuration, clientName: "lantern-gateway") {
            var redis = try session.connect()
            lines += try HistoryEntry.newest(Self.historyLines, &redis).map {
                History.Line(time: $0.time, who: $0.who, command: $0.command, result: $0.result)
            }
        }
        return History(entries: Array(lines.sorted { $0.time > $1.time }.prefix(Self.historyLines)))
    }
}
