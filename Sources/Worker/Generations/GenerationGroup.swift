import Kafka
public import Records
import System

/// The consumer group in which lanes share the partitions of one generation.
public struct GenerationGroup: Sendable, Equatable {
    public let name: String

    /// `prefix`: what `worker: { group }` says.
    public init(prefix: String?, projection: String, of record: GenerationRecord) {
        name = GroupName.of(
            prefix: prefix, projection: projection, number: record.number, identifier: record.identifier)
    }

    /// What became of it when its generation was dropped.
    public enum Removal: Sendable, Equatable {
        case deleted
        /// Its lanes read fixed partitions, or nobody ever joined it.
        case absent
        /// It stays, and why. Kafka forgets an empty one by itself.
        case kept(String)
    }

    /// So long its last members may take to see that their generation is gone.
    private static let patience = 5_000

    /// Deletes the groups of generations that were dropped, each as well as it can be: what Kafka refuses is said, and nothing
    /// depends on it. In the order of `groups`.
    public static func delete(_ groups: [GenerationGroup], _ properties: [(String, String)]) -> [Removal] {
        guard !groups.isEmpty else { return [] }
        do throws(KafkaError) {
            var admin = try Admin(properties: properties, clientID: "lantern-drop")
            var removals: [Removal] = []
            var isAway = false
            for group in groups {
                // One that cannot be reached is not waited for again.
                if isAway, let last = removals.last {
                    removals.append(last)
                    continue
                }
                do throws(KafkaError) {
                    removals.append(try group.delete(&admin))
                } catch {
                    isAway = error.code == .unreachable || error.code == .timedOut
                    removals.append(.kept("\(error.message) (\(error.name))"))
                }
            }
            return removals
        } catch {
            return groups.map { _ in .kept(error.message) }
        }
    }

    private func delete(_ admin: inout Admin) throws(KafkaError) -> Removal {
        let deadline = Deadline(milliseconds: Self.patience)
        while true {
            do throws(KafkaError) {
                return try admin.deleteGroup(name, timeoutMilliseconds: Self.patience) ? .deleted : .absent
            } catch {
                guard error.name == "NON_EMPTY_GROUP", !deadline.hasPassed else { throw error }
                Pause.milliseconds(200)
            }
        }
    }
}
