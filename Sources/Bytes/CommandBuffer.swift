/// Redis commands in RESP, encoded straight into one output buffer.
///
/// A command is `begin(n)` and then exactly n arguments, the command's name among them.
/// Source of the format: redis.io, "Redis serialization protocol specification", arrays of bulk strings.
@frozen
public struct CommandBuffer: ~Copyable {
    /// The encoded bytes.
    public var bytes: ByteBuffer
    /// How many commands were begun: each one is answered by one reply.
    public var commandCount: Int

    @inlinable
    public init(capacity: Int = 4096) {
        bytes = ByteBuffer(capacity: capacity)
        commandCount = 0
    }

    @inlinable public var isEmpty: Bool { commandCount == 0 }

    @inlinable
    public mutating func removeAll(keeping limit: Int = .max) {
        bytes.removeAll(keeping: limit)
        commandCount = 0
    }

    /// Appends all commands of another buffer.
    @inlinable
    public mutating func append(_ other: borrowing CommandBuffer) {
        bytes.append(other.bytes)
        commandCount += other.commandCount
    }

    /// Begins a command of `arguments` arguments (its name is one of them).
    @inlinable @inline(__always)
    public mutating func begin(_ arguments: Int) {
        bytes.reserve(Self.framing)
        header(UInt8(ascii: "*"), arguments)
        commandCount += 1
    }

    @inlinable @inline(__always)
    public mutating func argument(_ value: Span<UInt8>) {
        bytes.reserve(value.count &+ Self.framing)
        header(UInt8(ascii: "$"), value.count)
        bytes.write(value)
        lineEnd()
    }

    @inlinable @inline(__always)
    public mutating func argument(_ value: StaticString) {
        unsafe argument(Span(_unsafeStart: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// An argument that was encoded before: its header, its bytes and the end of its line.
    @inlinable @inline(__always)
    public mutating func argument(encoded: Span<UInt8>) { bytes.append(encoded) }

    @inlinable
    public mutating func argument(_ value: [UInt8]) { argument(value.span) }

    @inlinable
    public mutating func argument(_ value: Int64) {
        let magnitude = value.magnitude
        var digits = value < 0 ? 2 : 1
        var rest = magnitude / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        bytes.reserve(2 * Self.framing)
        header(UInt8(ascii: "$"), digits)
        bytes.append(decimal: value)
        lineEnd()
    }

    /// An argument from text; not for the hot path.
    public mutating func argument(text: String) {
        argument(Array(text.utf8).span)
    }

    /// A whole command from text arguments; not for the hot path.
    public mutating func command(_ arguments: String...) {
        begin(arguments.count)
        for each in arguments { argument(text: each) }
    }

    /// At most so many bytes stand around an argument: its sign, its length and two ends of lines.
    @usableFromInline static var framing: Int { 32 }

    /// Where room was reserved.
    @inlinable @inline(__always)
    mutating func header(_ sign: UInt8, _ count: Int) {
        bytes.write(sign)
        if count < 10 {
            bytes.write(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: count))
        } else if count < 100 {
            bytes.write(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: count / 10))
            bytes.write(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: count % 10))
        } else {
            bytes.append(decimal: Int64(count))
        }
        lineEnd()
    }

    @inlinable @inline(__always)
    mutating func lineEnd() {
        bytes.write(UInt8(ascii: "\r"))
        bytes.write(UInt8(ascii: "\n"))
    }
}
