import Bytes
import Projections

/// A decimal of no fixed scale as Debezium writes it into JSON by default: `{"scale":2,"value":"BNI="}`.
enum PreciseDecimal {
    @inline(__always)
    static func isOne(_ slot: FoundValue, _ event: borrowing Event, _ converted: borrowing ByteBuffer) -> Bool {
        slot.kind == .object && begins(slot, event)
    }

    /// No other object of a row begins so: JSON columns are texts.
    @inline(never)
    private static func begins(_ slot: FoundValue, _ event: borrowing Event) -> Bool {
        guard slot.place == .value, let value = event.value else { return false }
        return Connect.begins(value.extracting(slot.range), "{\"scale\":")
    }
}
