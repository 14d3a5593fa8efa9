import Bytes

/// One event of a sample, as a line of the file says it.
struct SampleEvent: Equatable {
    /// Where a record key comes from.
    enum Key: Equatable {
        /// The line does not say: the path that the topic declares as its key is taken.
        case declared
        case none
        case bytes([UInt8])
    }

    struct Header: Equatable {
        var name: String
        var value: String?
    }

    /// Counted from 1.
    var line: Int
    /// nil: the line does not say.
    var topic: String?
    var key = Key.declared
    /// nil is a tombstone.
    var value: [UInt8]?
    /// Milliseconds since 1970.
    var timestamp: Int64 = 0
    var headers: [Header] = []
}
