import Projections

extension DecodedValue {
    /// Nothing is found, before a value is read; what was written beside the event stays.
    mutating func clear() {
        for index in found.indices { found[index] = FoundValue() }
        members.removeAll(keepingCapacity: true)
        repeatsName = false
        whole = FoundValue()
        schemaName = FoundValue()
        schemaID = nil
    }
}
