/// One line of a worker's entry: `name=value` words, of which `reason` is the last and goes to the end of the line.
struct WorkerLine {
    private var values: [Substring: Substring] = [:]

    init(_ line: Substring) {
        var rest = line
        while let equals = rest.firstIndex(of: "=") {
            let name = rest[..<equals]
            rest = rest[rest.index(after: equals)...]
            if name == "reason" {
                values[name] = rest
                return
            }
            let end = rest.firstIndex(of: " ") ?? rest.endIndex
            values[name] = rest[..<end]
            rest = rest[end...].drop { $0 == " " }
        }
    }

    subscript(name: Substring) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return String(value)
    }

    func number(_ name: Substring) -> Int64? { values[name].flatMap { Int64($0) } }
}
