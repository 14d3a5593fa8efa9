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
            text = map.text("value")
            valueNode = map["value"] ?? node
            scale = map["scale"] == nil ? 0 : map.integer("scale", in: 0...15)
            if scale == nil { return nil }
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
