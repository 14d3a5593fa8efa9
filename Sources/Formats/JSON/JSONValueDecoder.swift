import Bytes
public import Projections

/// Reads an event's value: what the plan's paths find in it, in one pass, without a copy and without an allocation.
///
/// The value must be one JSON text (RFC 8259; Projections.md, "Reading an event"). What a path names is checked in full,
/// and so are the names, the punctuation, the numbers and the words of each object that a path leads through; in other
/// containers only the brackets. The same bytes always have the same outcome. Used by one thread at a time.
@safe
public struct JSONValueDecoder: ~Copyable {
    /// An object that is being read, of those that paths lead into.
    private struct Frame {
        var node = 0
        var start = 0
        /// All in it is checked in full.
        var isRead = false
    }

    /// What one value may leave in memory, as its size in bytes; a larger one's is given back.
    private static let keptCapacity = 1 << 20

    private let trie: PathTrie
    private let wantsMembers: Bool
    private let validatesWhole: Bool
    private let pathCount: Int
    private var structure: StructuralIndex
    private var names = NameSet()
    private var unescaped = ByteBuffer(capacity: 64)
    /// How many values were begun: it distinguishes a member found in this one from one found earlier.
    private var round: UInt64 = 0
    private let frames: UnsafeMutableBufferPointer<Frame>
    private let nestingWords: UnsafeMutablePointer<UInt64>
    /// The slots of the value at hand; all find nothing between two values.
    private let slots: UnsafeMutableBufferPointer<FoundValue>

    /// A decoder for `paths`, each of them once.
    ///
    /// - wantsMembers: fills `DecodedValue.members` and says whether a name occurs twice among them; all is checked.
    /// - validatesWhole: checks the whole value in full, for a document that is copied.
    public init(paths: [JSONPath], wantsMembers: Bool, validatesWhole: Bool = false) {
        self.init(
            paths: paths, wantsMembers: wantsMembers, validatesWhole: validatesWhole, structure: StructuralIndex())
    }

    init(paths: [JSONPath], wantsMembers: Bool, validatesWhole: Bool, structure: consuming StructuralIndex) {
        self.init(
            FieldRequest(
                paths: paths.map(\.members), membersOf: wantsMembers ? [] : nil, copiesWhole: validatesWhole),
            structure: structure)
    }

    /// A decoder for what is asked for.
    init(_ request: FieldRequest, structure: consuming StructuralIndex = StructuralIndex()) {
        trie = PathTrie(request)
        wantsMembers = request.membersOf != nil
        // An object further in is checked in full because it has a slot.
        validatesWhole = request.copiesWhole && request.membersOf ?? [] == []
        pathCount = request.paths.count
        self.structure = structure
        unsafe frames = .allocate(capacity: trie.depth + 1)
        unsafe frames.initialize(repeating: Frame())
        unsafe nestingWords = .allocate(capacity: Nesting.wordCount)
        unsafe nestingWords.initialize(repeating: 0, count: Nesting.wordCount)
        unsafe slots = .allocate(capacity: pathCount + 1)
        unsafe slots.initialize(repeating: FoundValue())
    }

    deinit {
        unsafe frames.deallocate()
        unsafe nestingWords.deallocate()
        unsafe slots.deallocate()
    }

    /// For how large a value there is memory.
    var structureCapacity: Int { structure.capacity }

    /// The slot of the object whose members are wanted, if it is not the top; it finds nothing until the next value.
    func takeBase(_ decoded: borrowing DecodedValue) -> FoundValue? {
        guard trie.base > 0 else { return nil }
        let place = unsafe Int(trie.nodes[trie.base].path)
        if place < pathCount { return decoded.found[place] }
        let slot = unsafe slots[place]
        unsafe slots[place] = FoundValue()
        return slot
    }

