import CommandLine
import Testing

@testable import LanternCommand

@Suite struct `The program's commands` {
    private func command(_ line: String) throws -> (any Command)? {
        let words = line.split(separator: " ").map(String.init)
        guard case .command(let parsed) = try CommandParser(CommandTree.root).parse(words) else { return nil }
        return try CommandTree.command(for: parsed)
    }

    private func leaves(_ spec: CommandSpec, _ path: [String] = []) -> [(path: [String], spec: CommandSpec)] {
        if spec.subcommands.isEmpty { return [(path, spec)] }
        return spec.subcommands.flatMap { leaves($0, path + [$0.name]) }
    }

    @Test func `every command in the tree can be run and helps`() throws {
        let all = leaves(CommandTree.root)
        #expect(
            all.map { $0.path.joined(separator: " ") } == [
                "run", "serve", "health", "init", "validate", "schema", "openapi", "status", "top", "get", "watch",
                "explain",
                "parked list",
                "parked show", "parked retry",
                "parked edit",
                "parked skip", "plan", "rebuild", "generations", "diff", "promote", "rollback", "verify", "drop",
                "history", "bench",
                "demo", "completion", "version",
            ])
        for (path, spec) in all {
            guard case .help(let text) = try CommandParser(CommandTree.root).parse(path + ["--help"]) else {
                Issue.record("no help for \(path)")
                continue
            }
            #expect(text.contains("USAGE\n  lantern \(path.joined(separator: " "))"))
            #expect(text.contains("EXIT CODES"))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 }, "too wide: \(path)")
            #expect(!spec.summary.hasSuffix("."))
            for argument in spec.arguments.dropLast() { #expect(!argument.isRepeating) }
        }
    }

    @Test func `every example that help shows is one that the parser takes`() throws {
        var count = 0
        for (_, spec) in leaves(CommandTree.root) {
            for example in spec.examples where example.line.hasPrefix("lantern ") {
                let line = example.line.split(whereSeparator: { "|>".contains($0) })[0]
                let command = try command(line.dropFirst("lantern ".count).description)
                #expect(command != nil, "\(example.line)")
                count += 1
            }
        }
        #expect(count > 10)
    }

