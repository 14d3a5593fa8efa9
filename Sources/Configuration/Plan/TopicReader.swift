internal import Projections

/// Compiles a topic's options.
struct TopicReader {
    let scope: ProjectionScope
    private var log: DiagnosticLog { scope.log }
    private var values: ValueReader { ValueReader(scope: scope) }

    init(scope: ProjectionScope) { self.scope = scope }

    func read(_ entry: YAMLNode.Entry) -> TopicPlan {
        var topic = TopicPlan(name: entry.name)
        if entry.value.isNull { return topic }
        guard let map = MapReader(entry.value, TopicVocabulary.topic, place: "topic \(entry.name)", log: log) else {
            return topic
        }
        topic.isCompacted = map.flag("compacted") ?? false
        topic.format = format(map)
        if let node = map["key"] { readKey(node, into: &topic) }
        topic.type = map["type"].flatMap { values.type($0) }
        topic.time = map["time"].flatMap { values.time($0) }
        addDefaults(to: &topic, map)
        checkRoots(of: topic, map)
        return topic
    }

    // MARK: Format

    private func format(_ map: MapReader) -> TopicFormat {
        var format = TopicFormat()
        switch map.choice("encoding", EncodingWord.self) {
        case .json, nil: break
        case .avro: format.encoding = .avro
        case .protobuf: format.encoding = .protobuf(ProtobufReader(log: log).read(map))
        case .bytes: format.encoding = .bytes
        }
        format.hasStableKeys = map.choice("key-partitioning", PartitioningWord.self) == .stable
        if let entry = map.entry("key-partitioning"), !format.hasSchemas {
            log.error(entry.position, "`key-partitioning` is an option of topics with `encoding: avro` or `protobuf`")
        }
        if case .protobuf = format.encoding {} else { ProtobufReader(log: log).refuseWords(map) }
        if let node = map["envelope"] { readEnvelope(node, into: &format) }
        if let node = map["data"] { format.data = data(node) }
        format.hasWholeBefore = map.choice("before", BeforeWord.self) == .full
        let truncate = map.choice("on-truncate", TruncateWord.self)
        format.ignoresTruncate = truncate == .ignore
        for (name, isThere) in [
            ("before", format.envelope == .debezium), ("on-truncate", format.envelope == .debezium),
        ]
        where !isThere {
            if let entry = map.entry(name) {
                log.error(entry.position, "`\(name)` is an option of topics with `envelope: debezium`")
            }
        }
        if let entry = map.entry("data"), format.envelope != .none {
            log.error(
                entry.position,
                "`data` and `envelope: \(format.envelope.rawValue)` both say where the data is: remove one")
        }
        if format.encoding == .bytes {
            for name in ["envelope", "data"] {
                guard let entry = map.entry(name) else { continue }
                log.error(entry.position, "`encoding: bytes` takes the value as a whole: there is no `\(name)` in it")
            }
        }
        return format
    }

    /// `$.payload`, or `$`: the value itself.
    private func data(_ node: YAMLNode) -> [String]? {
        guard let text = ScalarReader(log: log).text(node, place: "`data`") else { return nil }
        if text == "$" { return [] }
        do {
            if case .path(let path, false) = try PathReader.value(text), path.root == .data { return path.members }
            log.error(node.position, "`data` must be a path such as `$.payload`, or `$`, not `\(text)`")
        } catch {
            log.error(node.position, error.message)
        }
        return nil
    }

    private enum EncodingWord: String, CaseIterable { case json, avro, protobuf, bytes }
    private enum PartitioningWord: String, CaseIterable { case stable }
    private enum BeforeWord: String, CaseIterable { case full }
    private enum TruncateWord: String, CaseIterable { case halt, ignore }

    /// One envelope, or `[connect, debezium]`, the outer one first.
    private func readEnvelope(_ node: YAMLNode, into format: inout TopicFormat) {
        var nodes = [node]
        if case .sequence(let items) = node.content { nodes = items }
        let words = nodes.compactMap { node in
            ScalarReader(log: log).text(node, place: "`envelope`").map { ($0, node.position) }
        }
        for (word, position) in words where !TopicVocabulary.envelopes.contains(word) {
            let hint = Hint.text(for: word, among: TopicVocabulary.envelopes)
            log.error(position, "`envelope` cannot be `\(word)`\(hint)")
        }
        switch words.map(\.0) {
        case ["connect"]: format.isInConnect = true
        case ["connect", "debezium"]:
            format.isInConnect = true
            format.envelope = .debezium
        case let names where names.count == 1:
            format.envelope = TopicFormat.Envelope(rawValue: names[0]) ?? .none
        default:
            if words.count == nodes.count {
                log.error(
                    node.position,
                    "`envelope` is one of \(Hint.list(TopicVocabulary.envelopes)), or `[connect, debezium]`")
            }
        }
    }

    // MARK: Key

    private func readKey(_ node: YAMLNode, into topic: inout TopicPlan) {
        guard case .sequence(let items) = node.content else {
            topic.keyPath = path(node)
            return
        }
        if case .protobuf(let types) = topic.format.encoding, types.message != nil {
            log.error(
                node.position,
                "`message` is the message of the values, and a key of columns is another one: write `key` as one path, the "
                    + "key's text, or leave `message` out if a frame names it")
        }
        if items.isEmpty { log.error(node.position, "`key` is empty: name the key's columns, `[$.id]`") }
        for item in items {
            guard let index = path(item) else { continue }
            let path = scope.path(index)
            if path.members.count > 1 {
                log.error(item.position, "`\(path)` is not a column of the record key: a column is `$.name`")
            } else if topic.keyColumns.contains(index) {
                log.error(item.position, "`\(path)` occurs twice in `key`")
            } else {
                topic.keyColumns.append(index)
            }
        }
        if topic.format.encoding == .bytes {
            log.error(node.position, "`encoding: bytes` does not look into the record key: use `{@key}` in templates")
        }
    }

    private func path(_ node: YAMLNode) -> Int? {
        guard let index = values.path(node, place: "`key`") else { return nil }
        let path = scope.path(index)
        if path.root == .data { return index }
        log.error(node.position, "`key` must be a path such as `$.id`, not `\(path)`")
        return nil
    }

    // MARK: Type and time

    /// Envelopes say themselves what an event is.
    private func addDefaults(to topic: inout TopicPlan, _ map: MapReader) {
        switch topic.format.envelope {
        case .none: break
        case .debezium:
            if let entry = map.entry("type") {
                log.error(
                    entry.position,
                    "with `envelope: debezium` an event's type is what happened to the row "
                        + "(\(Hint.list(DebeziumOperation.allNames))): remove `type`, and use `when` for the rest")
            }
            topic.type = .path(scope.index(of: JSONPath(.op, members: [])))
        case .cloudevents:
            topic.type = topic.type ?? .path(scope.index(of: JSONPath(.ce, members: ["type"])))
            topic.time = topic.time ?? TimeSource(.path(scope.index(of: JSONPath(.ce, members: ["time"]))))
        }
    }

    private func checkRoots(of topic: TopicPlan, _ map: MapReader) {
        for (name, source) in [("type", topic.type), ("time", topic.time?.source)] {
            guard let source, let node = map[name], let fault = scope.fault(of: source, in: topic) else { continue }
            log.error(node.position, "`\(name)`: \(fault)")
        }
    }
}
