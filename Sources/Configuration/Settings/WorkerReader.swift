internal import Projections

/// Reads `worker:`.
struct WorkerReader {
    /// More partitions than any topic has.
    static let highestPartition = 99_999

    let log: DiagnosticLog

    func read(_ node: YAMLNode) -> WorkerSettings {
        var settings = WorkerSettings()
        guard let map = MapReader(node, Vocabulary.worker, place: "worker", log: log) else { return settings }
        settings.lanes = map.integer("lanes", in: 1...256) ?? 1
        settings.instanceID = identifier("instance-id", in: map)
        settings.group = identifier("group", in: map)
        settings.onChange = map.choice("on-change", WorkerSettings.OnChange.self) ?? .wait
        if let time = map.duration("keep-previous", in: 1_000...TimeSpan.longest) {
            settings.keepPreviousMilliseconds = time
        }
        if let node = map["partitions"], let text = map.text("partitions") {
            settings.partitions = partitions(text, at: node.position)
            for name in ["group", "instance-id"] {
                guard let entry = map.entry(name) else { continue }
                log.warn(
                    entry.position,
                    "`\(name)` has no effect with `partitions`, which are read without a consumer group")
            }
        }
        return settings
    }

    /// nil for `""`, too: an environment variable says it in some deployments and not in others.
    private func identifier(_ name: String, in map: MapReader) -> String? {
        guard let node = map[name] else { return nil }
        if case .scalar("", isQuoted: true) = node.content { return nil }
        guard let text = map.text(name) else { return nil }
        let isLegal = text.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "._-".utf8.contains(byte)
        }
        if isLegal, text.utf8.count <= 200 { return text }
        log.error(
            node.position, "`\(name)` may have up to 200 letters, digits, `.`, `_` and `-`, unlike `\(text)`")
        return nil
    }

    private func partitions(_ text: String, at position: Position) -> WorkerSettings.Partitions? {
        if text == "all" { return .all }
        var numbers: Set<Int32> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { $0.trimmed.decimalNumber }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last,
                last <= Self.highestPartition
            else {
                log.error(
                    position,
                    "`partitions` must be `all` or numbers and ranges such as `0-3,7`, up to \(Self.highestPartition), "
                        + "not `\(text)`")
                return nil
            }
            for number in first...last { numbers.insert(Int32(number)) }
        }
        return .only(numbers.sorted())
    }
}

extension Substring {
    /// Without the blanks around it.
    var trimmed: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
