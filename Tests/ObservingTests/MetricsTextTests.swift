import Foundation
import Records
import Testing

@testable import Observing

@Suite struct `The metrics` {
    /// A process whose lanes have done something of everything.
    private func figures(projections: Int = 1, topics: Int = 1, partitions: Int = 2, lanes: Int = 1) -> ProcessFigures {
        var process = ProcessFigures(version: "1.0", startedAt: Scene.now)
        for number in 0..<projections {
            var projection = ProjectionFigures(name: number == 0 ? "orders" : "p\(number)")
            projection.state = .running
            (projection.generation, projection.identifier, projection.parkedLimit) = (3, "1a2b3c4d", 100)
            let names = (0..<topics).map { $0 == 0 ? "orders" : "t\($0)" }
            projection.partitionCounts = names.map { ($0, partitions) }
            for index in 0..<lanes {
                var lane = LaneFigures(lane: index, tickedAt: Scene.now)
                lane.topics = names.map { name in
                    var topic = TopicFigures(topic: name)
                    (topic.folded, topic.parked, topic.bytes) = (40, 2, 1_000)
                    return topic
                }
                lane.transactions.applied = 5
                lane.freshness = Histogram(
                    bounds: LaneFigures.freshnessBounds, counts: [1, 2] + Array(repeating: 0, count: 15), sum: 0.004)
                lane.age = Histogram(
                    bounds: LaneFigures.freshnessBounds, counts: Array(repeating: 0, count: 15) + [1, 1], sum: 800)
                for topic in names {
                    for partition in 0..<partitions where partition % lanes == index {
                        var own = PartitionFigures(topic: topic, partition: Int32(partition))
                        (own.next, own.advancedAt, own.parkedEvents) = (42, Scene.now, 2)
                        lane.partitions.append(own)
                    }
                }
                projection.lanes.append(lane)
            }
            process.projections.append(projection)
        }
        return process
    }

