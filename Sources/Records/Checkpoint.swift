public import Bytes

/// How far one partition has come: written in the transaction that brings its views there, and compared byte for byte.
///
/// As text: `next=42 confirmed=40 writer=9f… time=1767225600000 anchor=41:0123456789abcdef
/// changes=40:0123456789abcdef at-end=1767225601000 turn=1`. From `anchor` on each may be missing.
public struct Checkpoint: Sendable, Equatable {
    /// A record that was passed: its place, and a hash.
    public struct Anchor: Sendable, Equatable {
        public var offset: Int64
        public var hash: UInt64

        public init(offset: Int64, hash: UInt64) {
            self.offset = offset
            self.hash = hash
        }
    }

    /// The next offset to read.
    public var next: Int64
    /// The end of the last batch whose replies were all seen without error; the events from it to `next` are checked
    /// again by the worker that continues.
    public var confirmed: Int64
    /// Who wrote it: random for each start of a lane.
    public var writer: String
    /// The timestamp of the last record passed, in milliseconds since 1970; −1 before the first.
    public var time: Int64
    /// The last record passed: the XXH3 of its key, value, headers and timestamp.
    public var anchor: Anchor?
    /// Projections in code: a record of the last batches, and the XXH3 of the commands that it alone makes.
    public var changes: Anchor?
    /// Compacted topics: a time at which no deletion was missed, since the lane was at the end or had read nothing yet;
    /// by Redis's clock, in milliseconds since 1970.
    public var atEnd: Int64?
    /// Counts what was carried out on parked events at this offset, so that the text is a fresh one; 0 is left out.
    public var turn: Int

    public init(
        next: Int64, confirmed: Int64, writer: String, time: Int64 = -1, anchor: Anchor? = nil,
        changes: Anchor? = nil, atEnd: Int64? = nil, turn: Int = 0
    ) {
        self.next = next
        self.confirmed = confirmed
        self.writer = writer
        self.time = time
        self.anchor = anchor
        self.changes = changes
        self.atEnd = atEnd
        self.turn = turn
    }

    /// Appends the text.
    public func write(into bytes: inout ByteBuffer) {
        bytes.append("next=" as StaticString)
        bytes.append(decimal: next)
        bytes.append(" confirmed=" as StaticString)
        bytes.append(decimal: confirmed)
        bytes.append(" writer=" as StaticString)
        bytes.append(utf8: writer)
        bytes.append(" time=" as StaticString)
        bytes.append(decimal: time)
        if let anchor { Self.write(" anchor=", anchor, into: &bytes) }
        if let changes { Self.write(" changes=", changes, into: &bytes) }
        if let atEnd {
            bytes.append(" at-end=" as StaticString)
            bytes.append(decimal: atEnd)
        }
        if turn != 0 {
            bytes.append(" turn=" as StaticString)
            bytes.append(decimal: Int64(turn))
        }
    }

    private static func write(_ name: StaticString, _ anchor: Anchor, into bytes: inout ByteBuffer) {
        bytes.append(name)
        bytes.append(decimal: anchor.offset)
        bytes.append(UInt8(ascii: ":"))
        var shift = 60
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: (anchor.hash >> UInt64(shift)) & 15)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }

    /// The text as bytes.
    public var text: [UInt8] {
        var bytes = ByteBuffer(capacity: 160)
        write(into: &bytes)
        return bytes.array
    }

    /// Reads the text; nil if it is not a checkpoint (another program wrote the key).
    public init?(text: [UInt8]) {
        var next: Int64?
        var confirmed: Int64?
        var writer: String?
        var time: Int64?
        var anchor: Anchor?
        var changes: Anchor?
        var atEnd: Int64?
        var turn = 0
        var isSound = true
        let isWhole = text.span.forEachWord { name, value in
            if name.isEqual(to: "next") {
                next = value.decimal
            } else if name.isEqual(to: "confirmed") {
                confirmed = value.decimal
            } else if name.isEqual(to: "writer") {
                writer = String(validating: value.array, as: UTF8.self)
            } else if name.isEqual(to: "time") {
                time = value.decimal
            } else if name.isEqual(to: "anchor") {
                anchor = Anchor(value)
                if anchor == nil { isSound = false }
            } else if name.isEqual(to: "changes") {
                changes = Anchor(value)
                if changes == nil { isSound = false }
            } else if name.isEqual(to: "at-end") {
                atEnd = value.decimal
            } else if name.isEqual(to: "turn") {
                turn = Int(value.decimal ?? 0)
            }
        }
        guard isWhole, isSound, let next, next >= 0, let confirmed, confirmed <= next, let writer, let time else {
            return nil
        }
        self.init(
            next: next, confirmed: confirmed, writer: writer, time: time, anchor: anchor, changes: changes,
            atEnd: atEnd, turn: turn)
    }
}

extension Checkpoint.Anchor {
    /// From `OFFSET:HASH`.
    fileprivate init?(_ text: Span<UInt8>) {
        guard let colon = text.indices.first(where: { text[$0] == UInt8(ascii: ":") }),
            let offset = text.extracting(0..<colon).decimal,
            let hash = text.extracting(colon + 1..<text.count).hexadecimal
        else { return nil }
        self.init(offset: offset, hash: hash)
    }
}
