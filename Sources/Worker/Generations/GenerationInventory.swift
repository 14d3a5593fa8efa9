import Projections
import Redis

/// What Redis holds of one projection, whatever a file says of it.
struct GenerationInventory {
    /// What `live` holds; nil: it is not there.
    let live: [UInt8]?
    /// The live generation's number, else the greatest one that any key names; 0: none.
    let number: Int
    /// What that generation's key holds.
    let record: [UInt8]?
    /// Of this projection.
    let own: [Claim]
    /// Of all others.
    let others: [Claim]
    /// Whether there is nothing at all.
    var isEmpty: Bool { live == nil && record == nil && number == 0 && own.isEmpty }

    init(_ projection: String, _ redis: inout RedisConnection) throws {
        let keys = KeySpace(projection: projection)
        let live = try redis.command("GET", keys.live)
        self.live = live.bytes
        if let number = live.text.flatMap({ Int($0) }) {
            self.number = number
        } else {
            var greatest = 0
            try redis.scan(match: Array("lantern:\(projection):*".utf8)) { found in
                for key in found { greatest = max(greatest, Self.number(of: key, projection) ?? 0) }
                return true
            }
            number = greatest
        }
        record = try redis.command("GET", keys.generation(number)).bytes
        let claims = try Claim.all(&redis)
        own = claims.filter { $0.projection == projection }
        others = claims.filter { $0.projection != projection }
    }

    /// Which generation a key of Lantern's own belongs to; nil: it outlives them (the ledger, requests, `live`).
    static func number(of key: [UInt8], _ projection: String) -> Int? {
        guard let text = String(validating: key, as: UTF8.self) else { return nil }
        let prefix = "lantern:\(projection):"
        guard text.hasPrefix(prefix) else { return nil }
        let words = text.dropFirst(prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        return words.count == 2 && words[0] == "generation" ? Int(words[1]) : words.count > 1 ? Int(words[0]) : nil
    }
}
