import Bytes

/// What the operator decided about one event; asked each time the event is read (DESIGN §9).
public enum LedgerEntry: Sendable, Equatable {
    case skip
    /// Project this value in place of the record's; nil is a tombstone.
    case edit([UInt8]?)

    /// As it stands in the ledger: `skip`, `edit:` and the value, or `edit-tombstone`.
    public var text: [UInt8] {
        switch self {
        case .skip: Array("skip".utf8)
        case .edit(nil): Array("edit-tombstone".utf8)
        case .edit(let value?): Array("edit:".utf8) + value
        }
    }

    public init?(text: [UInt8]) {
        if text == Array("skip".utf8) {
            self = .skip
        } else if text == Array("edit-tombstone".utf8) {
            self = .edit(nil)
        } else if text.starts(with: Array("edit:".utf8)) {
            self = .edit(Array(text.dropFirst(5)))
        } else {
            return nil
        }
    }
}
