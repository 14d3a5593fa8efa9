import CommandLine
import Observing
import System

extension TopScreen {
    /// The lines of the whole screen, none wider and no more than there is room for.
    func lines(_ newest: StatusModel, width: Int, height: Int, hasColor: Bool, now: Int64) -> [String] {
        let model = shown(newest)
        let head = header(model, width: width, hasColor: hasColor, now: now)
        let table =
            opened == nil
            ? TopColumn.table(Self.projectionColumns, projections(model), width: width)
            : TopColumn.table(Self.partitionColumns, partitions(model), width: width)
        let foot = isFiltering ? "filter: \(filter)_   enter: keep it   escape: none" : help
        let room = max(1, height - head.count - 3)
        var lines = head + [""]
        if let heading = table.first { lines.append(Style.bold.applied(to: heading, enabled: hasColor)) }
        let rows = table.dropFirst()
        // The selected row stays in sight.
        let first = max(0, min(selected - room + 1, rows.count - room))
        for (index, row) in rows.enumerated().dropFirst(first).prefix(room) {
            lines.append(index == selected && hasColor ? "\u{1B}[7m\(row)\u{1B}[0m" : row)
        }
        if rows.isEmpty {
            lines.append(Self.cut(filter.isEmpty ? "there is nothing to show" : "nothing fits the filter", width))
        }
        while lines.count < height - 1 { lines.append("") }
        return Array(lines.prefix(height - 1)) + [Self.cut(foot, width)]
    }

    private var help: String {
        let rest =
            "s: sort (\(order.rawValue))  /: filter\(filter.isEmpty ? "" : " (\(filter))")  p: \(isPaused ? "go on" : "pause")"
        return opened.map { "\($0)  q: back  " + rest } ?? "enter: partitions  " + rest + "  q: quit"
    }

    private func header(_ model: StatusModel, width: Int, hasColor: Bool, now: Int64) -> [String] {
        let level = model.verdict?.level ?? .failing
        let style: Style = level == .ok ? .green : level == .degraded ? .yellow : .red
        let memory = model.redis.memoryBytes.map { bytes in
            let limit = model.redis.memoryMaxBytes ?? 0
            return "Redis \(HumanNumber.bytes(bytes))" + (limit > 0 ? " of \(HumanNumber.bytes(limit))" : "")
        }
        let parts = [
            "\(model.workers.count) worker\(model.workers.count == 1 ? "" : "s")", memory ?? "Redis away",
            model.kafka.isUp == false ? "Kafka away" : nil,
            "read \(HumanNumber.duration(milliseconds: max(0, now - model.at))) ago", isPaused ? "PAUSED" : nil,
        ].compactMap(\.self)
        let plain = Self.cut("\(level.rawValue)  " + parts.joined(separator: "  "), width)
        let name = String(plain.prefix(level.rawValue.count))
        let findings = (model.verdict?.findings ?? []).prefix(3).map { TerminalText.visible($0.what) }
        return [style.applied(to: name, enabled: hasColor) + plain.dropFirst(name.count)]
            + findings.map { Self.cut("  " + $0, width) }
    }

    private static func cut(_ text: String, _ width: Int) -> String {
        text.count > width ? text.prefix(max(0, width - 1)) + "…" : text
    }

    private static func number(_ value: Int64?) -> String { value.map { HumanNumber.grouped($0) } ?? "-" }

    private static func seconds(_ value: Double?) -> String {
        value.map { HumanNumber.duration(milliseconds: Int64($0 * 1_000)) } ?? "-"
    }

    static let projectionColumns: [TopColumn<ProjectionStatus>] = [
        .init(heading: "PROJECTION", alignment: .left, importance: 0) { $0.name },
        .init(heading: "STATE", alignment: .left, importance: 1) { status in
            status.obstacle != nil
                ? "obstacle" : status.partitions.contains(where: \.needsAttention) ? "halted" : status.state
        },
        .init(heading: "LAG", importance: 1) { seconds($0.partitions.compactMap(\.lagSeconds).max()) },
        .init(heading: "BEHIND", importance: 2) { number($0.topLag) },
        .init(heading: "P99", importance: 3) { status in
            status.freshness.map { HumanNumber.duration(milliseconds: $0.p99Milliseconds) } ?? "-"
        },
        .init(heading: "EVENTS/S", importance: 4) { number($0.rate) },
        .init(heading: "PARKED", importance: 2) { number($0.parked) },
        .init(heading: "WORKERS", importance: 5) { "\($0.workers.count)" },
        .init(heading: "GENERATION", importance: 6) { $0.generation.map { "\($0)" } ?? "-" },
        .init(heading: "BESIDE", importance: 7) { "\($0.builds.count)" },
        .init(heading: "PARTITIONS", importance: 8) { "\($0.partitions.count)" },
        .init(heading: "REWINDS", importance: 9) { number($0.rewinds) },
    ]

    static let partitionColumns: [TopColumn<PartitionStatus>] = [
        .init(heading: "PARTITION", alignment: .left, importance: 0) { $0.name },
        .init(heading: "STATE", alignment: .left, importance: 1) { $0.state },
        .init(heading: "LAG", importance: 2) { seconds($0.lagSeconds) },
        .init(heading: "BEHIND", importance: 1) { number($0.lag) },
        .init(heading: "NEXT", importance: 3) { number($0.next) },
        .init(heading: "END", importance: 4) { number($0.end) },
        .init(heading: "PARKED", importance: 3) { number($0.parked) },
        .init(heading: "REWINDS", importance: 6) { number($0.rewinds) },
        .init(heading: "WORKER", alignment: .left, importance: 5) { $0.worker ?? "-" },
        .init(heading: "REASON", alignment: .left, importance: 7) { $0.reason ?? "" },
    ]
}
