/// The form that Kafka Connect's JsonConverter gives a value with its schema.
enum Connect {
    /// Whether a value begins as one with a schema does.
    static func isAround(_ value: Span<UInt8>) -> Bool { begins(value, "{\"schema\":") }

    static func begins(_ value: Span<UInt8>, _ head: StaticString) -> Bool {
        guard value.count >= head.utf8CodeUnitCount else { return false }
        for index in 0..<head.utf8CodeUnitCount where unsafe value[index] != head.utf8Start[index] { return false }
        return true
    }
}
