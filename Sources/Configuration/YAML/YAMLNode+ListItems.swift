extension YAMLNode {
    /// The items of a list; none if it is no list. A program's settings are texts: there `14,15` is one.
    var listItems: [YAMLNode] {
        switch content {
        case .sequence(let items): return items
        case .scalar(let text, _) where !isNull:
            return text.split(separator: ",").map { part in
                var item = self
                item.content = .scalar(String(part.trimmed), isQuoted: false)
                return item
            }
        default: return []
        }
    }
}
