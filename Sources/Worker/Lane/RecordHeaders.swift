import Kafka
import Projections

/// The headers of the message that the lane is at.
@safe
final class RecordHeaders: HeaderList {
    @safe @exclusivity(unchecked) private var source: MessageHeaders?

    /// `message` must be there until the next one is at hand or `leave` is called.
    @unsafe
    func enter(_ message: borrowing Message) {
        unsafe source = message.headerSource
        expect()
    }

    func leave() { source = nil }

    override func read() {
        unsafe source?.forEachHeader { name, value in append(name: name, value: value) }
    }
}
