import Projections

/// The plan's paths as a tree of member names, in fixed memory: node 0 is the top of the value.
///
/// Each node's children are in a small open-addressing table. An entry holds the first eight bytes and the length of a
/// name, so that one comparison of two numbers distinguishes most names.
@safe
struct PathTrie: ~Copyable {
    /// A member that some path names.
    struct Node {
        /// Where its value goes: an index into the plan's paths; −1 if it only leads to others.
        var path: Int32 = -1
        /// The first path that leads through it or ends in it; for messages.
        var anyPath: Int32 = -1
        var nameStart: Int32 = 0
        var nameCount: Int32 = 0
        var tableStart: Int32 = 0
        /// The table's size less one; −1 if there are no children.
        var tableMask: Int32 = -1
        /// The number of the last value in which it was found.
        var seen: UInt64 = 0

        @inline(__always) var hasChildren: Bool { tableMask >= 0 }
    }

    struct Entry {
        var prefix: UInt64 = 0
        var count: Int32 = 0
        /// 0: the place is free (the top is not a child).
        var node: Int32 = 0
    }

    let nodes: UnsafeMutableBufferPointer<Node>
    private let entries: UnsafeMutableBufferPointer<Entry>
    private let names: UnsafeMutableBufferPointer<UInt8>
    /// How many members the longest path has.
    let depth: Int

    /// The node of the object whose members are wanted; −1: none is.
    let base: Int

    init(_ request: FieldRequest) {
        var tree = PathTree()
        for (index, path) in request.paths.enumerated() { tree.add(path, index) }
        base = request.membersOf.map { tree.addBase($0, spare: request.paths.count) } ?? -1
        tree.layOut()
        unsafe nodes = copy(tree.nodes)
        unsafe entries = copy(tree.entries)
        unsafe names = copy(tree.names)
        depth = max(request.paths.map(\.count).max() ?? 0, request.membersOf?.count ?? 0)
    }

    deinit {
        unsafe nodes.deallocate()
        unsafe entries.deallocate()
        unsafe names.deallocate()
    }

    /// The child of `node` with that name, or 0. `available`: how many bytes may be read from the name's start.
    @inline(__always)
    func child(of node: Int, named name: UnsafePointer<UInt8>, count: Int, available: Int) -> Int {
        let tableStart = unsafe Int(nodes[node].tableStart)
        let mask = unsafe Int(nodes[node].tableMask)
        let prefix = unsafe namePrefix(name, count: count, available: available)
        var place = nameHash(prefix, count) & mask
        while true {
            let entry = unsafe entries[tableStart &+ place]
            if entry.node == 0 { return 0 }
            if entry.prefix == prefix, Int(entry.count) == count, unsafe hasRest(Int(entry.node), name, count) {
                return Int(entry.node)
            }
            place = (place &+ 1) & mask
        }
    }

    @inline(__always)
    private func hasRest(_ node: Int, _ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let start = unsafe Int(nodes[node].nameStart)
        var index = 8
        while index < count {
            if unsafe names[start &+ index] != name[index] { return false }
            index &+= 1
        }
        return true
    }
}

/// The first eight bytes of a name as a number; missing ones are 0.
@inline(__always)
func namePrefix(_ name: UnsafePointer<UInt8>, count: Int, available: Int) -> UInt64 {
    if available >= 8 {
        let word = unsafe UInt64(littleEndian: UnsafeRawPointer(name).loadUnaligned(as: UInt64.self))
        return count >= 8 ? word : word & (1 &<< UInt64(truncatingIfNeeded: count &* 8) &- 1)
    }
    var word: UInt64 = 0
    for index in 0..<min(count, 8) {
        unsafe word |= UInt64(name[index]) &<< UInt64(truncatingIfNeeded: index &* 8)
    }
    return word
}

@inline(__always)
func nameHash(_ prefix: UInt64, _ count: Int) -> Int {
    let product = (prefix ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product &>> 40)
}

private func copy<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(elements.count, 1))
    _ = unsafe memory.initialize(from: elements)
    return unsafe memory
}
