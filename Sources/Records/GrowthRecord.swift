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

    /// The topics in it, in order.
    public var topics: [String] { fields.keys.filter { !$0.contains(":") }.sorted() }

    /// How many partitions of the topic are known; nil: it is not in the record.
    public func known(_ topic: String) -> Int32? { fields[topic].flatMap { Int32($0) } }

    /// How many partitions the topic had before its first growth that is known.
    public func first(_ topic: String) -> Int32? { growths(of: topic).min() ?? known(topic) }

    /// What a generation on the same logs inherits of the topic: the count, and the ends at each growth; not which
    /// partitions this generation has added.
    public func inherited(_ topic: String) -> [(field: String, value: String)] {
        let names = [topic] + growths(of: topic).sorted().map { "\(topic):ends-before-\($0)" }
        return names.compactMap { name in fields[name].map { (name, $0) } }
    }

    private func growths(of topic: String) -> [Int32] {
        let prefix = "\(topic):ends-before-"
        return fields.keys.filter { $0.hasPrefix(prefix) }.compactMap { Int32($0.dropFirst(prefix.count)) }
    }

    /// Whether this partition began in this generation, after a growth.
    public func isAdded(_ partition: Int32, of topic: String) -> Bool { fields["\(topic):added-\(partition)"] != nil }

    /// The ends of the partitions that existed before the growth that added this one; nil: no growth added it.
    public func endsBefore(_ partition: Int32, of topic: String) -> [Int64]? {
        guard let before = growths(of: topic).filter({ $0 <= partition }).max() else { return nil }
        return fields["\(topic):ends-before-\(before)"]?.split(separator: " ").compactMap { Int64($0) }
    }

    /// How many partitions there were before this one was added; 0 if no growth added it.
    public func partitionsBefore(_ partition: Int32, of topic: String) -> Int32 {
        isAdded(partition, of: topic) ? Int32(endsBefore(partition, of: topic)?.count ?? 0) : 0
    }
}