    /// Fills `decoded`, which was made for as many paths (a programmer's error else); returns what is wrong with the
    /// value, or nil.
    ///
    /// After a fault what `decoded` holds means nothing.
    public mutating func decode(_ value: Span<UInt8>, into decoded: inout DecodedValue) -> DecodeFault? {
        let count = value.count
        if wantsMembers {
            decoded.members.removeAll(keepingCapacity: true)
            decoded.repeatsName = false
        }
        let fault: DecodeFault? = unsafe value.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, count > 0 else { return .notJSON(reason: .empty, at: 0) }
            return unsafe decode(start, count, &decoded)
        }
        moveSlots(to: &decoded)
        if count > Self.keptCapacity { structure.shrink(below: Self.keptCapacity) }
        return fault
    }

    @inline(__always)
    private func moveSlots(to decoded: inout DecodedValue) {
        var found = decoded.found.mutableSpan
        precondition(found.count == pathCount, "the decoded value was made for as many paths")
        for index in found.indices {
            unsafe found[unchecked: index] = slots[index]
            unsafe slots[index] = FoundValue()
        }
    }

    @inline(__always)
    private mutating func decode(
        _ value: UnsafePointer<UInt8>, _ count: Int, _ decoded: inout DecodedValue
    ) -> DecodeFault? {
        if unsafe count >= 3 && value[0] == 0xEF && value[1] == 0xBB && value[2] == 0xBF {
            return .notJSON(reason: .byteOrderMark, at: 0)
        }
        if let fault = unsafe structure.index(value, count: count) { return fault }
        round &+= 1
        if wantsMembers { names.removeAll() }
        var text = unsafe TokenReader(
            value, count: count, positions: structure.positions, positionCount: structure.count,
            nesting: Nesting(nestingWords))
        do throws(DecodeFault) {
            let start = try text.take()
            switch unsafe value[start] {
            case UInt8(ascii: "{"):
                text = try readObject(start, of: text, into: &decoded)
            case UInt8(ascii: "["):
                decoded.whole = try text.anyValue(at: start, isRead: validatesWhole || trie.base == 0)
            default: decoded.whole = try text.anyValue(at: start, isRead: true)
            }
            if !text.isAtEnd { throw .notJSON(reason: .trailing, at: text.position) }
            return nil
        } catch {
            return error
        }
    }

    /// Reads the top object and, without recursion, the objects that paths lead into.
    @inline(__always)
    private mutating func readObject(
        _ start: Int, of whole: TokenReader, into decoded: inout DecodedValue
    ) throws(DecodeFault) -> TokenReader {
        var text = whole
        let value = unsafe text.value
        var level = 0
        var frame = Frame(node: 0, start: start, isRead: validatesWhole || trie.base == 0)
        var mayClose = true
        try text.open(UInt8(ascii: "{"), at: start)
        while true {
            var at = try text.take()
            if unsafe !mayClose || value[at] != UInt8(ascii: "}") {
                let name = try readName(&text, at: at)
                let child = unsafe try child(of: frame.node, name, value, count: text.count)
                at = try text.take()
                mayClose = false
                if child == 0, !frame.isRead {
                    try text.pass(at: at)
                } else {
                    if frame.node == trie.base { unsafe addMember(name, &decoded, in: value) }
                    let path = unsafe child == 0 ? -1 : Int(trie.nodes[child].path)
                    let isRead = frame.isRead || path >= 0
                    if child != 0, unsafe value[at] == UInt8(ascii: "{"), unsafe trie.nodes[child].hasChildren {
                        try text.open(UInt8(ascii: "{"), at: at)
                        unsafe frames[level] = frame
                        level &+= 1
                        frame = Frame(node: child, start: at, isRead: isRead)
                        mayClose = true
                        continue
                    }
                    record(try text.anyValue(at: at, isRead: isRead), path, in: frame.node, &decoded)
                }
                at = try text.take()
                if unsafe value[at] == UInt8(ascii: ",") { continue }
            }
            while true {
                if unsafe value[at] != UInt8(ascii: "}") { throw unsafe misplaced(value[at], at) }
                text.nesting.close()
                let slot = text.container(UInt8(ascii: "{"), frame.start, at)
                if level == 0 {
                    decoded.whole = slot
                    return text
                }
                let path = unsafe Int(trie.nodes[frame.node].path)
                level &-= 1
                unsafe frame = frames[level]
                record(slot, path, in: frame.node, &decoded)
                at = try text.take()
                if unsafe value[at] == UInt8(ascii: ",") { break }
            }
            mayClose = false
        }
    }

    /// Reads the name at `at` and the colon behind it; escapes are checked.
    @inline(__always)
    private func readName(_ text: inout TokenReader, at: Int) throws(DecodeFault) -> FoundValue {
        if unsafe text.value[at] != UInt8(ascii: "\"") { throw unsafe misplaced(text.value[at], at) }
        let name = try text.string(at: at, isRead: true)
        try text.takeColon()
        return name
    }

    private func misplaced(_ byte: UInt8, _ at: Int) -> DecodeFault {
        .notJSON(reason: byte == UInt8(ascii: "]") ? .brackets : .syntax, at: at)
    }

    /// The node of the member of that name, 0 if no path names it; a fault if the name occurred before.
    @inline(__always)
    private mutating func child(
        of node: Int, _ name: FoundValue, _ value: UnsafePointer<UInt8>, count: Int
    ) throws(DecodeFault) -> Int {
        if unsafe !trie.nodes[node].hasChildren { return 0 }
        let start = Int(name.start)
        let child =
            name.kind == .string
            ? unsafe trie.child(of: node, named: value + start, count: Int(name.count), available: count &- start)
            : unsafe childOfEscaped(node, value + start, Int(name.count))
        if child == 0 { return 0 }
        if unsafe trie.nodes[child].seen == round {
            throw .repeatedName(path: unsafe Int(trie.nodes[child].anyPath), at: start)
        }
        unsafe trie.nodes[child].seen = round
        return child
    }

    @inline(never)
    private mutating func childOfEscaped(_ node: Int, _ name: UnsafePointer<UInt8>, _ count: Int) -> Int {
        unsafe unescaped.setUnescaped(name, count: count)
        return unsafe unescaped.span.withUnsafeBufferPointer { name in
            guard let start = name.baseAddress else { return 0 }
            return unsafe trie.child(of: node, named: start, count: name.count, available: name.count)
        }
    }

    @inline(never)
    private mutating func addMember(
        _ name: FoundValue, _ decoded: inout DecodedValue, in value: UnsafePointer<UInt8>
    ) {
        if unsafe !names.insert(name, after: decoded.members, in: value) { decoded.repeatsName = true }
        decoded.members.append(DecodedValue.Member(name: name, value: FoundValue()))
    }

    @inline(__always)
    private func record(_ slot: FoundValue, _ path: Int, in node: Int, _ decoded: inout DecodedValue) {
        if path >= 0 { unsafe slots[path] = slot }
        if node == trie.base { decoded.members[decoded.members.count - 1].value = slot }
    }
}
