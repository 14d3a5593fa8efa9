import CommandLine

/// The place of one event: `TOPIC:PARTITION:OFFSET`.
struct ParkedPlace: Equatable {
    let topic: String
    let partition: Int32
    let offset: Int64

    /// Reads a place; nil for anything else. A topic's name has no colon (Kafka: letters, digits, `.`, `_`, `-`).
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, let partition = Int32(parts[1]), let offset = Int64(parts[2]),
            partition >= 0, offset >= 0
        else { return nil }
        self.topic = String(parts[0])
        self.partition = partition
        self.offset = offset
    }

    /// Takes the place out of a command line.
    ///
    /// - Throws: `UsageError` if it is missing or not of that form.
    static func required(_ parsed: ParsedCommand) throws(UsageError) -> ParkedPlace {
        let text = try parsed.requiredArgument(ParkedGroup.place.name)
        if let place = ParkedPlace(text) { return place }
        throw parsed.error(.invalidValue, "'\(text)': expected TOPIC:PARTITION:OFFSET, such as orders:3:1041")
    }
}
