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

    /// Begins a command of `arguments` arguments (its name is one of them).
    @inlinable @inline(__always)
    public mutating func begin(_ arguments: Int) {
        header(UInt8(ascii: "*"), arguments)
        commandCount += 1
    }

    @inlinable @inline(__always)
    public mutating func argument(_ value: Span<UInt8>) {
        header(UInt8(ascii: "$"), value.count)
        bytes.append(value)
        lineEnd()
    }

    @inlinable @inline(__always)
    public mutating func argument(_ value: StaticString) {
        header(UInt8(ascii: "$"), value.utf8CodeUnitCount)
        bytes.append(value)
        lineEnd()
    }

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
        header(UInt8(ascii: "$"), digits)
        bytes.append(decimal: value)
        lineEnd()
    }

    /// An argument that is the concatenation of two runs of bytes.
    @inlinable @inline(__always)
    public mutating func argument(_ first: Span<UInt8>, _ second: Span<UInt8>) {
        header(UInt8(ascii: "$"), first.count + second.count)
        bytes.append(first)
        bytes.append(second)
        lineEnd()
    }

    /// An argument from text; not for the hot path.
    public mutating func argument(text: String) {
        header(UInt8(ascii: "$"), text.utf8.count)
        bytes.append(utf8: text)
        lineEnd()
    }

    /// A whole command from text arguments; not for the hot path.
    public mutating func command(_ arguments: String...) {
        begin(arguments.count)
        for each in arguments { argument(text: each) }
    }

    @inlinable @inline(__always)
    mutating func header(_ sign: UInt8, _ count: Int) {
        bytes.append(sign)
        if count < 10 {
            bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: count))
        } else {
            bytes.append(decimal: Int64(count))
        }
        lineEnd()
    }

    @inlinable @inline(__always)
    mutating func lineEnd() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }
}
