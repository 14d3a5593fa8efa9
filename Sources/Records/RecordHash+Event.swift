public import Bytes
public import Projections

extension RecordHash {
    /// XXH3 of timestamp, key, value and headers, null and empty told apart.
    public static func of(_ event: borrowing Event) -> UInt64 {
        let headers = event.headers
        var hash = RecordHash()
        hash.add(event.timestamp)
        hash.add(event.key)
        hash.add(event.value)
        for index in 0..<headers.count {
            hash.add(headers.name(index))
            hash.add(headers.value(index))
        }
        return hash.finish()
    }
}
