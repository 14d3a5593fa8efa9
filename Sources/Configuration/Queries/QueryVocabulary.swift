/// The names of `queries:`.
enum QueryVocabulary {
    static let parameterPattern = "^[a-zA-Z][a-zA-Z0-9]*$"

    static let query: [Word] = [
        Word(
            name: "parameters", summary: "What the one who asks passes: names, each string, integer or subject.",
            shape: .named(pattern: parameterPattern, .choice(QueryPlan.ParameterKind.allCases.map(\.rawValue)))),
        Word(
            name: "reads", summary: "What is read, all in one transaction.",
            shape: .named(pattern: parameterPattern, .map(read)), isRequired: true),
        Word(
            name: "roles", summary: "The roles of clients that may ask it; default: none.",
            shape: .list(.text(pattern: Vocabulary.namePattern))),
    ]

    static let read: [Word] = [
        Word(name: "view", summary: "PROJECTION.VIEW.", shape: .scalar, isRequired: true),
        Word(
            name: "key", summary: "The values of the key's placeholders: a text with parameters, or a list of them.",
            shape: .either([.scalar, .list(.scalar)])),
        Word(name: "top", summary: "So many of the highest members.", shape: .integer(members)),
        Word(name: "bottom", summary: "So many of the lowest members.", shape: .integer(members)),
        Word(name: "around", summary: "This member of a ranking and its neighbours.", shape: .scalar),
        Word(name: "count", summary: "With around: how many on either side; default 5.", shape: .integer(neighbours)),
        Word(name: "last", summary: "The buckets of this span, and their sum.", shape: .duration),
    ]

    static let members = 1...1_000
    static let neighbours = 0...500
    /// More buckets are not read.
    static let mostBuckets: Int64 = 1_500
    /// More reads are not one query.
    static let mostReads = 32
    /// What a request says of its freshness, which no parameter can be called.
    static let reserved: Set = [
        "after", "seen", "generation", "latest", "where", "wait", "stale", "key", "keys", "top", "bottom", "around",
        "count", "last", "scan",
    ]
}
