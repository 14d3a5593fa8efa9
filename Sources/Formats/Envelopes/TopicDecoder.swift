import Projections

/// Decodes the events of one topic: what each path of the plan finds in value, key and headers.
class TopicDecoder {
    /// Fills `decoded`, for tombstones too; returns what is wrong with the event, or nil.
    func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault? { nil }
}

/// What an envelope's decoder does.
protocol EnvelopeDecoder: ~Copyable {
    mutating func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault?
}

/// One behind a call that does not depend on its type: the only such call for each event.
final class AnyTopicDecoder<Decoder: EnvelopeDecoder & ~Copyable>: TopicDecoder {
    private var decoder: Decoder

    init(_ decoder: consuming Decoder) { self.decoder = decoder }

    override func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault? {
        decoder.decode(event, into: &decoded)
    }
}