    @Test func `bench takes what the documents say`() throws {
        let bench = try #require(
            try command("bench --config a.yaml --projection orders --events 200 --seconds 5 --json") as? BenchCommand)
        #expect(bench.configPath == "a.yaml" && bench.projection == "orders")
        #expect(bench.events == 200 && bench.seconds == 5 && bench.asJSON)
        let usual = try #require(try command("bench --config a.yaml") as? BenchCommand)
        #expect(usual.events == 1_000_000 && usual.seconds == 30 && !usual.asJSON && usual.projection == nil)
        #expect(throws: UsageError.self) { try self.command("bench --config a.yaml --events 0") }
        #expect(throws: UsageError.self) { try self.command("bench") }
    }

    @Test func `promote takes what the documents say, and times and numbers that make sense`() throws {
        let promote = try #require(
            try command(
                "promote --config a.yaml --max-lag 500ms --drain 1m --accept-shrink v --accept-shrink p.w --generation 3 --force --dry-run --json"
            ) as? PromoteCommand
        ).options
        #expect(promote.maxLagMilliseconds == 500 && promote.drainMilliseconds == 60_000 && promote.number == 3)
        #expect(promote.acceptedShrinks == ["v", "p.w"])
        #expect(promote.isForced && promote.isTrial && promote.asJSON)
        let back = try #require(try command("rollback --config a.yaml") as? RollbackCommand).options
        #expect(back.maxLagMilliseconds == 1_000 && back.drainMilliseconds == 10_000 && back.number == nil)
        for wrong in ["--max-lag soon", "--drain 1ms", "--generation 0"] {
            #expect(throws: UsageError.self) { try self.command("promote --config a.yaml \(wrong)") }
        }
        #expect(throws: UsageError.self) { try self.command("rollback --config a.yaml --accept-shrink v") }
        #expect(throws: UsageError.self) { try self.command("drop --config a.yaml --generation 2 orders") }
    }

    @Test func `a bench report names what bounds a lane, and what would be parked`() {
        var report = BenchReport(projection: "orders")
        #expect(report.text == "orders: the topics are empty: nothing was measured\n")
        report.events = 1_000_000
        report.bytes = 230_000_000
        report.kafka = .init(0.25, report.events)
        report.decode = .init(0.125, report.events)
        report.fold = .init(0.25, report.events)
        report.redis = .init(0.75, report.events)
        #expect(report.bound == ("Redis", 0.75))
        #expect(report.text.contains("1,000,000 events of 230 bytes"))
        #expect(report.text.contains("about 1,333,333 events/s, limited by Redis"))
        #expect(!report.text.contains("parked"))
        report.fold = .init(0.5, report.events)
        report.bad = 3
        report.firstReason = "no total"
        #expect(report.bound == ("Kafka, decode and fold", 0.875))
        #expect(report.text.contains("3 would be parked: no total"))
    }

    @Test func `run takes what the documents say`() throws {
        let run = try #require(
            try command("run --config a.yaml --until-end --allow-partial --fresh orders --yes --accept-cluster")
                as? RunCommand)
        #expect(run.configPath == "a.yaml")
        #expect(run.freshProjection == "orders")
        #expect(run.untilEnd && run.allowPartial && run.isConfirmed && run.acceptCluster)
        #expect(throws: UsageError.self) { try self.command("run --config a.yaml --yes") }
        #expect(throws: UsageError.self) { try self.command("run") }
    }

    @Test func `drop takes what the documents say`() throws {
        let drop = try #require(try command("drop --config a.yaml old-orders --yes") as? DropCommand)
        #expect(drop.configPath == "a.yaml" && drop.projection == "old-orders" && drop.isConfirmed)
        let all = try #require(try command("drop --config a.yaml --generation 2 --dry-run --json") as? DropCommand)
        #expect(all.projection == nil && all.number == 2 && all.isTrial && all.asJSON)
    }

    @Test func `get takes placeholders in order`() throws {
        let get = try #require(try command("get orders order a b --config c --json") as? GetCommand)
        #expect(get.words.key == ["a", "b"])
        #expect(get.asJSON)
    }

    @Test func `a parked event is named by its place, its key, or all`() throws {
        func selection(_ rest: String) throws -> ParkedRetry.Selection? {
            (try command("parked retry --config c orders \(rest)") as? ParkedRetryCommand)?.selection
        }
        let place = try #require(ParkedPlace("orders:3:1041"))
        #expect(try selection("orders:3:1041") == .place(place))
        #expect(try selection("--key o-17") == .key("o-17"))
        #expect(try selection("--all") == .all)
        for rest in ["", "--all --key a", "orders:3:1 --all", "orders:3", "orders:-3:1", "a:b:c", ":3:1", "o:3:1:2"] {
            #expect(throws: UsageError.self, "\(rest)") { try selection(rest) }
        }
        let edit = try #require(try command("parked edit --config c orders o:0:0 --value f.json") as? ParkedEditCommand)
        #expect(edit.valuePath == "f.json")
        #expect(throws: UsageError.self) { try self.command("parked edit --config c orders o:0:0") }
    }

    @Test func `demo's numbers are bounded, and 0 is none`() throws {
        let demo = try #require(try command("demo --events 0 --rate 5_000 --kafka h:9092") as? DemoCommand)
        #expect(demo.events == nil)
        #expect(demo.rate == 5_000)
        #expect(demo.kafka == "h:9092")
        #expect(throws: UsageError.self) { try self.command("demo --events many") }
        #expect(throws: UsageError.self) { try self.command("demo --rate=-1") }
    }
}
