import Bytes
import Records

/// Names the rows that a transaction changes in one entry of the projection's stream of changes, for readers who are told.
///
/// The names are read from the encoded commands when the transaction is closed, so that folding knows nothing of it. A row that
/// several commands change one after the other is named once; otherwise it may be named more often.
struct ChangeNotice: ~Copyable {
    /// The stream is kept at about so many bytes.
    private static let streamBytes = 16 << 20

    private let stream: [UInt8]
    private var names = ByteBuffer(capacity: 1 << 12)
    private var last = 0..<0
    /// What an entry takes of late.
    private var usualBytes = 1_024

    init(_ keys: KeySpace) { stream = Array(keys.changes.utf8) }

    /// Appends the entry for the commands that a transaction has so far, MULTI among them; none if they change no row.
    mutating func append(to transaction: inout CommandBuffer) {
        names.removeAll(keeping: 1 << 20)
        last = 0..<0
        read(transaction.bytes.span)
        guard names.count > 0 else { return }
        usualBytes = max(256, (usualBytes * 7 + names.count + 64) / 8)
        transaction.begin(8)
        transaction.argument("XADD")
        transaction.argument(stream)
        transaction.argument("MAXLEN")
        transaction.argument("~")
        transaction.argument(Int64(Self.streamBytes / usualBytes))
        transaction.argument("*")
        transaction.argument(ChangeEntry.field)
        transaction.argument(names.span)
    }

    private mutating func read(_ bytes: Span<UInt8>) {
        var at = 0
        while at < bytes.count {
            let count = Self.number(bytes, &at)
            let command = Self.argument(bytes, &at)
            let step = Self.stepOfKeys(bytes.extracting(command))
            for index in 1..<max(count, 1) {
                let argument = Self.argument(bytes, &at)
                let isKey = step == 0 ? index == 1 : (index - 1) % step == 0
                if isKey { add(argument, bytes) }
            }
        }
    }

    /// After how many arguments the next key comes; 0: there is one.
    private static func stepOfKeys(_ command: Span<UInt8>) -> Int {
        if command.isEqual(to: "DEL") { return 1 }
        return command.isEqual(to: "MSET") ? 2 : 0
    }

    private mutating func add(_ key: Range<Int>, _ bytes: Span<UInt8>) {
        let name = bytes.extracting(key)
        if name.isEqual(to: bytes.extracting(last)) || ChangeEntry.isOwn(name) { return }
        last = key
        names.append(decimal: Int64(key.count))
        names.append(UInt8(ascii: ":"))
        names.append(name)
    }

    /// The number behind `*` or `$`; `at` moves behind its line.
    private static func number(_ bytes: Span<UInt8>, _ at: inout Int) -> Int {
        var value = 0
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\r") {
            value = value &* 10 &+ Int(bytes[at] &- UInt8(ascii: "0"))
            at += 1
        }
        at += 2
        return value
    }

    /// The bytes of the next argument; `at` moves behind it.
    private static func argument(_ bytes: Span<UInt8>, _ at: inout Int) -> Range<Int> {
        let count = number(bytes, &at)
        let start = min(at, bytes.count)
        let end = min(start + count, bytes.count)
        at = end + 2
        return start..<end
    }
}
