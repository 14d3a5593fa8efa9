/// Every name of the configuration language in views and their rules (Projections.md, "Kinds of views").
enum ViewVocabulary {
    /// The kinds and the changes that each has.
    static let kinds: [(word: String, summary: String, changes: [String])] = [
        ("hash", "A hash for each key.", ["set", "unset", "increment", "delete"]),
        ("document", "A JSON text for each key.", ["set", "delete"]),
        ("counter", "An integer for each key.", ["increment", "delete"]),
        ("set", "A set of members for each key.", ["add", "remove", "delete"]),
        (
            "sorted-set", "Members with a score for each key.",
            ["increment", "max", "min", "score", "remove", "delete"]
        ),
        ("latest", "The newest members by event time.", ["add"]),
        ("unique", "How many different members (HyperLogLog).", ["add"]),
        ("buckets", "A hash of sums for each span of time.", ["increment"]),
    ]

    static let kindNames = kinds.map(\.word)

    static func changes(of kind: String) -> [String] {
        kinds.first { $0.word == kind }?.changes ?? []
    }

    static let view: [Word] =
        kinds.map {
            Word(name: $0.word, summary: $0.summary + " The key's template.", shape: .definition("template"))
        } + [
            Word(
                name: "from", summary: "The topics that this view reads; default: all of the projection's.",
                shape: .either([.scalar, .list(.scalar)])),
            Word(
                name: "member", summary: "What is added or scored: a path or a template.",
                shape: .definition("value")),
            Word(name: "keep", summary: "latest: how many members are kept.", shape: .integer(1...1_000_000)),
            Word(name: "every", summary: "buckets: the span of one bucket, whole seconds.", shape: .duration),
            Word(name: "retain", summary: "buckets: how long a bucket stays after its end.", shape: .duration),
            Word(
                name: "ttl", summary: "How long after its event a row stays.",
                shape: .either([.duration, .map(timeToLive)])),
            Word(
                name: "events",
                summary: "The rules by event type; \"*\" takes every other type, tombstone a NULL value.",
                shape: .named(
                    pattern: "",
                    .either([
                        .choice(["delete", "add", "remove"]), .map(rule),
                        .list(.either([.choice(["delete", "add", "remove"]), .map(rule)])),
                    ])), isRequired: true),
        ]

    static let timeToLive: [Word] = [
        Word(name: "after", summary: "Event time + this, renewed by each write.", shape: .duration, isRequired: true),
        Word(
            name: "approximate", summary: "true: a rebuild may differ from the live view by what expired in between.",
            shape: .flag, isRequired: true),
    ]

    static let rule: [Word] = [
        Word(
            name: "when", summary: "Paths and the constants (or lists of them) that they must equal.",
            shape: .named(pattern: "", .either([.scalar, .list(.scalar)]))),
        Word(
            name: "set", summary: "Fields and their values, or all.",
            shape: .either([.choice(["all"]), .named(pattern: "", .definition("value"))])),
        Word(name: "unset", summary: "hash: fields that are removed.", shape: .list(.scalar)),
        Word(
            name: "increment", summary: "What is added: a number, or fields and their numbers.",
            shape: .either([.definition("number"), .named(pattern: "", .definition("number"))])),
        Word(name: "max", summary: "sorted-set: the score rises to this.", shape: .definition("number")),
        Word(name: "min", summary: "sorted-set: the score falls to this.", shape: .definition("number")),
        Word(name: "score", summary: "sorted-set: the member's score.", shape: .definition("number")),
        Word(name: "add", summary: "The member is added.", shape: .flag),
        Word(name: "remove", summary: "The member is removed.", shape: .flag),
        Word(name: "delete", summary: "The whole row is removed.", shape: .flag),
    ]

    static let number: [Word] = [
        Word(name: "value", summary: "A path.", shape: .definition("value"), isRequired: true),
        Word(
            name: "scale", summary: "The value times 10 to this power, exactly; 2 turns 12.34 into 1234.",
            shape: .integer(0...15)),
        Word(name: "text", summary: "true: a string there is a number.", shape: .flag),
        Word(
            name: "bytes", summary: "Eight bytes of a header or key are an integer, the most significant first.",
            shape: .choice(["int64"])),
    ]
}
