import Bytes
public import Projections

/// A bad event as it is kept in Redis, or produced to a dead-letter topic: the whole record, and why.
///
/// As bytes: one line of decimal numbers and lengths, then the pieces in the same order, so that any bytes are kept:
/// `offset timestamp keyLength valueLength viewLength reasonLength headerCount (nameLength valueLength)…\n`; −1 is
/// null, and a value length of −2 − n says that the value of n bytes was too large to be kept here: it is in Kafka. The
/// last number is the record's hash.
public struct ParkedRecord: Sendable, Equatable {
    public struct Header: Sendable, Equatable {
        public var name: [UInt8]
        public var value: [UInt8]?
    }

    public var offset: Int64
    public var timestamp: Int64
    public var key: [UInt8]?
    public var value: [UInt8]?
    /// How many bytes the value has that was too large to be kept; nil if it was kept, or is null.
    public private(set) var leftOutBytes: Int?
    public var headers: [Header]
    /// nil for a fault of the whole event, and for one that only queues behind another of its key.
    public var view: String?
    public var reason: String
    /// XXH3 of the whole record, whatever is kept of it.
    public var hash: UInt64

    /// Of the event's key and value, whatever is kept of them.
    public var byteCount: Int { (key?.count ?? 0) + (value?.count ?? leftOutBytes ?? 0) }

    public init(_ event: borrowing Event, headers: borrowing HeaderList, view: String?, reason: String) {
        offset = event.offset
        timestamp = event.timestamp
        key = event.key?.array
        value = event.value?.array
        self.headers = (0..<headers.count).map {
            Header(name: headers.name($0).array, value: headers.value($0)?.array)
        }
        self.view = view
        self.reason = reason
        hash = RecordHash.of(event)
    }

    /// Forgets a value of more than `limit` bytes.
    public mutating func leaveOutValue(over limit: Int) {
        guard let value, value.count > limit else { return }
        leftOutBytes = value.count
        self.value = nil
    }

    /// Why it cannot be folded with what the operator decided; nil if it can.
    public func obstacle(to decision: LedgerEntry.Decision?) -> String? {
        guard let leftOutBytes else { return nil }
        if case .edit? = decision { return nil }
        return
            "the value of offset \(offset) (\(leftOutBytes) bytes) was too large to be kept in Redis; it is in Kafka: "
            + "edit the event with a smaller value, or skip it"
    }

    public var bytes: [UInt8] {
        var pieces: [[UInt8]?] = [key, value, view.map { Array($0.utf8) }, Array(reason.utf8)]
        for header in headers { pieces += [header.name, header.value] }
        var numbers = [offset, timestamp] + pieces.prefix(4).map { Int64($0?.count ?? -1) } + [Int64(headers.count)]
        if let leftOutBytes { numbers[3] = -2 - Int64(leftOutBytes) }
        numbers += pieces.dropFirst(4).map { Int64($0?.count ?? -1) } + [Int64(bitPattern: hash)]
        var bytes = Array(numbers.map(String.init).joined(separator: " ").utf8) + [UInt8(ascii: "\n")]
        for piece in pieces { bytes += piece ?? [] }
        return bytes
    }

    /// Reads a member of the parked index, `OFFSET:KEY` or `OFFSET`.
    public static func place(inIndex member: [UInt8]?) -> (offset: Int64, key: [UInt8]?)? {
        guard let member else { return nil }
        let digits = member.prefix { $0 != UInt8(ascii: ":") }
        guard let offset = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        return (offset, digits.count == member.count ? nil : Array(member.dropFirst(digits.count + 1)))
    }

    /// Reads `bytes`; nil if they are not a parked record.
    public init?(bytes: [UInt8]) {
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let line = String(validating: bytes[..<lineEnd], as: UTF8.self)
        else { return nil }
        let numbers = line.split(separator: " ").map { Int64($0) }
        guard numbers.count >= 8, !numbers.contains(nil), let headerCount = numbers[6], headerCount >= 0,
            headerCount <= Int64(numbers.count), Int64(numbers.count) == 8 + 2 * headerCount
        else { return nil }
        var at = lineEnd + 1
        var pieces: [[UInt8]?] = []
        for length in (numbers[2..<6] + numbers[7...].dropLast()).map({ $0 ?? -1 }) {
            guard length >= 0 else {
                pieces.append(nil)
                continue
            }
            guard length <= Int64(bytes.count - at) else { return nil }
            pieces.append(Array(bytes[at..<at + Int(length)]))
            at += Int(length)
        }
        guard at == bytes.count else { return nil }
        hash = UInt64(bitPattern: numbers.last.flatMap { $0 } ?? 0)
        offset = numbers[0] ?? 0
        timestamp = numbers[1] ?? -1
        key = pieces[0]
        value = pieces[1]
        if let length = numbers[3], length <= -2, length > -1 << 40 { leftOutBytes = Int(-2 - length) }
        view = pieces[2].map { String(decoding: $0, as: UTF8.self) }
        reason = pieces[3].map { String(decoding: $0, as: UTF8.self) } ?? ""
        headers = stride(from: 4, to: pieces.count, by: 2).map {
            Header(name: pieces[$0] ?? [], value: pieces[$0 + 1])
        }
    }
}
