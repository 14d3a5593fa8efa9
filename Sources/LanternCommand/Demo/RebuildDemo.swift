import CommandLine
import Configuration
import Lantern
import Logging
import Projections
import Records
import Redis
import System
import Worker

/// `lantern demo --rebuild`: a changed definition is deployed while events flow, and taken back. Whatever it shows is checked.
struct RebuildDemo {
    /// The embedded broker must keep them and all that come later.
    private static let mostEvents = 50_000

    let before: Configuration
    let after: Configuration
    let isEmbedded: Bool
    /// So many events come first, and so many a second go on.
    let burst: Int
    let rate: Int

    init(before: Configuration, after: Configuration, isEmbedded: Bool, events: Int?, rate: Int?) {
        (self.before, self.after, self.isEmbedded) = (before, after, isEmbedded)
        burst = min(events ?? Self.mostEvents, Self.mostEvents)
        self.rate = rate ?? 1_000
    }

    func run(_ signals: SignalPipe) throws -> ExitCode {
        let worker = try SessionThread(WorkerSession(before, log: log(before), adjust: adjust))
        let generator = DemoGenerator(
            total: nil, rate: rate, burst: burst, lead: isEmbedded ? Demo.embeddedLead : nil,
            projected: { worker.projected })
        defer {
            generator.stop()
            worker.stop()
        }
        try generator.start(properties: before.kafka.map { ($0.name, $0.value) })
        try wait("events", signals) { worker.projected >= burst ? nil : worker.projected }
        Console.print(
            "1. \(HumanNumber.grouped(Int64(burst))) events are in the views of \(before.file); \(HumanNumber.grouped(Int64(rate))) a second go on"
        )
        return try deploy(worker, generator, signals)
    }

    /// The change, from the plan to the way back.
    private func deploy(_ worker: SessionThread, _ generator: DemoGenerator, _ signals: SignalPipe) throws -> ExitCode {
        var rebuild = RebuildUnit.all(after)[0]
        rebuild.adjust = adjust
        let session = GenerationsSession(rebuild, clientName: "lantern-demo")
        try showPlan(session)
        let unit = try rebuild.unit(withFacts: true)
        var redis = try session.connect()
        try unit.check(database: nil, &redis)
        let build = try unit.create(in: nil, &redis)
        let builder = try SessionThread(
            WorkerSession(rebuild.runners(build, log(after)), redis: rebuild.redis, log: log(after)))
        defer { builder.stop() }
        try wait("events built", signals) {
            builder.projected + rate / 2 >= worker.projected ? nil : builder.projected
        }
        Console.print(
            "3. the changed views are built beside the live ones, in database \(build.database) of the same Redis; readers see nothing of it"
        )
        var options = Comparison.Options()
        // Every row counts: on a busy machine live may stand for longer.
        options.drainMilliseconds = 10_000
        let diff = try DiffRun(BuildSide(unit: rebuild, build: build), view: nil, options: options).run()
        try show(diff)
        let reader = try DemoReader(session.options)
        try exchange(session, build.database, "5. promoted: ", signals)
        try exchange(session, build.database, "6. taken back: ", signals)
        generator.stop()
        try wait("events, the last ones", signals) {
            let isThere = generator.hasEnded && min(worker.projected, builder.projected) >= generator.produced
            return isThere ? nil : min(worker.projected, builder.projected)
        }
        return try conclude(reader.stop(), generator.progress, session, build.database)
    }

    private func showPlan(_ session: GenerationsSession) throws {
        var redis = try session.connect()
        let choice = try session.choice(number: nil, &redis)
        let former = try session.stored(in: session.home, &redis)?.plans
        Console.print("2. \(after.file) changes")
        for (index, plan) in session.plans.enumerated() {
            let live = choice.record(of: plan.name, in: session.home)
            let change = DefinitionChange(
                plan, live: live?.number, liveFingerprint: live?.fingerprint, former: former?[index])
            for view in change.views where view.what != .same {
                Console.print("     \(plan.name).\(view.view)")
            }
        }
    }

    /// Exactly the views that were changed may differ.
    private func show(_ diff: DiffAnswer) throws {
        Console.print("4. what readers would see")
        for line in diff.table(hasColor: false).split(separator: "\n") { Console.print("     \(line)") }
        for line in diff.differences.prefix(2) { Console.print("     \(TerminalText.visible(line.text))") }
        let different = diff.views.filter { $0.value.changed + $0.value.missing + $0.value.extra > 0 }.keys.sorted()
        guard different == ["orders.customer-revenue", "orders.order"], diff.unsettled == 0 else {
            throw WorkerError(
                .failed, "other views differ than were changed: \(different), \(diff.unsettled) unsettled")
        }
    }

