internal import Projections

/// Compiles values, numbers and templates; what is wrong goes to the log and reads as nil.
struct ValueReader {
    let scope: ProjectionScope
    private var log: DiagnosticLog { scope.log }

    init(scope: ProjectionScope) { self.scope = scope }

    /// A path or what the record itself has; no constant. `isOptional` says whether it may end in `?`.
    func reference(_ text: String, at position: Position, place: String, mayBeOptional: Bool = false) -> ValueSource? {
        guard let value = value(text, at: position) else { return nil }
        let source = self.source(value, isJSON: false)
        if case .constant = source {
            log.error(
                position, "\(place) must be a path such as `$.name` or one of `{@key}`, `{@header.NAME}`, not `\(text)`"
            )
            return nil
        }
        if !mayBeOptional, source.isOptional {
            log.error(position, "\(place) cannot be optional: remove the `?` of `\(text)`")
            return nil
        }
        return source
    }

    /// `type:`, a path or what the record itself has.
    func type(_ node: YAMLNode) -> ValueSource? {
        ScalarReader(log: log).text(node, place: "`type`").flatMap { reference($0, at: node.position, place: "`type`") }
    }

    /// `time:`, the same or `{ value: PATH, unit: ms }`.
    func time(_ node: YAMLNode) -> TimeSource? {
        guard case .mapping = node.content else {
            guard let text = ScalarReader(log: log).text(node, place: "`time`") else { return nil }
            return reference(text, at: node.position, place: "`time`").map { TimeSource($0) }
        }
        guard let map = MapReader(node, TopicVocabulary.time, place: "`time`", log: log), let value = map["value"],
            let text = map.text("value"), let source = reference(text, at: value.position, place: "`time`")
        else { return nil }
        let isBinary = isBinary(map, source)
        return TimeSource(source, unit: map.choice("unit", TimeUnit.self), isBinary: isBinary)
    }

    private enum BytesWord: String, CaseIterable { case int64 }

    /// Whether the map says `bytes: int64`.
    private func isBinary(_ map: MapReader, _ source: ValueSource) -> Bool {
        guard let entry = map.entry("bytes"), map.choice("bytes", BytesWord.self) != nil else { return false }
        switch source {
        case .key, .header: return true
        default:
            log.error(entry.position, "`bytes: int64` is for `{@header.NAME}` and `{@key}`: elsewhere numbers are text")
            return false
        }
    }

    /// A path alone, as an index into the projection's table.
    func path(_ node: YAMLNode, place: String) -> Int? {
        guard let text = ScalarReader(log: log).text(node, place: place), let value = value(text, at: node.position)
        else { return nil }
        guard case .path(let path, let isOptional) = value else {
            log.error(node.position, "\(place) must be a path such as `$.name`, not `\(text)`")
            return nil
        }
        if isOptional {
            log.error(node.position, "\(place) cannot be optional: remove the `?` of `\(text)`")
            return nil
        }
        return scope.index(of: path)
    }

    /// What `set` gives a field; `isDocument` keeps unquoted numbers and booleans as JSON.
    func field(_ node: YAMLNode, name: String, isDocument: Bool) -> ValueSource? {
        guard case .scalar(let text, let isQuoted) = node.content else {
            log.error(
                node.position,
                "`\(name)` must be a path or a constant, not \(node.kindName); `scale` is for `increment`, and text "
                    + "that begins with `{` or `[` needs quotes")
            return nil
        }
        if node.isNull {
            log.error(
                node.position,
                "`\(name)` has no value: null cannot be set; quote it if the text `\(text)` is meant"
                    + (isDocument ? "" : ", or use `unset: [\(name)]`"))
            return nil
        }
        guard let value = value(text, at: node.position) else { return nil }
        let isJSON = isDocument && !isQuoted && (text == "true" || text == "false" || DecimalText(text) != nil)
        return source(value, isJSON: isJSON)
    }

    /// `$.total`, `{ value: $.total, scale: 2 }` or a constant.
    func number(_ node: YAMLNode, name: String, isInteger: Bool) -> NumberSource? {
        var text: String?
        var valueNode = node
        var scale: Int?
        if case .mapping = node.content {
            guard let map = MapReader(node, ViewVocabulary.number, place: "`\(name)`", log: log) else { return nil }
            if map["bytes"] != nil { return binaryNumber(map, name: name) }
            text = map.text("value")
            valueNode = map["value"] ?? node
            scale = map["scale"] == nil ? 0 : map.integer("scale", in: 0...15)
            if scale == nil { return nil }
            if let entry = map.entry("text") { return textNumber(map, entry, scale: scale ?? 0) }
        } else {
            text = ScalarReader(log: log).text(node, place: "`\(name)`")
        }
        guard let text, let value = value(text, at: valueNode.position) else { return nil }
        switch source(value, isJSON: false) {
        case .constant where scale != nil:
            log.error(valueNode.position, "`scale` needs a path: write a constant as the number that you mean")
            return nil
        case .constant(let constant):
            return constantNumber(constant.text, at: valueNode.position, name: name, isInteger: isInteger)
        case .key, .header:
            log.error(valueNode.position, "`\(name)` needs a number, and `\(text)` is always text: use a path")
            return nil
        case let source:
            if case .path = source { return NumberSource(source, scale: scale ?? 0) }
            if scale ?? 0 != 0 {
                log.error(valueNode.position, "`scale` needs a path, not `\(text)`")
                return nil
            }
            return NumberSource(source)
        }
    }

