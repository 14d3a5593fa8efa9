public import Redis

/// A generation's growth record, as HGETALL returns it.
public struct GrowthRecord: Sendable, Equatable {
    private var fields: [String: String] = [:]

    public init(_ elements: [RedisValue]) {
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            guard let field = elements[index].text else { continue }
            fields[field] = elements[index + 1].text
        }
    }

    /// Whether this partition began in this generation, after a growth.
    public func isAdded(_ partition: Int32, of topic: String) -> Bool { fields["\(topic):added-\(partition)"] != nil }

    /// The ends of the partitions that existed before the growth that added this one; nil: no growth added it.
    public func endsBefore(_ partition: Int32, of topic: String) -> [Int64]? {
        let prefix = "\(topic):ends-before-"
        let known = fields.keys.filter { $0.hasPrefix(prefix) }.compactMap { Int32($0.dropFirst(prefix.count)) }
        guard let before = known.filter({ $0 <= partition }).max() else { return nil }
        return fields["\(prefix)\(before)"]?.split(separator: " ").compactMap { Int64($0) }
    }

    /// How many partitions there were before this one was added; 0 if no growth added it.
    public func partitionsBefore(_ partition: Int32, of topic: String) -> Int32 {
        isAdded(partition, of: topic) ? Int32(endsBefore(partition, of: topic)?.count ?? 0) : 0
    }
}
