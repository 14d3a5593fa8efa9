/// Writes Prometheus's text format: each family once, its samples behind it.
struct MetricsWriter {
    private(set) var text = ""
    /// How many series were written.
    private(set) var series = 0
    private var family: MetricFamily?

    init() { text.reserveCapacity(1 << 16) }

    /// Begins a family; its head is written with its first sample.
    mutating func begin(_ family: MetricFamily) { self.family = family }

    /// A sample of the present family; as many values as it has labels.
    mutating func sample(_ labels: [String] = [], real value: Double) { write(labels, number(value)) }

    mutating func sample(_ value: Int64) { write([], "\(value)") }

    mutating func sample(_ labels: [String], _ value: Int64) { write(labels, "\(value)") }

    private mutating func write(_ labels: [String], _ value: String) {
        guard let family else { return }
        head()
        line(family.name, zip(family.labels, labels), value)
    }

    /// Labels of several families' samples, written once: see ``sample(prepared:_:)``.
    static func prepare(_ names: [String], _ values: [String]) -> String {
        var text = "{"
        for (name, value) in zip(names, values) {
            if text.utf8.count > 1 { text += "," }
            text += "\(name)=\"\(escaped(value))\""
        }
        return text + "}"
    }

    /// A sample of the present family with labels that were prepared for its names.
    mutating func sample(prepared labels: String, real value: Double) { write(labels, number(value)) }

    mutating func sample(prepared labels: String, _ value: Int64) { write(labels, "\(value)") }

    private mutating func write(_ labels: String, _ value: String) {
        guard let family else { return }
        head()
        text += family.name
        text += labels
        text += " "
        text += value
        text += "\n"
        series += 1
    }

    /// A histogram of the present family.
    mutating func histogram(_ labels: [String], _ histogram: Histogram) {
        guard let family else { return }
        head()
        var below: Int64 = 0
        let names = family.labels + ["le"]
        for (index, bound) in histogram.bounds.enumerated() {
            below += histogram.counts[index]
            line("\(family.name)_bucket", zip(names, labels + [number(bound)]), "\(below)")
        }
        line("\(family.name)_bucket", zip(names, labels + ["+Inf"]), "\(histogram.count)")
        line("\(family.name)_sum", zip(family.labels, labels), number(histogram.sum))
        line("\(family.name)_count", zip(family.labels, labels), "\(histogram.count)")
    }

    private var headed: String?

    private mutating func head() {
        guard let family, headed != family.name else { return }
        headed = family.name
        text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
    }

    private mutating func line(_ name: String, _ labels: Zip2Sequence<[String], [String]>, _ value: String) {
        text += name
        var separator = "{"
        for (label, value) in labels {
            text += separator
            text += label
            text += "=\""
            text += Self.escaped(value)
            text += "\""
            separator = ","
        }
        if separator == "," { text += "}" }
        text += " "
        text += value
        text += "\n"
        series += 1
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return text }
        return text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// Whole numbers without a fraction.
    private func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
