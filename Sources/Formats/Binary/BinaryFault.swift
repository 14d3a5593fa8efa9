/// What is wrong with a value in a binary encoding, and at which byte of it.
struct BinaryFault: Error, Equatable {
    let reason: BinaryReason
    let at: Int

    @inline(__always)
    init(_ reason: BinaryReason, at: Int) {
        self.reason = reason
        self.at = at
    }
}

/// The reasons, in words that need no allocation.
enum BinaryReason: String, Sendable {
    case truncated = "it ends in the middle of a value"
    case number = "a number has too many bytes"
    case range = "a number is out of its type's range"
    case length = "a length is negative or reaches past the value's end"
    case boolean = "a boolean is neither 0 nor 1"
    case branch = "it names a branch that its union does not have"
    case symbol = "it names a symbol that its enum does not have"
    case notUTF8 = "a string is not UTF-8"
    case tooDeep = "it is nested deeper than 64 levels"
    case repeatedKey = "a map has a key twice"
    case longText = "its text would be longer than 16 MiB"
    case longDecimal = "a decimal is longer than 4,096 bytes"
    case scale = "a decimal's scale is not within ±10,000"
    case tag = "a field's tag is malformed"
    case group = "a group is not closed"
    case message = "its frame names a message deeper or later than can be read"
    case trailing = "something follows the value"
}
