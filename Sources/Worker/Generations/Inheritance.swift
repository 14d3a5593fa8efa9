import Bytes
import Records
import Redis

/// What a new generation takes over from the one before, because it is the history of the logs and not of the views: how
/// their topics grew, and what the operator decided about events.
struct Inheritance {
    private var growth = GrowthRecord([])
    private var topicIDs: [String: String] = [:]
    /// Fields and values of the ledger, in turn.
    private var ledger: [[UInt8]] = []

    /// Nothing.
    init() {}

    /// What a projection's generation leaves; `redis` is in its database. The ledger stays where it is unless another
    /// database needs it.
    init(_ keys: KeySpace, withLedger: Bool, _ redis: inout RedisConnection) throws {
        growth = GrowthRecord(try redis.command("HGETALL", keys.growth).elements ?? [])
        let about = try redis.command("HGETALL", keys.about).elements ?? []
        for index in stride(from: 0, to: about.count - 1, by: 2) {
            guard let field = about[index].text, field.hasPrefix(About.topicID("")) else { continue }
            topicIDs[String(field.dropFirst(About.topicID("").count))] = about[index + 1].text
        }
        if withLedger { ledger = (try redis.command("HGETALL", keys.ledger).elements ?? []).compactMap(\.bytes) }
    }

    /// How the topic grew, if its log is still the same one.
    func growth(of topic: LogFacts.Topic, _ identifier: String?) -> GrowthRecord? {
        guard let known = growth.known(topic.name), known <= topic.partitions.count, growth.first(topic.name) != nil
        else { return nil }
        if let before = topicIDs[topic.name], let identifier, before != identifier { return nil }
        return growth
    }

    func appendLedger(_ keys: KeySpace, to commands: inout CommandBuffer) {
        guard !ledger.isEmpty else { return }
        commands.begin(2 + ledger.count)
        commands.argument("HSET")
        commands.argument(text: keys.ledger)
        for each in ledger { commands.argument(each) }
    }
}
