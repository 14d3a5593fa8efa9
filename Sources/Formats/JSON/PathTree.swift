import Projections

/// Builds what `PathTrie` keeps; only at start.
struct PathTree {
    var nodes = [PathTrie.Node()]
    var entries: [PathTrie.Entry] = []
    var names: [UInt8] = []
    /// By bytes: as `String`, names that only look alike would be equal.
    private var children: [[[UInt8]: Int]] = [[:]]
    private var order: [[Int]] = [[]]

    mutating func add(_ path: [String], _ index: Int) {
        let node = enter(path, index)
        precondition(nodes[node].path < 0, "each path stands once in a plan")
        nodes[node].path = Int32(index)
        nodes[node].anyPath = Int32(index)
    }

    /// The node of the object whose members are wanted; what is there goes to slot `spare` if no path ends there. It is
    /// looked into even if no path leads through it.
    mutating func addBase(_ path: [String], spare: Int) -> Int {
        if path.isEmpty { return 0 }
        let node = enter(path, -1)
        if nodes[node].path < 0 { nodes[node].path = Int32(spare) }
        if order[node].isEmpty { addTable(to: node, size: 4) }
        return node
    }

    /// The node at the end of a path; `index` is the first path of nodes that are new.
    private mutating func enter(_ path: [String], _ index: Int) -> Int {
        var node = 0
        for member in path.map({ Array($0.utf8) }) {
            if let child = children[node][member] {
                node = child
                continue
            }
            let child = nodes.count
            nodes.append(
                PathTrie.Node(
                    anyPath: Int32(index), nameStart: Int32(names.count), nameCount: Int32(member.count)))
            names.append(contentsOf: member)
            children.append([:])
            order.append([])
            children[node][member] = child
            order[node].append(child)
            node = child
        }
        return node
    }

    /// Gives each node with children a table that is at least half empty.
    mutating func layOut() {
        for node in nodes.indices where !order[node].isEmpty {
            var size = 4
            while size < order[node].count * 2 { size *= 2 }
            addTable(to: node, size: size)
            for child in order[node] { place(child, in: node) }
        }
    }

    private mutating func addTable(to node: Int, size: Int) {
        nodes[node].tableStart = Int32(entries.count)
        nodes[node].tableMask = Int32(size - 1)
        entries.append(contentsOf: repeatElement(PathTrie.Entry(), count: size))
    }

    private mutating func place(_ child: Int, in node: Int) {
        let count = Int(nodes[child].nameCount)
        let start = Int(nodes[child].nameStart)
        var prefix: UInt64 = 0
        for index in 0..<min(count, 8) { prefix |= UInt64(names[start + index]) << UInt64(index * 8) }
        let mask = Int(nodes[node].tableMask)
        var place = nameHash(prefix, count) & mask
        while entries[Int(nodes[node].tableStart) + place].node != 0 { place = (place + 1) & mask }
        entries[Int(nodes[node].tableStart) + place] = PathTrie.Entry(
            prefix: prefix, count: Int32(count), node: Int32(child))
    }
}
