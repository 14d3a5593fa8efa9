/// Offsets of partitions as a client writes them: `orders/3@1041,4@7,payments/0@12`. A place without a topic has that of
/// the place before it.
public struct OffsetList: Sendable, Equatable {
    public struct Place: Sendable, Hashable {
        public var topic: String
        public var partition: Int32
        public var offset: Int64

        public init(topic: String, partition: Int32, offset: Int64) {
            self.topic = topic
            self.partition = partition
            self.offset = offset
        }
    }

    /// At most so many.
    public static let longest = 4_096

    public var places: [Place]

    public init(_ places: [Place] = []) { self.places = places }

    /// nil if the text is not such a list.
    public init?(_ text: some StringProtocol) {
        var places: [Place] = []
        var topic: Substring?
        for word in String(text).split(separator: ",", omittingEmptySubsequences: false) {
            var rest = word
            if let slash = word.firstIndex(of: "/") {
                topic = word[..<slash]
                rest = word[word.index(after: slash)...]
            }
            let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
            guard let topic, !topic.isEmpty, parts.count == 2, places.count < Self.longest,
                let partition = Self.number(parts[0], Int32.self), let offset = Self.number(parts[1], Int64.self)
            else { return nil }
            places.append(Place(topic: String(topic), partition: partition, offset: offset))
        }
        self.places = places
    }

    private static func number<Value: FixedWidthInteger>(_ text: Substring, _ type: Value.Type) -> Value? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Value(text),
            // There is an offset after each.
            value < .max
        else { return nil }
        return value
    }

    public var text: String {
        var topic: String?
        return places.map { place in
            defer { topic = place.topic }
            return (place.topic == topic ? "" : "\(place.topic)/") + "\(place.partition)@\(place.offset)"
        }.joined(separator: ",")
    }
}