    /// `{ value: $.total, text: true }`: a text there is a number.
    private func textNumber(_ map: MapReader, _ entry: YAMLNode.Entry, scale: Int) -> NumberSource? {
        guard let isText = map.flag("text"), let node = map["value"], let text = map.text("value"),
            let source = reference(text, at: node.position, place: "`value`", mayBeOptional: true)
        else { return nil }
        if !isText {
            log.error(entry.value.position, "`text: false` is what is meant without it: remove it")
            return nil
        }
        switch source {
        case .path, .header, .key: return NumberSource(source, scale: scale, isText: true)
        default:
            log.error(entry.position, "`\(text)` is a number by itself: remove `text`")
            return nil
        }
    }

    /// `{ value: "{@header.x}", bytes: int64 }`
    private func binaryNumber(_ map: MapReader, name: String) -> NumberSource? {
        guard let node = map["value"], let text = map.text("value"),
            let source = reference(text, at: node.position, place: "`value`", mayBeOptional: true),
            isBinary(map, source)
        else { return nil }
        for other in ["scale", "text"] {
            guard let entry = map.entry(other) else { continue }
            log.error(entry.position, "`\(other)` and `bytes` cannot be together in `\(name)`: remove one")
            return nil
        }
        return NumberSource(source, isBinary: true)
    }

    private func constantNumber(_ text: String, at position: Position, name: String, isInteger: Bool) -> NumberSource? {
        guard let decimal = DecimalText(text) else {
            log.error(position, "`\(name)` needs a path such as `$.total` or a number, not `\(text)`")
            return nil
        }
        if isInteger {
            guard let integer = decimal.integer, abs(integer) <= 1 << 53 else {
                log.error(position, "`\(name)` needs an integer between -2^53 and 2^53, not `\(text)`")
                return nil
            }
            return NumberSource(.constant(.init("\(integer)")))
        }
        guard let double = Double(text), double.isFinite else {
            log.error(position, "`\(name)` needs a finite number, not `\(text)`")
            return nil
        }
        return NumberSource(.constant(.init(text)))
    }

    /// `member:`: a value or a template.
    func member(_ node: YAMLNode) -> MemberSource? {
        guard let text = ScalarReader(log: log).text(node, place: "`member`") else { return nil }
        if !text.hasPrefix("$"), !text.hasPrefix("{@") || text.dropFirst().contains("{"), text.contains("{") {
            guard let template = template(text, at: node.position, isKey: false) else { return nil }
            if template.parts.count == 1, case .placeholder(let source) = template.parts[0] { return .value(source) }
            return .template(template)
        }
        if text.hasPrefix("{@"), let close = text.firstIndex(of: "}"), text.index(after: close) != text.endIndex {
            return template(text, at: node.position, isKey: false).map(MemberSource.template)
        }
        return value(text, at: node.position).map { .value(source($0, isJSON: false)) }
    }

    /// A view's key or a member; only keys have the restrictions of Projections.md, "Keys".
    func template(_ text: String, at position: Position, isKey: Bool) -> TextTemplate? {
        do {
            let parts = try TemplateReader.parts(text)
            if isKey, let fault = TemplateReader.fault(inKey: parts) {
                log.error(position, "`\(text)` cannot be a key: \(fault)")
                return nil
            }
            return TextTemplate(
                parts: parts.map { part in
                    switch part {
                    case .literal(let text): .literal(text)
                    case .path(let path): .placeholder(.path(scope.index(of: path)))
                    case .attribute(let source): .placeholder(source)
                    }
                })
        } catch {
            log.error(position, error.message)
            return nil
        }
    }

    private func value(_ text: String, at position: Position) -> PathReader.Value? {
        do {
            return try PathReader.value(text)
        } catch {
            log.error(position, error.message)
            return nil
        }
    }

    private func source(_ value: PathReader.Value, isJSON: Bool) -> ValueSource {
        switch value {
        case .path(let path, let isOptional): .path(scope.index(of: path), isOptional: isOptional)
        case .attribute(let source): source
        case .text(let text): .constant(.init(text, isJSON: isJSON))
        }
    }
}

extension ValueSource {
    /// Whether it may find nothing without making the event bad.
    var isOptional: Bool {
        switch self {
        case .path(_, let isOptional), .header(_, let isOptional): isOptional
        default: false
        }
    }
}
