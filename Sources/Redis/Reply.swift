import Bytes
import Glibc

/// One reply of the server, used again and again: reading into it allocates nothing once it has grown.
///
/// ``root`` is the reply itself; what follows here are shorthands for it.
public struct Reply: ~Copyable {
    var storage: ReplyStorage

    /// An empty reply, a null.
    public init() { storage = ReplyStorage(limits: .none) }

    /// The reply, borrowed.
    public var root: ReplyValue {
        @_lifetime(borrow self)
        get {
            let value = ReplyValue(tokens: storage.tokens.span, arena: storage.arena.span, index: 0)
            return unsafe _overrideLifetime(value, borrowing: self)
        }
    }

    /// What it is.
    public var kind: ReplyKind { storage.tokens.first?.kind ?? .null }
    /// Whether it is `+OK`.
    public var isOK: Bool { isStatus("OK") }
    /// Whether it is `+QUEUED`.
    public var isQueued: Bool { isStatus("QUEUED") }
    /// Whether it is null: a missing value, or an EXEC that its WATCH stopped.
    public var isNil: Bool { kind == .null }
    /// Its number; 0 unless it is an integer.
    public var integer: Int64 { root.integer }
    /// How many elements it has; 0 unless it is an array.
    public var count: Int { root.count }

    /// The bytes of a status, an error or a bulk string; else none.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let bytes = root.bytes
            return unsafe _overrideLifetime(bytes, borrowing: self)
        }
    }

    /// The element at `index` of an array.
    @_lifetime(borrow self)
    public func element(_ index: Int) -> ReplyValue {
        let element = root.element(index)
        return unsafe _overrideLifetime(element, borrowing: self)
    }

    /// The classified code of the first error anywhere inside it, and the top-level element that contains it (nil if
    /// the reply itself is the error).
    public var firstError: (element: Int?, code: RedisErrorCode)? {
        guard let found = root.firstError else { return nil }
        return (found.element, RedisErrorCode(root.bytes(token: found.token)))
    }

    /// The text of the first error anywhere inside it; none if there is no error.
    public var firstErrorBytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            guard let found = root.firstError else { return Span() }
            let bytes = root.bytes(token: found.token)
            return unsafe _overrideLifetime(bytes, borrowing: self)
        }
    }

    /// What an EXEC's reply says as a whole, in one pass.
    public var summary: ExecSummary { root.summary }

    /// The reply as a value of its own; not for the hot path.
    public var value: RedisValue { root.value }

    /// Whether it is this status.
    func isStatus(_ text: StaticString) -> Bool {
        guard let token = storage.tokens.first, token.kind == .status else { return false }
        let length = text.utf8CodeUnitCount
        guard token.count == length else { return false }
        return storage.arena.span.extracting(0..<length).holds(text)
    }
}

extension Span<UInt8> {
    /// Whether it holds the bytes of `text`, compared at once: this is asked for nearly each reply.
    func holds(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        return unsafe withUnsafeBytes { bytes in
            guard bytes.count == length, let base = bytes.baseAddress else { return false }
            return unsafe memcmp(base, text.utf8Start, length) == 0
        }
    }
}
