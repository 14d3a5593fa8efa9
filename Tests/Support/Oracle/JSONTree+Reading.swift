extension JSONTree {
    /// The node's bytes as they came.
    func raw(_ node: Int) -> [UInt8] { Array(bytes[nodes[node].range]) }

    /// The node's bytes without blanks outside of strings.
    func compact(_ node: Int) -> [UInt8] {
        var result: [UInt8] = []
        var inString = false
        var escaped = false
        for byte in bytes[nodes[node].range] {
            if inString {
                result.append(byte)
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
            } else if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                continue
            } else {
                result.append(byte)
                inString = byte == UInt8(ascii: "\"")
            }
        }
        return result
    }

    /// A string's text, and whether its surrogates are paired.
    func text(_ node: Int) -> (text: [UInt8], paired: Bool) {
        let range = nodes[node].range
        return JSONText.unescaped(bytes, range.lowerBound + 1..<range.upperBound - 1)
    }

    /// A member's name unescaped, and whether its surrogates are paired.
    func name(_ node: Int) -> (text: [UInt8], paired: Bool) {
        guard let range = nodes[node].name else { return ([], true) }
        return JSONText.unescaped(bytes, range)
    }

    /// The nodes of an object's members or an array's elements.
    func children(_ node: Int) -> [Int] {
        guard nodes[node].kind == .object || nodes[node].kind == .array else { return [] }
        var result: [Int] = []
        var child = node + 1
        while child < nodes[node].next {
            result.append(child)
            child = nodes[child].next
        }
        return result
    }

    /// Whether every surrogate in every string and name of the node has its partner.
    func isPaired(_ node: Int) -> Bool {
        for index in node..<nodes[node].next {
            if nodes[index].kind == .string, !text(index).paired { return false }
            if index != node, !name(index).paired { return false }
        }
        return true
    }

    enum Lookup: Equatable {
        case nothing
        case found(Int)
        /// A name on the way occurs twice.
        case repeated
    }

    /// Follows the path from the top.
    func find(_ path: OraclePath) -> Lookup {
        var node = 0
        for name in path.bytes {
            guard nodes[node].kind == .object else { return .nothing }
            var match: Int?
            var child = node + 1
            while child < nodes[node].next {
                if isNamed(child, name) {
                    guard match == nil else { return .repeated }
                    match = child
                }
                child = nodes[child].next
            }
            guard let match else { return .nothing }
            node = match
        }
        return .found(node)
    }

    private func isNamed(_ node: Int, _ name: [UInt8]) -> Bool {
        guard let range = nodes[node].name else { return false }
        if range.count == name.count {
            var index = 0
            while index < name.count, bytes[range.lowerBound + index] == name[index] { index += 1 }
            return index == name.count && !name.contains(UInt8(ascii: "\\"))
        }
        // Only escapes make a name longer than its text.
        guard range.count > name.count, bytes[range].contains(UInt8(ascii: "\\")) else { return false }
        return self.name(node).text == name
    }

    /// Whether a name occurs twice in the top object.
    var repeatsTopName: Bool {
        var seen: Set<[UInt8]> = []
        return children(0).contains { nodes[$0].name != nil && !seen.insert(name($0).text).inserted }
    }
}
