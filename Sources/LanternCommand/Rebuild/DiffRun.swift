import Configuration
import Lantern
import Logging
import Projections
import Redis
import Synchronization
import System
import Worker

/// A comparison from the file to the answer: finds the build, keeps it current if nobody else does, and compares.
struct DiffRun {
    private let side: BuildSide
    private let view: String?
    private let options: Comparison.Options
    private let file: DifferenceFile?
    /// Whether the build is what the log says, so that live lacks what it alone has.
    private let isVerification: Bool

    init(
        _ side: BuildSide, view: String?, options: Comparison.Options, file: DifferenceFile? = nil,
        isVerification: Bool = false
    ) {
        self.side = side
        self.view = view
        self.options = options
        self.file = file
        self.isVerification = isVerification
    }

    func run() throws -> DiffAnswer {
        let compared = ComparedView.all(side.unit.plans, former: side.former).filter { isWanted($0) }
        let unit = try side.unit.unit(withFacts: true, allowPartial: true)
        guard try !isVerification && isFollowed(unit) else { return try following(compared) }
        return try compare(compared) { false }
    }

    private func isWanted(_ view: ComparedView) -> Bool {
        self.view.map { $0 == view.name || view.name.hasSuffix(".\($0)") } ?? true
    }

    /// Whether the build is where live is, or comes nearer without this process.
    private func isFollowed(_ unit: BuildUnit) throws -> Bool {
        var reader = BuildReader(unit, side.build, redis: side.unit.redis)
        var first: Int64?
        for _ in 0..<20 {
            guard case .beside(let progress) = try reader.read() else { return true }
            if progress.remaining == 0 { return true }
            if let first, progress.reached > first { return true }
            first = first ?? progress.reached
            Pause.milliseconds(100)
        }
        return false
    }

    /// Folds the build in this process while it is compared.
    private func following(_ views: [ComparedView]) throws -> DiffAnswer {
        try BuildFollower(side.unit, side.build, without: "nothing was compared").run(
            signals: try SignalPipe()
        ) { isCancelled in
            try compare(views, isCancelled)
        }
    }

    private func compare(
        _ views: [ComparedView], _ isCancelled: @escaping () -> Bool
    ) throws -> DiffAnswer {
        let shown = Mutex(ShownDifferences())
        var comparison = try Comparison(
            side.unit.plans.map(\.name), views, home: side.unit.home, database: side.build.database, options: options,
            RedisConnection.open(side.unit.redis), isCancelled: isCancelled
        ) { difference in
            shown.withLock { $0.add(difference) }
            file?.write(difference)
        }
        try comparison.run()
        if isCancelled() { throw WorkerError(.failed, "interrupted: not everything was compared") }
        return DiffAnswer(
            comparison.tally, views, database: side.build.database, shown.withLock { $0 },
            isVerification: isVerification)
    }
}
