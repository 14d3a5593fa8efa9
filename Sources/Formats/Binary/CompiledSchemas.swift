/// The schemas that a reader has compiled, by their ids: few, and mostly the same one again.
struct CompiledSchemas<Program: AnyObject>: ~Copyable {
    enum Entry {
        case program(Program)
        /// It cannot be used: why.
        case unusable(String)
    }

    private var ids: [UInt64] = []
    private var entries: [Entry] = []
    /// Places in `entries` plus one; 0 is free.
    private var places = [Int32](repeating: 0, count: 16)
    private var last: Program?
    private var lastID: UInt64 = 0

    init() {}

    /// The program of that id, if it is known and can be used.
    @inline(__always)
    mutating func program(_ id: UInt64) -> Program? {
        if id == lastID, let last { return last }
        guard case .program(let program)? = entry(id) else { return nil }
        last = program
        lastID = id
        return program
    }

    func entry(_ id: UInt64) -> Entry? {
        var place = Self.hash(id) & (places.count - 1)
        while places[place] > 0 {
            let index = Int(places[place]) - 1
            if ids[index] == id { return entries[index] }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Adds one that is not known.
    mutating func add(_ id: UInt64, _ entry: Entry) {
        ids.append(id)
        entries.append(entry)
        if ids.count * 2 > places.count { places = Array(repeating: 0, count: places.count * 4) }
        for (index, known) in ids.enumerated() { put(known, index) }
    }

    private mutating func put(_ id: UInt64, _ index: Int) {
        var place = Self.hash(id) & (places.count - 1)
        while places[place] > 0 {
            if Int(places[place]) == index + 1 { return }
            place = (place + 1) & (places.count - 1)
        }
        places[place] = Int32(index + 1)
    }

    @inline(__always)
    private static func hash(_ id: UInt64) -> Int { Int(truncatingIfNeeded: id &* 0x9E37_79B9_7F4A_7C15 &>> 32) }
}
