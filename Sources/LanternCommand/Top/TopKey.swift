/// A key as a terminal sends it.
enum TopKey: Equatable {
    case up, down, enter, escape, backspace
    case interrupt, suspend
    case character(Character)

    /// The keys in what was read at once; sequences that mean none of them are left out.
    static func keys(in bytes: [UInt8]) -> [TopKey] {
        var keys: [TopKey] = []
        var text = Substring(String(decoding: bytes, as: UTF8.self))
        while let first = text.first {
            text.removeFirst()
            switch first {
            case "\u{1B}":
                guard text.first == "[" || text.first == "O" else {
                    keys.append(.escape)
                    continue
                }
                text.removeFirst()
                // A sequence ends with its first letter or tilde.
                let end = text.firstIndex { $0.isLetter || $0 == "~" }
                if let end {
                    if text[end] == "A" { keys.append(.up) }
                    if text[end] == "B" { keys.append(.down) }
                    text = text[text.index(after: end)...]
                } else {
                    text = ""
                }
            case "\r", "\n", "\r\n": keys.append(.enter)
            case "\u{3}", "\u{4}": keys.append(.interrupt)
            case "\u{1A}": keys.append(.suspend)
            case "\u{7F}", "\u{8}": keys.append(.backspace)
            default: if !first.unicodeScalars.contains(where: { $0.value < 0x20 }) { keys.append(.character(first)) }
            }
        }
        return keys
    }
}
