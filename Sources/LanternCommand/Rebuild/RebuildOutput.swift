import CommandLine
import FoundationEssentials
import System
import Worker

/// Shows a build to people, or to scripts as one JSON object a line.
struct RebuildOutput {
    let asJSON: Bool
    private var display: ProgressDisplay
    private var lastLine: Int64 = .min
    private var lastReason: String?

    /// Progress goes to `device`.
    init(asJSON: Bool, on device: Device = Console.messages) {
        self.asJSON = asJSON
        display = ProgressDisplay(device)
    }

    mutating func started(_ build: Build, isNew: Bool, remaining: Int64) {
        guard asJSON else {
            let what = isNew ? "building in" : "joining the build in"
            Console.messages.write("\(what) database \(build.database), \(HumanNumber.grouped(remaining)) events\n")
            return
        }
        write(RebuildLine(event: .started, database: build.database, remaining: remaining))
    }

    /// At most one line a second for scripts; `reason` is what it waits for, `limit` what bounds its rate.
    mutating func show(
        _ progress: BuildProgress, _ rate: BuildRate, _ build: Build, reason: String?, limit: String?, at now: Int64
    ) {
        let isNews = reason != lastReason
        lastReason = reason
        if asJSON {
            guard isNews && reason != nil || now >= lastLine + 1_000 else { return }
            lastLine = now
            write(
                RebuildLine(
                    event: reason == nil ? .progress : .waiting, database: build.database,
                    remaining: progress.remaining, rate: rate.eventsPerSecond.rounded(),
                    etaSeconds: rate.secondsLeft.map { ($0 * 10).rounded() / 10 }, reason: reason ?? limit))
            return
        }
        var fields = [("", HumanNumber.rate(rate.eventsPerSecond))]
        if let seconds = rate.secondsLeft, progress.remaining > 0 {
            fields.append(("left", HumanNumber.duration(milliseconds: Int64(seconds * 1_000))))
        }
        if let reason {
            fields.append(("waiting:", reason))
        } else if let limit {
            fields.append(("", limit))
        }
        display.show(
            ProgressLine(
                "building in database \(build.database)", done: progress.reached,
                total: progress.reached + progress.remaining, fields: fields), at: now)
    }

    /// Takes the progress from the terminal.
    mutating func clear() { display.clear() }

    /// The last line about a build.
    mutating func ended(_ event: RebuildLine.Event, _ build: Build, remaining: Int64 = 0, _ words: String) {
        display.clear()
        guard asJSON else { return Console.print(words) }
        write(RebuildLine(event: event, database: build.database, remaining: remaining))
    }

    /// `--set-rate` is done.
    func rateSet(_ change: RateChange, _ build: Build, _ words: String) {
        guard asJSON else { return Console.print("\(words): \(change.words)") }
        write(RebuildLine(event: .rateSet, database: build.database, rate: Double(change.rate ?? 0)))
    }

    /// `--abort` has nothing more to remove.
    func aborted(_ database: Int?, _ words: String) {
        guard asJSON else { return Console.print(words) }
        write(RebuildLine(event: .aborted, database: database))
    }

    private func write(_ line: RebuildLine) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(line) { Console.output.write(Array(data) + [0x0A]) }
    }
}
