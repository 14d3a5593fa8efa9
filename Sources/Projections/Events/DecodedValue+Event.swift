import Bytes

extension DecodedValue {
    /// The event as it is folded: with the bytes that its decoder wrote, and with a value if it is no tombstone.
    @_lifetime(borrow self, copy event)
    package func event(_ event: borrowing Event) -> Event {
        Event(copy event, value: isWithoutData ? Span() : event.value, converted: converted.span)
    }
}
