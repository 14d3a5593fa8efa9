/// One of libyaml's events as a Swift value.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd, sequenceEnd, mappingEnd
        case alias(String)
        case scalar(String, isQuoted: Bool)
        case sequenceStart, mappingStart
        /// A kind that this program does not know.
        case other
    }

    var kind: Kind
    var anchor: String?
    var tag: String?
    var position: Position
}
