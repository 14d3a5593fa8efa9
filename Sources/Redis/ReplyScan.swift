/// Reads the simplest pieces of a reply; if there is something else, or not all of it yet, it reads nothing.
/// Source of the format: redis.io, "Redis serialization protocol specification".
struct ReplyScan: ~Escapable {
    /// `+QUEUED` with the end of its line.
    static let queuedBytes = 9

    private let bytes: Span<UInt8>
    private(set) var at: Int

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, at: Int) {
        self.bytes = bytes
        self.at = at
    }

    /// `*123`, the head of an array; nil for a missing one.
    mutating func arrayCount() -> Int? {
        guard let line = line(UInt8(ascii: "*")), line.value >= 0 else { return nil }
        at = line.end
        return Int(line.value)
    }

    /// `:123` or `:-123`
    mutating func number() -> Int64? {
        guard let line = line(UInt8(ascii: ":")) else { return nil }
        at = line.end
        return line.value
    }

    /// `+OK`
    mutating func takeOK() -> Bool {
        guard at + 5 <= bytes.count, bytes[at] == UInt8(ascii: "+"), bytes[at + 1] == UInt8(ascii: "O"),
            bytes[at + 2] == UInt8(ascii: "K"), bytes[at + 3] == 13, bytes[at + 4] == 10
        else { return false }
        at += 5
        return true
    }

    /// How many `+QUEUED` follow from `start` on, at most `limit`.
    static func countQueued(_ bytes: Span<UInt8>, from start: Int, limit: Int) -> Int {
        // "+QUEUED\r"; a "\n" follows.
        let text: UInt64 = 0x0D_44_45_55_45_55_51_2B
        let raw = unsafe bytes.bytes
        var at = start
        for taken in 0..<limit {
            guard at + queuedBytes <= bytes.count,
                unsafe UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)) == text,
                bytes[at + 8] == UInt8(ascii: "\n")
            else { return taken }
            at += queuedBytes
        }
        return limit
    }

    /// A whole line of `sign` and a number of at most 18 digits, and where it ends.
    private func line(_ sign: UInt8) -> (value: Int64, end: Int)? {
        guard at + 3 < bytes.count, bytes[at] == sign else { return nil }
        let isNegative = bytes[at + 1] == UInt8(ascii: "-")
        let start = isNegative ? at + 2 : at + 1
        var end = start
        var value: Int64 = 0
        while end < bytes.count, bytes[end] &- UInt8(ascii: "0") < 10, end - start < 18 {
            value = value * 10 + Int64(bytes[end] - UInt8(ascii: "0"))
            end += 1
        }
        guard end > start, end + 2 <= bytes.count, bytes[end] == 13, bytes[end + 1] == 10 else { return nil }
        return (isNegative ? -value : value, end + 2)
    }
}
