import Synchronization

/// How many requests were answered, by path and code; paths are the routes' and `other`, so their number is bounded.
public final class RequestCounts: Sendable {
    public struct Key: Sendable, Hashable, Comparable {
        public let path: String
        public let code: Int

        public static func < (first: Key, second: Key) -> Bool {
            (first.path, first.code) < (second.path, second.code)
        }
    }

    private let counts = Mutex<[Key: UInt64]>([:])

    public init() {}

    func add(_ path: String, _ code: Int) {
        counts.withLock { $0[Key(path: path, code: code), default: 0] += 1 }
    }

    /// In the order of the paths.
    public var all: [(key: Key, count: UInt64)] {
        counts.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
