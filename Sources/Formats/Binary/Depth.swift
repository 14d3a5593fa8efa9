/// How deep values may be nested: each record, array, map and message is a level.
enum Depth {
    static let limit = 64

    @inline(__always)
    static func check(_ depth: Int, at: Int) throws(BinaryFault) {
        if depth > limit { throw BinaryFault(.tooDeep, at: at) }
    }
}
