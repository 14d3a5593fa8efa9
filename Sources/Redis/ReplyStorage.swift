import Bytes
import CHiredis

/// What a reply or an element of one is.
public enum ReplyKind: UInt8, Sendable, BitwiseCopyable {
    /// `+OK`
    case status
    /// `-ERR …`
    case error
    case integer
    case bulk
    /// A missing string or array.
    case null
    case array
}

/// One value of a reply; an array's elements follow it, each with its own.
struct ReplyToken: BitwiseCopyable {
    let kind: ReplyKind
    /// The integer; for strings, where they start in the arena.
    let value: Int64
    /// Bytes of a string, elements of an array.
    let count: Int
}

/// The tokens of one reply in reading order and the bytes of its strings.
struct ReplyStorage: ~Copyable {
    var tokens: ContiguousArray<ReplyToken> = []
    var arena = ByteBuffer(capacity: 256)
    /// How many values are still to come; 1 before the first.
    var missing = 1
    /// Why the reply was refused, if it was.
    var fault: StaticString?
    var limits: ReplyLimits

    init(limits: ReplyLimits) {
        self.limits = limits
        tokens.reserveCapacity(16)
    }

    /// Forgets the reply; memory is kept up to what usual replies need.
    mutating func reset() {
        if tokens.capacity > 65_536 {
            tokens = []
            tokens.reserveCapacity(16)
        } else {
            tokens.removeAll(keepingCapacity: true)
        }
        arena.removeAll(keeping: 1 << 20)
        missing = 1
        fault = nil
    }

    /// Whether there is room for one more value; else the fault is set.
    mutating func admits(bytes: Int) -> Bool {
        if tokens.count >= limits.elements { fault = "it has more elements than the limit" }
        if arena.count + bytes > limits.bytes { fault = "it has more bytes than the limit" }
        missing -= 1
        return fault == nil
    }

    /// Begins an array of `count` values that are all to follow.
    mutating func begin(_ count: Int) {
        tokens.append(ReplyToken(kind: .array, value: 0, count: count))
        missing = 0
    }

    mutating func appendOK() {
        tokens.append(ReplyToken(kind: .status, value: Int64(arena.count), count: 2))
        arena.append("OK")
    }

    mutating func append(string: UnsafeBufferPointer<UInt8>, kind: ReplyKind) {
        tokens.append(ReplyToken(kind: kind, value: Int64(arena.count), count: string.count))
        unsafe arena.append(string.span)
    }
}

/// The callbacks through which hiredis builds our tokens instead of objects of its own.
///
/// They run on the thread that calls `redisReaderGetReply`, inside that call. `privdata` is the reader's storage, which
/// outlives the reader. hiredis keeps what they return only to see that it is not NULL: NULL means "out of memory" and
/// ends the reader with an error, which is how a limit stops it. Nothing is allocated per value, so there is nothing to free.
enum ReplyCallbacks {
    /// One table for all readers, never freed, never changed after it was made.
    nonisolated(unsafe) static let table: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let table = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        var functions = redisReplyObjectFunctions()
        unsafe functions.createString = { task, bytes, count in unsafe string(task, bytes, count) }
        unsafe functions.createArray = { task, count in unsafe array(task, Int(count)) }
        unsafe functions.createInteger = { task, value in unsafe scalar(task, .integer, value) }
        unsafe functions.createNil = { task in unsafe scalar(task, .null, 0) }
        unsafe functions.freeObject = { _ in }
        unsafe table.initialize(to: functions)
        return unsafe table
    }()

    private static func storage(_ task: UnsafePointer<redisReadTask>?) -> UnsafeMutablePointer<ReplyStorage>? {
        unsafe task?.pointee.privdata?.assumingMemoryBound(to: ReplyStorage.self)
    }

    private static func string(
        _ task: UnsafePointer<redisReadTask>?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int
    ) -> UnsafeMutableRawPointer? {
        guard let storage = unsafe storage(task), let type = unsafe task?.pointee.type else { return nil }
        let kind: ReplyKind
        switch type {
        case REDIS_REPLY_STATUS: kind = .status
        case REDIS_REPLY_ERROR: kind = .error
        case REDIS_REPLY_STRING: kind = .bulk
        default:
            unsafe storage.pointee.fault = "it has a type that was not requested (RESP3)"
            return nil
        }
        guard unsafe storage.pointee.admits(bytes: count) else { return nil }
        let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: count).assumingMemoryBound(to: UInt8.self)
        unsafe storage.pointee.append(string: buffer, kind: kind)
        return UnsafeMutableRawPointer(storage)
    }

    private static func array(_ task: UnsafePointer<redisReadTask>?, _ count: Int) -> UnsafeMutableRawPointer? {
        guard let storage = unsafe storage(task), unsafe task?.pointee.type == REDIS_REPLY_ARRAY else { return nil }
        guard unsafe storage.pointee.admits(bytes: 0) else { return nil }
        if unsafe count > storage.pointee.limits.elements {
            unsafe storage.pointee.fault = "it has more elements than the limit"
            return nil
        }
        unsafe storage.pointee.missing += count
        unsafe storage.pointee.tokens.append(ReplyToken(kind: .array, value: 0, count: count))
        return UnsafeMutableRawPointer(storage)
    }

    private static func scalar(
        _ task: UnsafePointer<redisReadTask>?, _ kind: ReplyKind, _ value: Int64
    ) -> UnsafeMutableRawPointer? {
        guard let storage = unsafe storage(task), unsafe storage.pointee.admits(bytes: 0) else { return nil }
        unsafe storage.pointee.tokens.append(ReplyToken(kind: kind, value: value, count: 0))
        return UnsafeMutableRawPointer(storage)
    }
}
