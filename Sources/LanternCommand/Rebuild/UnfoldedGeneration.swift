import Records
import Redis
import System
import Worker

/// A generation that is live and that no worker folds: its rows stay as they are.
struct UnfoldedGeneration: Encodable, Equatable {
    /// A worker that has just been moved connects again.
    private static let patience = 3_000

    let projection: String
    let number: Int
    /// The projection's version in the file that it was made from.
    let version: String?

    /// Those of a promotion's new live side; none if that cannot be found out.
    static func all(_ subject: PromotionSubject, _ session: GenerationsSession) -> [UnfoldedGeneration] {
        do {
            var redis = try session.connect()
            let deadline = Deadline(milliseconds: patience)
            var left: [String] = []
            repeat {
                guard let found = try LaneClients.unfolded(subject.projections.map(\.build.identifier), &redis) else {
                    return []
                }
                left = found
                if !left.isEmpty { Pause.milliseconds(100) }
            } while !left.isEmpty && !deadline.hasPassed
            return try subject.projections.filter { left.contains($0.build.identifier) }.map { each in
                let about = KeySpace(projection: each.name).about
                return UnfoldedGeneration(
                    projection: each.name, number: each.build.number,
                    version: try redis.command("HGET", about, About.version).text)
            }
        } catch {
            return []
        }
    }

    /// What to do about them.
    static func text(_ generations: [UnfoldedGeneration]) -> String {
        guard !generations.isEmpty else { return "" }
        let names = generations.map { "\($0.projection) \($0.number)" }.joined(separator: ", ")
        let versions = generations.map { "\($0.projection) has version \($0.version ?? "?")" }.joined(
            separator: " and ")
        return
            "no worker folds \(names), so nothing updates the live views. Start a worker with the file in which \(versions): `lantern run --config FILE`\n"
    }
}
