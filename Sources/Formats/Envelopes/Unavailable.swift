import Bytes
import Projections

/// What Debezium writes for a large value that PostgreSQL did not log again, because it has not changed (TOAST).
enum Unavailable {
    private static let text: StaticString = "__debezium_unavailable_value"
    /// In base64.
    private static let bytes: StaticString = "X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="
    private static let textArray: StaticString = "[\"__debezium_unavailable_value\"]"
    /// Its bytes as numbers: in arrays of int and of bigint.
    private static let numberArray: StaticString =
        "[95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,108,117,101]"
    /// The UUID that is named by it.
    private static let uuidArray: StaticString = "[\"b68a35a7-17ad-35b3-af2a-ae46edb4545a\"]"

    @inline(__always)
    static func isOne(_ slot: FoundValue, _ event: borrowing Event, _ converted: borrowing ByteBuffer) -> Bool {
        switch (slot.kind, slot.count) {
        case (.string, 28): slot.isExactly(text, event, converted)
        case (.string, 40): slot.isExactly(bytes, event, converted)
        case (.array, 32): slot.isExactly(textArray, event, converted)
        case (.array, 40): slot.isExactly(uuidArray, event, converted)
        case (.array, 103): slot.isExactly(numberArray, event, converted)
        default: false
        }
    }
}
