internal import CommandLine
internal import Logging

/// Reads a map whose names are known; the others are refused with the nearest known one.
struct MapReader {
    let position: Position
    /// Known names that unknown ones were probably meant to be: these are not missed as well.
    let mistyped: Set<String>
    private let entries: [YAMLNode.Entry]
    private let log: DiagnosticLog
    private let place: String

    /// nil, and an error in the log, if `node` is not a map. `place` names it in messages: `worker`.
    init?(_ node: YAMLNode, _ words: [Word], place: String, log: DiagnosticLog) {
        guard case .mapping(let entries) = node.content else {
            log.error(
                node.position,
                "\(place) must be a map of \(Hint.list(words.names)), not \(node.kindName)")
            return nil
        }
        self.position = node.position
        self.log = log
        self.place = place
        var mistyped: Set<String> = []
        for entry in entries where !words.names.contains(entry.name) {
            // YAML 1.1 tools read `on` as true, which is why the word is another one here.
            let isOn = entry.name == "on" && words.names.contains("events")
            let near = isOn ? "events" : Suggestion.nearest(to: entry.name, among: words.names)
            if let near { mistyped.insert(near) }
            let hint = near.map { ": did you mean `\($0)`?" } ?? ": the known names are \(Hint.list(words.names))"
            log.error(entry.position, "unknown name `\(entry.name)` in \(place)\(hint)")
        }
        self.mistyped = mistyped
        self.entries = entries.filter { words.names.contains($0.name) }
        for word in words
        where word.isRequired && !mistyped.contains(word.name) && !entries.contains(where: { $0.name == word.name }) {
            log.error(node.position, "\(place) needs `\(word.name)`: \(word.summary)")
        }
    }

    /// The known names that are there, in the file's order.
    var present: [YAMLNode.Entry] { entries }

    subscript(_ name: String) -> YAMLNode? { entry(name)?.value }

    func entry(_ name: String) -> YAMLNode.Entry? { entries.first { $0.name == name } }

    /// The text of `name`, not empty; nil if it is absent, or wrong and logged.
    func text(_ name: String) -> String? {
        self[name].flatMap { ScalarReader(log: log).text($0, place: "`\(name)`") }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        self[name].flatMap { ScalarReader(log: log).integer($0, in: range, place: "`\(name)`") }
    }

    func duration(_ name: String, in range: ClosedRange<Int> = 1...TimeSpan.longest) -> Int? {
        self[name].flatMap { ScalarReader(log: log).duration($0, in: range, place: "`\(name)`") }
    }

    func flag(_ name: String) -> Bool? {
        self[name].flatMap { ScalarReader(log: log).flag($0, place: "`\(name)`") }
    }

    func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let node = self[name], let word = ScalarReader(log: log).text(node, place: "`\(name)`") else {
            return nil
        }
        if let value = Value(rawValue: word) { return value }
        let hint = Hint.text(for: word, among: Value.allCases.map(\.rawValue))
        log.error(node.position, "`\(name)` cannot be `\(word)`\(hint)")
        return nil
    }
}
