import Configuration
import Projections

extension Configuration {
    /// A consumer's group for a command that only reads: nothing is joined or committed, but Kafka wants a name that this user
    /// may use, and rights are given to names that begin as the workers' do.
    func readingGroup(_ command: String) -> String { "\(worker.group ?? "lantern")-\(command)" }
}
