import Projections

/// What an envelope's decoder does.
protocol EnvelopeDecoder: ~Copyable {
    mutating func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault?
}

/// Decodes the events of one topic: what each path of the plan finds in value, key and headers.
struct TopicDecoder {
    /// The only call for each event that does not depend on the decoder's type.
    private let decode: (_ event: borrowing Event, _ decoded: inout DecodedValue) -> DecodeFault?

    /// To be inlined where the decoder's type is known: then the closure is compiled for that type. The methods of a generic
    /// class are not: with them each call to a reader looked up its type at run time.
    @inline(__always)
    init<Decoder: EnvelopeDecoder & ~Copyable>(_ decoder: consuming Decoder) {
        let box = DecoderBox(decoder)
        decode = { event, decoded in box.decoder.decode(event, into: &decoded) }
    }

    /// Fills `decoded`, for tombstones too; returns what is wrong with the event, or nil.
    func decode(_ event: borrowing Event, into decoded: inout DecodedValue) -> DecodeFault? { decode(event, &decoded) }
}

/// Where a topic's decoder stands, with the memory that it uses again.
final class DecoderBox<Decoder: EnvelopeDecoder & ~Copyable> {
    var decoder: Decoder

    init(_ decoder: consuming Decoder) { self.decoder = decoder }
}
