/// The paths of a request as a tree of names; for compiling a schema, not for reading.
struct PathNode {
    /// In the bytes that the path has: as `String`, names that only look alike would be equal.
    var name: [UInt8] = []
    /// The path that ends here; nil if none does.
    var path: Int?
    /// Places in the tree.
    var children: [Int] = []

    /// The tree of `paths`; the first node is its top.
    static func tree(_ paths: [[String]]) -> [PathNode] {
        var nodes = [PathNode()]
        for (index, path) in paths.enumerated() { nodes[nodes.place(of: path)].path = index }
        return nodes
    }
}

extension [PathNode] {
    /// The child of that name.
    func child(of node: Int, named name: [UInt8]) -> Int? {
        self[node].children.first { self[$0].name == name }
    }

    /// The node that `path` leads to, added if it is not there.
    mutating func place(of path: [String]) -> Int {
        var node = 0
        for name in path.map({ [UInt8]($0.utf8) }) {
            if let child = child(of: node, named: name) {
                node = child
            } else {
                append(PathNode(name: name))
                self[node].children.append(count - 1)
                node = count - 1
            }
        }
        return node
    }
}
