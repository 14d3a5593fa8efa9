import Kafka
import Projections

/// The headers of the record that the lane is at.
@safe
final class RecordHeaders<Source: HeaderSource>: HeaderList {
    @safe @exclusivity(unchecked) private var source: Source?

    /// The record must be there until the next one is at hand or `leave` is called.
    @unsafe
    func enter(_ source: Source) {
        self.source = source
        expect()
    }

    func leave() { source = nil }

    override func read() {
        source?.forEachHeader { name, value in append(name: name, value: value) }
    }
}
