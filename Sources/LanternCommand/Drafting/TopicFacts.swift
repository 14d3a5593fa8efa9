import Bytes
import Projections

/// What holds for the sampled events of one topic, and in how many of them.
struct TopicFacts {
    private(set) var count = 0
    private(set) var tombstones = 0
    private(set) var objects = 0
    /// JSON that is not an object.
    private(set) var otherJSON = 0
    private(set) var notJSON = 0
    /// Why the first value that is not JSON is none.
    private(set) var notJSONReason: String?
    private(set) var frames = 0
    private(set) var schemas: Set<UInt32> = []

    private(set) var keyless = 0
    private(set) var emptyKeys = 0
    private(set) var jsonKeys = 0
    private(set) var keys: Set<[UInt8]> = []
    /// The columns of record keys that are JSON objects, if all of them have the same ones.
    private(set) var keyColumns: [String]?
    private(set) var hasOtherColumns = false
    /// By path: in how many events a column of the record key is there.
    private(set) var columnMatches: [ExactText: Int] = [:]
    private(set) var negativeTimestamps = 0
    /// How many events have the header, and its values.
    private(set) var headers: [ExactText: PathFacts] = [:]
    /// The names at the top, if every object has the same ones.
    private(set) var sameNames: Set<ExactText>?
    private(set) var hasOtherNames = false

    /// Of objects, by path.
    private(set) var paths: [ExactText: PathFacts] = [:]
    /// The paths in the order in which they came first.
    private(set) var order: [ExactText] = []

    init(_ events: [SampleEvent]) {
        var reader = SampledValueReader()
        for event in events {
            let value = reader.read(event.value)
            take(event, value)
            takeColumns(of: event, value, &reader)
        }
    }

    private mutating func take(_ event: SampleEvent, _ value: SampledValue) {
        count += 1
        let key: [UInt8]? = if case .bytes(let bytes) = event.key { bytes } else { nil }
        takeKey(key)
        if event.timestamp < 0 { negativeTimestamps += 1 }
        for header in event.headers {
            guard let text = header.value else { continue }
            let leaf = SampledValue.Leaf(
                path: ExactText(header.name), kind: .string, text: Array(text.utf8), isFaulty: false)
            headers[leaf.path, default: PathFacts()].take(leaf, key: key)
        }
        switch value {
        case .tombstone: tombstones += 1
        case .frame(let schema):
            frames += 1
            schemas.insert(schema)
        case .other(let reason):
            notJSON += 1
            notJSONReason = notJSONReason ?? reason
        case .json(.object, let leaves):
            objects += 1
            take(leaves, key: key)
        case .json: otherJSON += 1
        }
    }

    /// A key of several columns, as Kafka Connect writes them.
    private mutating func takeColumns(
        of event: SampleEvent, _ value: SampledValue, _ reader: inout SampledValueReader
    ) {
        guard case .bytes(let key) = event.key, case .json(.object, let columns) = reader.read(key) else {
            hasOtherColumns = true
            return
        }
        let names = columns.map(\.path.text)
        if keyColumns == nil { keyColumns = names } else if keyColumns != names { hasOtherColumns = true }
        if columns.contains(where: { $0.kind == .null || $0.kind == .object || $0.kind == .array }) {
            hasOtherColumns = true
        }
        guard case .json(.object, let leaves) = value else { return }
        for leaf in leaves {
            let name = leaf.path.text.split(separator: ".").last.map(String.init) ?? ""
            guard let column = columns.first(where: { $0.path == ExactText(name) }), column.text == leaf.text else {
                continue
            }
            columnMatches[leaf.path, default: 0] += 1
        }
    }

    private mutating func takeKey(_ key: [UInt8]?) {
        guard let key else {
            keyless += 1
            return
        }
        if key.isEmpty { emptyKeys += 1 }
        if key.first == UInt8(ascii: "{"), key.last == UInt8(ascii: "}") { jsonKeys += 1 }
        if keys.count < 100_000 { keys.insert(key) }
    }

    private mutating func take(_ leaves: [SampledValue.Leaf], key: [UInt8]?) {
        var names: Set<ExactText> = []
        for leaf in leaves {
            if paths[leaf.path] == nil { order.append(leaf.path) }
            paths[leaf.path, default: PathFacts()].take(leaf, key: key)
            if !leaf.path.text.utf8.contains(UInt8(ascii: ".")) { names.insert(leaf.path) }
        }
        if sameNames == nil { sameNames = names } else if sameNames != names { hasOtherNames = true }
    }

    /// Whether each event has a key that is not empty.
    var hasKeys: Bool { keyless == 0 && emptyKeys == 0 && count > 0 }

    subscript(_ path: String) -> PathFacts { paths[ExactText(path)] ?? PathFacts() }

    func header(_ name: String) -> PathFacts { headers[ExactText(name)] ?? PathFacts() }

    /// Whether the path finds something in every object.
    func isAlways(_ path: String) -> Bool { objects > 0 && self[path].present == objects }

    /// Whether the path finds an object in every object.
    func isAlwaysObject(_ path: String) -> Bool { objects > 0 && self[path].objects == objects }
}
