import Foundation
import Testing

/// What Prometheus is told to alert about: each alert leads to its section, and is tested.
@Suite struct `The alerts` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private struct Alert {
        let name: String
        /// The lines of the rule.
        let text: String
    }

    private static func read(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func alerts() throws -> [Alert] {
        try read("deploy/prometheus/rules.yml").components(separatedBy: "- alert: ").dropFirst().map { text in
            Alert(name: String(text.prefix { !$0.isWhitespace }), text: text)
        }
    }

    @Test func `have a duration, a severity, words, and a section of the article Troubleshooting`() throws {
        let article = try Self.read("Sources/Lantern/Lantern.docc/Troubleshooting.md")
        let alerts = try Self.alerts()
        #expect(Set(alerts.map(\.name)).count == 18)
        for alert in alerts {
            #expect(alert.name.hasPrefix("Lantern"))
            #expect(alert.text.contains(#/\n +for: \d+[mh]\n/#), "\(alert.name)")
            #expect(alert.text.contains(#/severity: (critical|warning) /#), "\(alert.name)")
            #expect(alert.text.contains("summary: '") && alert.text.contains("description: '"), "\(alert.name)")
            #expect(alert.text.contains("runbook: 'Troubleshooting.md, \"\(alert.name)\"'"), "\(alert.name)")
            #expect(article.contains("### \(alert.name)\n"), "\(alert.name)")
        }
    }

    @Test func `fire and resolve in a test of Prometheus's own tool`() throws {
        let tests = try Self.read("deploy/prometheus/rules.test.yml")
        for alert in try Self.alerts() {
            let name = alert.name
            let fires = tests.contains("ALERTS{alertname=\"\(name)\", alertstate=\"firing\", severity=")
            #expect(fires, "\(name) never fires")
            let isQuiet = tests.matches(of: #/ALERTS\{alertname=~?"([^"]+)".*exp_samples: \[\] \}/#).contains { match in
                (try? Regex("^(\(match.1))$").firstMatch(in: name)) != nil
            }
            #expect(isQuiet, "\(name) never resolves")
        }
    }

    @Test func `and the dashboards ask for metrics that there are`() throws {
        let code = try Self.read("Sources/Observing/Metrics/MetricFamily+All.swift")
        let known = Set(code.matches(of: #/"((?:lantern|process)_[a-z_]+)"/#).map { String($0.1) })
        #expect(known.count > 30)
        let files = [
            "deploy/prometheus/rules.yml", "deploy/docker/grafana/dashboards/lantern.json",
            "deploy/kubernetes/overlays/scaling/scaledobject.yaml",
        ]
        var count = 0
        for file in files {
            for match in try Self.read(file).matches(of: #/\b(?:lantern|process)_[a-z_]+/#) {
                let family = String(match.0.replacing(#/_(bucket|count|sum)$/#, with: ""))
                #expect(known.contains(family), "\(file): \(match.0)")
                count += 1
            }
        }
        #expect(count > 50)
    }
}
