/// Reads single values; what is wrong goes to the log and reads as nil.
struct ScalarReader {
    let log: DiagnosticLog

    /// The text of a scalar that is neither null nor empty.
    func text(_ node: YAMLNode, place: String) -> String? {
        guard case .scalar(let text, _) = node.content else {
            log.error(
                node.position,
                "\(place) must be a single value, not \(node.kindName); text that begins with `{` or `[` needs quotes")
            return nil
        }
        if node.isNull || text.isEmpty {
            log.error(node.position, "\(place) has no value")
            return nil
        }
        return text
    }

    func integer(_ node: YAMLNode, in range: ClosedRange<Int>, place: String) -> Int? {
        guard let text = text(node, place: place) else { return nil }
        if let value = Int(text), range.contains(value), !text.hasPrefix("+") { return value }
        log.error(
            node.position,
            "\(place) must be a whole number from \(range.lowerBound) to \(range.upperBound), not `\(text)`")
        return nil
    }

    func flag(_ node: YAMLNode, place: String) -> Bool? {
        guard let text = text(node, place: place) else { return nil }
        if text == "true" { return true }
        if text == "false" { return false }
        log.error(node.position, "\(place) must be `true` or `false`, not `\(text)`")
        return nil
    }

    /// A duration in milliseconds.
    func duration(_ node: YAMLNode, in range: ClosedRange<Int>, place: String) -> Int? {
        guard let text = text(node, place: place) else { return nil }
        guard let value = TimeSpan.milliseconds(text) else {
            log.error(
                node.position,
                "\(place) must be a duration such as `500ms`, `10s`, `1m`, `24h` or `30d`, not `\(text)`")
            return nil
        }
        if range.contains(value) { return value }
        log.error(
            node.position,
            "\(place) must be from \(TimeSpan.text(range.lowerBound)) to \(TimeSpan.text(range.upperBound)), not `\(text)`"
        )
        return nil
    }

    /// A number of bytes.
    func size(_ node: YAMLNode, in range: ClosedRange<Int>, place: String) -> Int? {
        guard let text = text(node, place: place) else { return nil }
        if let value = ByteCount.bytes(text), range.contains(value) { return value }
        log.error(
            node.position,
            "\(place) must be a size from \(ByteCount.text(range.lowerBound)) to \(ByteCount.text(range.upperBound)), "
                + "written `4096`, `64KiB` or `8MiB`, not `\(text)`")
        return nil
    }
}
