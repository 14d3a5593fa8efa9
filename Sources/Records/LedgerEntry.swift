import Bytes

/// What the operator decided about one event; asked each time the event is read (Operations.md, "Parked events").
///
/// As text: `record=0123456789abcdef skip`, `record=… edit-tombstone`, or `record=… edit:` and the value.
public struct LedgerEntry: Sendable, Equatable {
    public enum Decision: Sendable, Equatable {
        case skip
        /// Project this value instead of the record's; nil is a tombstone.
        case edit([UInt8]?)
    }

    public var decision: Decision
    /// The XXH3 of the record that the operator saw: in another log the record at this offset may be another one.
    public var record: UInt64

    public init(_ decision: Decision, of record: UInt64) {
        self.decision = decision
        self.record = record
    }

    public var text: [UInt8] {
        let start = "record=\(hexDigits(record)) "
        switch decision {
        case .skip: return Array("\(start)skip".utf8)
        case .edit(nil): return Array("\(start)edit-tombstone".utf8)
        case .edit(let value?): return Array("\(start)edit:".utf8) + value
        }
    }

    /// Reads the text; nil if it is not one.
    public init?(text: [UInt8]) {
        let start = Array("record=".utf8)
        guard text.count > start.count + 17, text.starts(with: start), text[start.count + 16] == UInt8(ascii: " "),
            let record = text.span.extracting(start.count..<start.count + 16).hexadecimal
        else { return nil }
        let rest = text[(start.count + 17)...]
        if rest.elementsEqual("skip".utf8) {
            decision = .skip
        } else if rest.elementsEqual("edit-tombstone".utf8) {
            decision = .edit(nil)
        } else if rest.starts(with: "edit:".utf8) {
            decision = .edit(Array(rest.dropFirst(5)))
        } else {
            return nil
        }
        self.record = record
    }
}
