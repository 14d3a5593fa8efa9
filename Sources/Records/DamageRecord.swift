/// What is written about a row that could not take its change: a field of the generation's damage hash, outside of the fence.
///
/// Field `ID:TOPIC:PARTITION`, value `checkpoint=NEXT WORDS`. The generation's id in the field separates one
/// generation's damage from that of another with the same number, so that neither overwrites the other.
public struct DamageRecord: Sendable, Equatable {
    /// It holds while the partition's checkpoint is here or further: below, Redis has lost the damaged transaction as well.
    public var checkpoint: Int64
    /// What broke, and the offsets.
    public var words: String

    public init(checkpoint: Int64, words: String) {
        self.checkpoint = checkpoint
        self.words = words
    }

    public static func field(_ identifier: String, _ topic: String, _ partition: Int32) -> String {
        "\(identifier):\(topic):\(partition)"
    }

    public var text: String { "checkpoint=\(checkpoint) \(words)" }

    /// Reads the text; one without a checkpoint always holds.
    public init(text: String) {
        let halves = text.split(separator: " ", maxSplits: 1)
        guard halves.count == 2, halves[0].hasPrefix("checkpoint="), let checkpoint = Int64(halves[0].dropFirst(11))
        else {
            self.init(checkpoint: 0, words: text)
            return
        }
        self.init(checkpoint: checkpoint, words: String(halves[1]))
    }

    /// Whether the partition is damaged, its checkpoint standing at `next`.
    public func holds(at next: Int64) -> Bool { next >= checkpoint }
}
