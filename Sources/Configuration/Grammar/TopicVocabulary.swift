internal import Projections

/// Every name of the configuration language under a topic (Projections.md, "Topics"; Formats.md).
enum TopicVocabulary {
    static let envelopes = ["none", "debezium", "cloudevents", "connect"]

    static let topic: [Word] = [
        Word(
            name: "key",
            summary: "The path whose text is the record key, or a list of the key's columns; checked for each event.",
            shape: .either([.definition("path"), .list(.definition("path"))])),
        Word(
            name: "compacted", summary: "Whether the topic is compacted; checked with the broker.", shape: .flag),
        Word(
            name: "encoding", summary: "How values and key columns are written; default json.",
            shape: .choice(["json", "avro", "protobuf", "bytes"])),
        Word(
            name: "descriptors",
            summary:
                "protobuf: a file of protoc --include_imports --descriptor_set_out; default: the registry's schemas.",
            shape: .scalar),
        Word(name: "message", summary: "protobuf: the full name of the values' message.", shape: .scalar),
        Word(
            name: "frame", summary: "protobuf with descriptors: what is in front of each value; default none.",
            shape: .choice(["none", "confluent"])),
        Word(
            name: "key-partitioning",
            summary: "avro, protobuf: stable says that a key's partition does not depend on the id of its schema.",
            shape: .choice(["stable"])),
        Word(
            name: "envelope",
            summary: "What is around the data; default none. [connect, debezium]: change events with their schemas.",
            shape: .either([.choice(envelopes), .list(.choice(envelopes))])),
        Word(
            name: "data", summary: "Where the data is in the value ($: all of it); a string there is parsed as JSON.",
            shape: .text(pattern: #"^\$(\.|$)"#)),
        Word(name: "type", summary: "Where this topic's events say what they are.", shape: .definition("source")),
        Word(name: "time", summary: "Where this topic's events have their time.", shape: timeShape),
        Word(
            name: "before", summary: "debezium: the old row is there whole (REPLICA IDENTITY FULL).",
            shape: .choice(["full"])),
        Word(
            name: "on-truncate", summary: "debezium: what a truncate does; default halt.",
            shape: .choice(["halt", "ignore"])),
    ]

    static let timeShape = Shape.either([.definition("source"), .map(time)])

    static let time: [Word] = [
        Word(name: "value", summary: "A path, or a header.", shape: .definition("source"), isRequired: true),
        Word(
            name: "unit", summary: "What a number there counts, since 1970.",
            shape: .choice(TimeUnit.allCases.map(\.rawValue))),
        Word(
            name: "bytes", summary: "Eight bytes of a header or key are an integer, the most significant first.",
            shape: .choice(["int64"])),
    ]
}
