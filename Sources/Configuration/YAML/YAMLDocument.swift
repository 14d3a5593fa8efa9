internal import Bytes
internal import Logging
internal import System

/// Builds the one document of a file from libyaml's events, within bounds.
///
/// Names occur once in a mapping; tags, merge keys, names that are not scalars and a second document are refused.
/// Environment variables are put in here, after parsing, so that their values cannot change the structure.
struct YAMLDocument: ~Copyable {
    static let largestFile = 1 << 20
    static let deepest = 64
    /// Counted with aliases followed, so that a few lines of them cannot become a billion nodes.
    static let mostNodes = 100_000

    private var reader: YAMLEventReader
    private let environment: [String: String]
    private let log: DiagnosticLog
    private var anchors: [String: YAMLNode] = [:]
    private var openAnchors: Set<String> = []
    private var nodes = 0

    /// The root of `bytes`; nil if the document is empty. What is wrong but leaves the structure whole goes to `log`.
    static func root(
        of bytes: [UInt8], environment: [String: String], log: DiagnosticLog
    ) throws(YAMLFault) -> YAMLNode? {
        guard bytes.count <= largestFile else {
            throw YAMLFault(position: .start, message: "the file is larger than \(largestFile) bytes")
        }
        var document = YAMLDocument(reader: YAMLEventReader(bytes), environment: environment, log: log)
        return try document.read()
    }

    private init(reader: consuming YAMLEventReader, environment: [String: String], log: DiagnosticLog) {
        self.reader = reader
        self.environment = environment
        self.log = log
    }

    private mutating func read() throws(YAMLFault) -> YAMLNode? {
        var root: YAMLNode?
        var hasDocument = false
        while true {
            let event = try reader.next()
            switch event.kind {
            case .streamEnd: return root
            case .documentStart:
                if hasDocument {
                    throw YAMLFault(
                        position: event.position, message: "a second document: one file is one configuration")
                }
                hasDocument = true
                root = try node(from: try reader.next(), depth: 1, isName: false)
            default: continue
            }
        }
    }

    private mutating func node(from event: YAMLEvent, depth: Int, isName: Bool) throws(YAMLFault) -> YAMLNode {
        if let tag = event.tag {
            throw YAMLFault(
                position: event.position,
                message: "tags (`\(tag)`) are not used here: write the value without one, text in quotes")
        }
        if depth > Self.deepest {
            throw YAMLFault(position: event.position, message: "nested deeper than \(Self.deepest) levels")
        }
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        var result = YAMLNode(content: .sequence([]), position: event.position, size: 1, height: 1)
        switch event.kind {
        case .alias(let name): return try aliased(name, at: event.position, depth: depth)
        case .scalar(let text, let isQuoted):
            warnAboutInvisible(text, at: event.position)
            let value = isName ? text : substituted(text, at: event.position)
            result.content = .scalar(value, isQuoted: isQuoted)
        case .sequenceStart: try readSequence(into: &result, depth: depth)
        case .mappingStart: try readMapping(into: &result, depth: depth)
        default: throw YAMLFault(position: event.position, message: "not valid YAML: a value was expected")
        }
        try count(1, at: event.position)
        if let anchor = event.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = result
        }
        return result
    }

    private mutating func readSequence(into result: inout YAMLNode, depth: Int) throws(YAMLFault) {
        var items: [YAMLNode] = []
        while true {
            let event = try reader.next()
            if case .sequenceEnd = event.kind { break }
            let item = try node(from: event, depth: depth + 1, isName: false)
            result.size += item.size
            result.height = max(result.height, item.height + 1)
            items.append(item)
        }
        result.content = .sequence(items)
    }

    private mutating func readMapping(into result: inout YAMLNode, depth: Int) throws(YAMLFault) {
        var entries: [YAMLNode.Entry] = []
        var places: [ExactText: Position] = [:]
        while true {
            let event = try reader.next()
            if case .mappingEnd = event.kind { break }
            let key = try node(from: event, depth: depth + 1, isName: true)
            guard case .scalar(let name, let isQuoted) = key.content else {
                throw YAMLFault(
                    position: key.position,
                    message: "a name in a map must be text; quote it if it begins with `{` or `[`")
            }
            if name == "<<", !isQuoted {
                throw YAMLFault(
                    position: event.position, message: "merge keys (`<<`) are not used here: write the entries out")
            }
            let value = try node(from: try reader.next(), depth: depth + 1, isName: false)
            result.size += key.size + value.size
            result.height = max(result.height, value.height + 1)
            if let first = places[ExactText(name)] {
                log.error(
                    event.position, "`\(name)` occurs twice in this map (first at \(first)): remove or rename one")
                continue
            }
            places[ExactText(name)] = event.position
            entries.append(YAMLNode.Entry(name: name, position: event.position, value: value))
        }
        result.content = .mapping(entries)
    }

    private mutating func aliased(_ name: String, at position: Position, depth: Int) throws(YAMLFault) -> YAMLNode {
        if openAnchors.contains(name) {
            throw YAMLFault(position: position, message: "`*\(name)` is inside its own anchor")
        }
        guard let target = anchors[name] else {
            let hint = Hint.text(for: name, among: anchors.keys.sorted())
            throw YAMLFault(position: position, message: "no anchor `&\(name)` before this\(hint)")
        }
        if depth + target.height - 1 > Self.deepest {
            throw YAMLFault(position: position, message: "nested deeper than \(Self.deepest) levels")
        }
        try count(target.size, at: position)
        return target
    }

    private mutating func count(_ more: Int, at position: Position) throws(YAMLFault) {
        nodes += more
        if nodes > Self.mostNodes {
            throw YAMLFault(
                position: position, message: "more than \(Self.mostNodes) values after following aliases: too many")
        }
    }

    /// A pasted name may contain characters that cannot be seen, and then matches nothing in any event.
    private func warnAboutInvisible(_ text: String, at position: Position) {
        guard let found = text.unicodeScalars.first(where: { $0.isInvisible }) else { return }
        let digits = String(found.value, radix: 16, uppercase: true)
        let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        log.warn(position, "this text has an invisible character (U+\(code)), which is easily missed: `\(text)`")
    }

    private func substituted(_ text: String, at position: Position) -> String {
        do {
            return try Substitution.apply(to: text, environment: environment)
        } catch {
            log.finalError(position, error.message)
            return text
        }
    }
}