    private func value(_ text: String, _ series: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix(series + " ") }.map { String($0.dropFirst(series.count + 1)) }
    }

    @Test func `say what the lanes have counted, and the lag of their partitions`() {
        let text = MetricsText.text(
            Scene().read(), figures(lanes: 2), http: [HTTPCount(path: "/metrics", code: 200, count: 7)])
        let expected = [
            ("lantern_events_total{projection=\"orders\",topic=\"orders\",outcome=\"folded\"}", "80"),
            ("lantern_transactions_total{projection=\"orders\",outcome=\"applied\"}", "10"),
            ("lantern_freshness_seconds_bucket{projection=\"orders\",le=\"0.001\"}", "2"),
            ("lantern_freshness_seconds_bucket{projection=\"orders\",le=\"0.0025\"}", "6"),
            ("lantern_freshness_seconds_bucket{projection=\"orders\",le=\"+Inf\"}", "6"),
            ("lantern_freshness_seconds_count{projection=\"orders\"}", "6"),
            ("lantern_freshness_seconds_sum{projection=\"orders\"}", "0.008"),
            ("lantern_event_age_seconds_bucket{projection=\"orders\",le=\"60\"}", "0"),
            ("lantern_event_age_seconds_bucket{projection=\"orders\",le=\"300\"}", "2"),
            ("lantern_event_age_seconds_sum{projection=\"orders\"}", "1600"),
            ("lantern_partition_checkpoint_offset{projection=\"orders\",topic=\"orders\",partition=\"1\"}", "42"),
            ("lantern_partition_start_offset{projection=\"orders\",topic=\"orders\",partition=\"1\"}", "0"),
            ("lantern_partition_end_offset{projection=\"orders\",topic=\"orders\",partition=\"1\"}", "50"),
            ("lantern_partition_lag_events{projection=\"orders\",topic=\"orders\",partition=\"1\"}", "8"),
            ("lantern_partition_lag_seconds{projection=\"orders\",topic=\"orders\",partition=\"1\"}", "1.5"),
            ("lantern_parked_limit_ratio{projection=\"orders\"}", "0.02"),
            ("lantern_workers", "1"), ("lantern_redis_up", "1"), ("lantern_kafka_up", "1"),
            ("lantern_http_requests_total{path=\"/metrics\",code=\"200\"}", "7"),
        ]
        for (series, number) in expected { #expect(value(text, series) == number, "\(series) in\n\(text)") }
    }

    @Test func `say that a projection stands, beside what this process does with it`() {
        var scene = Scene()
        var record = scene.record
        record.state = .draining
        scene.finding = .found(record)
        let text = MetricsText.text(scene.read(), figures())
        for state in ["draining", "running"] {
            #expect(value(text, "lantern_projection_state{projection=\"orders\",state=\"\(state)\"}") == "1", "\(text)")
        }
        #expect(!MetricsText.text(Scene().read(), figures()).contains("draining\"}"))
    }

    @Test func `of a build only its progress is told, and a halted partition by its code`() {
        var process = figures()
        process.projections[0].lanes[0].partitions[0].haltCode = "bad-event"
        var build = figures().projections[0]
        build.role = .build
        build.throttle = "memory"
        build.lanes[0].partitions = build.lanes[0].partitions.map { own in
            var own = own
            own.ceiling = 50
            return own
        }
        process.projections.append(build)
        let text = MetricsText.text(Scene().read(), process)
        #expect(value(text, "lantern_events_total{projection=\"orders\",topic=\"orders\",outcome=\"folded\"}") == "40")
        #expect(value(text, "lantern_build_remaining_events{projection=\"orders\"}") == "16")
        #expect(value(text, "lantern_build_throttled{projection=\"orders\",reason=\"memory\"}") == "1")
        #expect(
            value(
                text,
                "lantern_partition_halted{projection=\"orders\",topic=\"orders\",partition=\"0\",reason=\"bad-event\"}")
                == "1")
    }

    @Test func `say how long the log reaches, how far builds are, and what was verified`() {
        var scene = Scene()
        var log = LogBounds(low: 0, readable: 50, end: 50)
        (log.retention, log.firstTime) = (3_600_000, Scene.now - 1_800_000)
        scene.logs["orders"] = .known([log, log])
        (scene.partitions[1].parked, scene.partitions[1].parkedSince) = (1, Scene.now - 5_000)
        func beside(_ number: Int, in database: Int, _ next: [Int64?]) -> BesideReading {
            let record = GenerationRecord(number: number, identifier: "g\(number)", fingerprint: "f00")
            var reading = BesideReading(place: GenerationPlace(database: database, record: record))
            (reading.next, reading.builtAt) = (next, Scene.now - Int64(number) * 1_000)
            return reading
        }
        var former = beside(2, in: 14, [22, 42])
        (former.liveUntil, former.rate) = (Scene.now - 1_000, 5)
        scene.beside = [beside(4, in: 15, [21, nil]), former]
        scene.verified = ["order": VerifiedRows(at: Scene.now, same: 90, different: 2), "total": VerifiedRows()]
        let text = MetricsText.text(scene.read(), figures())
        let now = Scene.now / 1_000
        let expected: [(String, String)] = [
            ("partition_retention_margin_seconds{projection=\"orders\",topic=\"orders\",partition=\"0\"}", "3598.5"),
            ("parked_oldest_timestamp_seconds{projection=\"orders\"}", "\(now - 5)"),
            ("build_ratio{projection=\"orders\"}", "0.25"),
            ("build_started_timestamp_seconds{projection=\"orders\"}", "\(now - 4)"),
            ("rebuildable_until_timestamp_seconds{projection=\"orders\"}", "\(now + 1_800)"),
            ("rollback_until_timestamp_seconds{projection=\"orders\"}", "\(now + 86_399)"),
            ("rollback_estimate_seconds{projection=\"orders\"}", "4"),
            ("verify_rows_total{projection=\"orders\",view=\"order\",result=\"same\"}", "90"),
            ("verify_rows_total{projection=\"orders\",view=\"order\",result=\"different\"}", "2"),
            ("verify_rows_total{projection=\"orders\",view=\"total\",result=\"different\"}", "0"),
            ("verify_last_pass_timestamp_seconds{projection=\"orders\",view=\"order\"}", "\(now)"),
        ]
        for (series, number) in expected {
            #expect(value(text, "lantern_\(series)") == number, "\(series) in\n\(text)")
        }
        #expect(!text.contains("last_pass_timestamp_seconds{projection=\"orders\",view=\"total\"}"))
        scene.logs["orders"] = .known([LogBounds(low: 7, readable: 50, end: 50), log])
        #expect(
            value(
                MetricsText.text(scene.read(), figures()),
                "lantern_rebuildable_until_timestamp_seconds{projection=\"orders\"}") == "0")
    }

    @Test func `follow Prometheus's format, each family once and whole, whatever a label holds`() {
        var process = figures()
        process.projections[0].lanes[0].unknownTypes = [("a \"b\" \\ c\nd", 1)]
        let text = MetricsText.text(Scene().read(), process)
        var heads: [String] = []
        var series: Set<String> = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                heads.append(String(line.split(separator: " ")[2]))
                continue
            }
            if line.hasPrefix("#") { continue }
            let isHeaded = heads.last.map { line.hasPrefix($0) } == true
            #expect(isHeaded, "\(line)")
            let parts = line.split(separator: " ")
            #expect(parts.last.flatMap { Double($0) } != nil, "\(line)")
            let name = String(line.dropLast(parts.last?.count ?? 0))
            #expect(series.insert(name).inserted, "\(line)")
        }
        #expect(Set(heads).count == heads.count && text.hasSuffix("\n"))
        #expect(text.contains("type=\"a \\\"b\\\" \\\\ c\\nd\""))
        #expect(series.count == MetricsText.series(Scene().read(), process))
    }

    @Test(arguments: [(1, 1, 2, 1, 0), (3, 2, 5, 2, 4), (20, 1, 64, 4, 1)])
    func `have as many series as the article says`(
        projections: Int, topics: Int, partitions: Int, lanes: Int, views: Int
    ) {
        let process = figures(projections: projections, topics: topics, partitions: partitions, lanes: lanes)
        let names = process.projections.map(\.name)
        let model = Scene().read(
            names, topics: process.projections[0].partitionCounts.map(\.topic), partitions: partitions, views: views)
        let owned = topics * partitions
        let ofProjection = 88 + lanes + 7 * topics + 3 * views + 7 * owned
        #expect(MetricsText.series(model, process) == 12 + projections * ofProjection)
    }

    @Test func `a scrape of many partitions is small work`() {
        let process = figures(projections: 20, partitions: 64, lanes: 2)
        let model = Scene().read(process.projections.map(\.name), topics: ["orders"], partitions: 64)
        let text = MetricsText.text(model, process)
        #expect(text.utf8.count > 100_000 && text.utf8.count < 1 << 20)
    }

    @Test(arguments: [(0, 0, 200 << 10), (8, 0, 240_000), (8, 2, 300_000)])
    func `the status of many partitions has a bound`(behind: Int64, parked: Int64, most: Int) {
        let names = (0..<20).map { "projection-\($0)" }
        let model = Scene().read(
            names, topics: ["orders"], partitions: 64, next: 10_000_000_000, behind: behind, parked: parked, workers: 4)
        let count = model.json(isBrief: true).count
        #expect(model.projections.allSatisfy { $0.partitions.allSatisfy { $0.worker != nil } })
        #expect(count > 20 * 64 * 50 && count <= most, "\(count) bytes")
    }

    @Test func `the article Metrics has every metric with its type and labels, and no other`() throws {
        let article = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Lantern/Lantern.docc/Metrics.md")
        let lines = try String(contentsOf: article, encoding: .utf8).split(separator: "\n")
        var rows: [String] = []
        for line in lines where line.hasPrefix("| `lantern_") || line.hasPrefix("| `process_") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            rows.append(cells.prefix(3).joined(separator: " "))
        }
        let families = MetricFamily.all.map { "`\($0.name)` \($0.kind.rawValue) \($0.labels.joined(separator: ", "))" }
        #expect(
            rows.map { $0.trimmingCharacters(in: .whitespaces) }.sorted()
                == families.map { $0.trimmingCharacters(in: .whitespaces) }.sorted())
    }
}
