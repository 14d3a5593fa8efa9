/// Redis commands in RESP, encoded straight into one output buffer.
///
/// A command is `begin(n)` and then exactly n arguments, the command's name among them.
/// Source of the format: redis.io, "Redis serialization protocol specification", arrays of bulk strings.
@frozen
public struct CommandBuffer: ~Copyable {
    /// The encoded bytes.
    public var bytes: ByteBuffer
    /// How many commands were begun: each one gets one reply.
    public var commandCount: Int
    /// How many rows share a command with another one.
    @usableFromInline var joinedRows = 0
    /// How many commands there are, one for several rows counted as that many: Redis is busy with it for about as long.
    @inlinable public var weight: Int { commandCount &+ joinedRows }

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
        joinedRows = 0
    }

    /// Appends all commands of another buffer.
    @inlinable
    public mutating func append(_ other: borrowing CommandBuffer) {
        bytes.append(other.bytes)
        commandCount += other.commandCount
        joinedRows += other.joinedRows
    }

    /// How far it is filled, to be able to take back what follows.
    @frozen
    public struct Mark {
        @usableFromInline let bytes: Int
        @usableFromInline let commands: Int
        @usableFromInline let joinedRows: Int

        @inlinable @inline(__always)
        init(bytes: Int, commands: Int, joinedRows: Int) {
            self.bytes = bytes
            self.commands = commands
            self.joinedRows = joinedRows
        }
    }

    @inlinable @inline(__always)
    public var mark: Mark { Mark(bytes: bytes.count, commands: commandCount, joinedRows: joinedRows) }

    /// Takes back what was appended since.
    @inlinable
    public mutating func truncate(to mark: Mark) {
        bytes.truncate(to: mark.bytes)
        commandCount = mark.commands
        joinedRows = mark.joinedRows
    }

    /// Begins a command whose head and name were encoded before, and makes room for all of it: `room` bytes, and
    /// `arguments` more arguments that are begun and ended one by one.
    @inlinable @inline(__always)
    public mutating func begin(encoded: Span<UInt8>, room: Int, arguments: Int) {
        bytes.reserve(room &+ arguments &* Self.framing)
        bytes.write(encoded)
        commandCount += 1
    }

    /// Begins a command of `arguments` arguments (its name is one of them).
    @inlinable @inline(__always)
    public mutating func begin(_ arguments: Int) {
        bytes.reserve(Self.framing)
        header(UInt8(ascii: "*"), arguments)
        commandCount += 1
    }

    /// Begins the command `name` of `arguments` arguments (its name is one of them) that writes so many rows.
    @inlinable
    public mutating func begin(_ arguments: Int, _ name: StaticString, rows: Int = 1) {
        begin(arguments)
        argument(name)
        joinedRows &+= rows &- 1
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

    /// Begins an argument of `count` bytes that come in pieces; room was made for it before.
    @inlinable @inline(__always)
    public mutating func beginArgument(_ count: Int) { header(UInt8(ascii: "$"), count) }

    /// A piece of an argument, or what was encoded before; room was made for it before.
    @inlinable @inline(__always)
    public mutating func continueArgument(_ piece: Span<UInt8>) { bytes.write(piece) }

    @inlinable @inline(__always)
    public mutating func endArgument() { lineEnd() }

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

    /// The most bytes that surround an argument: its sign, its length and two ends of lines.
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