    /// Exchanges what is live for what is in that database, and goes on for a moment.
    private func exchange(
        _ session: GenerationsSession, _ database: Int, _ words: String, _ signals: SignalPipe
    ) throws {
        var redis = try session.connect()
        let subject = try PromotionSubject.read(session.names, home: session.home, database: database, &redis)
        var promoter = session.promoter(subject)
        promoter.guards.maxLagMilliseconds = 10_000
        var result = try promoter.promote(isCancelled: { signals.next() != nil })
        // Redis is rewriting its file: that ends.
        for _ in 0..<100 where !result.refusals.isEmpty && result.refusals.allSatisfy({ $0.code == "server" }) {
            Pause.milliseconds(200)
            result = try promoter.promote(isCancelled: { signals.next() != nil })
        }
        guard case .swapped(let pause)? = result.outcome else {
            let refusals = result.refusals.map(\.message).joined(separator: "; ")
            throw WorkerError(.failed, "not exchanged: \(refusals.isEmpty ? "\(result.outcome as Any)" : refusals)")
        }
        Console.print("\(words)orders \(subject.projections[0].build.number) is live; live stood for \(pause) ms")
        Pause.milliseconds(1_000)
    }

    private func conclude(
        _ seen: DemoReader.Seen, _ progress: DemoGenerator.Progress, _ session: GenerationsSession, _ database: Int
    ) throws -> ExitCode {
        if let failure = progress.failure { return Console.fail("the generator failed: \(failure)", .failed) }
        var faults = seen.faults
        if seen.switches != 2 { faults.append("a reader saw \(seen.switches) switches instead of 2") }
        Console.print(
            "7. a reader looked \(HumanNumber.grouped(Int64(seen.looks))) times at rows of two views: \(seen.switches) switches, and \(seen.faults.count) looks at anything but one definition whole"
        )
        for (number, rows) in [(session.home, progress.rows), (database, progress.rows.changed)] {
            var rows = rows
            var redis = try RedisConnection.open(session.options.selecting(number))
            let differences = try rows.differences(&redis)
            faults += differences.map { "database \(number): \($0)" }
            guard differences.isEmpty else { continue }
            Console.print(
                "   database \(number): every one of \(HumanNumber.grouped(Int64(rows.keyCount))) keys equals an independent fold of \(HumanNumber.grouped(Int64(progress.produced))) events"
            )
        }
        guard faults.isEmpty else {
            for fault in faults.prefix(20) { Console.print(fault) }
            return Console.fail("\(faults.count) things are not as they should be", .failed)
        }
        return .done
    }

    // MARK: -

    /// Shows how far it is until there is nothing more to wait for.
    private func wait(_ label: String, _ signals: SignalPipe, _ done: () -> Int?) throws {
        var display = ProgressDisplay(Console.messages)
        let deadline = Clock.milliseconds() + 120_000
        defer { display.clear() }
        while let count = done() {
            if signals.next() != nil { throw WorkerError(.failed, "interrupted") }
            guard Clock.milliseconds() < deadline else { throw WorkerError(.failed, "\(label): not done after 120 s") }
            display.show(ProgressLine(label, done: Int64(count), total: nil, fields: []), at: Clock.milliseconds())
            Pause.milliseconds(50)
        }
    }

    private var adjust: @Sendable (inout ProjectionSettings) -> Void {
        { [isEmbedded] settings in if isEmbedded { Demo.adjustToEmbedded(&settings) } }
    }

    private func log(_ configuration: Configuration) -> Log {
        var log = Log(configuration.log, on: Console.messages)
        log.level = .error
        return log
    }
}

extension DemoRows {
    /// What the changed file makes of the same events: paid orders are settled, and revenue is counted in mills.
    var changed: DemoRows {
        var rows = self
        for (key, row) in hashes {
            if key.hasPrefix("order:"), row["status"] == "paid" { rows.hashes[key]?["status"] = "settled" }
            guard key.hasPrefix("customer-revenue:"), let cents = row["cents"].flatMap({ Int($0) }) else { continue }
            rows.hashes[key]?["cents"] = nil
            rows.hashes[key]?["mills"] = "\(cents * 10)"
        }
        return rows
    }
}
