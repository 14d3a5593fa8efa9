import Bytes

/// A reply or one element of it, borrowed from a ``Reply``.
@safe
public struct ReplyValue: ~Escapable {
    let tokens: Span<ReplyToken>
    let arena: Span<UInt8>
    let index: Int

    @_lifetime(copy tokens, copy arena)
    init(tokens: Span<ReplyToken>, arena: Span<UInt8>, index: Int) {
        self.tokens = tokens
        self.arena = arena
        self.index = index
    }

    private var token: ReplyToken {
        index < tokens.count ? tokens[index] : ReplyToken(kind: .null, value: 0, count: 0)
    }

    /// What it is.
    public var kind: ReplyKind { token.kind }
    public var isNil: Bool { kind == .null }
    /// Its number; 0 unless it is an integer.
    public var integer: Int64 { kind == .integer ? token.value : 0 }
    /// How many elements it has; 0 unless it is an array.
    public var count: Int { kind == .array ? token.count : 0 }

    /// The bytes of a status, an error or a bulk string; else none.
    public var bytes: Span<UInt8> {
        @_lifetime(copy self)
        get { bytes(token: index) }
    }

    @_lifetime(copy self)
    func bytes(token index: Int) -> Span<UInt8> {
        guard index < tokens.count else { return arena.extracting(0..<0) }
        let token = tokens[index]
        switch token.kind {
        case .status, .error, .bulk: return arena.extracting(Int(token.value)..<Int(token.value) + token.count)
        default: return arena.extracting(0..<0)
        }
    }

    /// The element at `position` of an array; walks over those before it.
    @_lifetime(copy self)
    public func element(_ position: Int) -> ReplyValue {
        precondition(position >= 0 && position < count, "no such element")
        var at = index + 1
        for _ in 0..<position { at = end(of: at) }
        return ReplyValue(tokens: tokens, arena: arena, index: at)
    }

    /// The element after it in its array (only if it is not the last one).
    @_lifetime(copy self)
    public func next() -> ReplyValue {
        let at = end(of: index)
        precondition(at < tokens.count, "no next element")
        return ReplyValue(tokens: tokens, arena: arena, index: at)
    }

    /// The index of the token after the value at `start` and all inside it.
    func end(of start: Int) -> Int {
        var at = start
        var open = 1
        while open > 0, at < tokens.count {
            let token = tokens[at]
            open -= 1
            if token.kind == .array { open += token.count }
            at += 1
        }
        return at
    }

    /// The first error inside it: the top-level element that contains it, and its token.
    var firstError: (element: Int?, token: Int)? {
        if kind == .error { return (nil, index) }
        var at = index + 1
        for element in 0..<count {
            let end = end(of: at)
            for inner in at..<end where tokens[inner].kind == .error { return (element, inner) }
            at = end
        }
        return nil
    }

    /// The value as one of its own; not for the hot path.
    public var value: RedisValue {
        switch kind {
        case .status: return .simple(bytes.array)
        case .error: return .error(bytes.array)
        case .bulk: return .bulk(bytes.array)
        case .integer: return .integer(token.value)
        case .null: return .null
        case .array:
            var values: [RedisValue] = []
            values.reserveCapacity(count)
            var at = index + 1
            for _ in 0..<count {
                values.append(ReplyValue(tokens: tokens, arena: arena, index: at).value)
                at = end(of: at)
            }
            return .array(values)
        }
    }
}
