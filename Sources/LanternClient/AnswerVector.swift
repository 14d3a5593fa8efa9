import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What an answer says of the rows that it was read with, as text: `orders/0@1042,1@998`, and of several projections
/// `customers=customers/0@7; orders=orders/0@42`.
struct AnswerVector: Sendable, Equatable {
    var checkpoint: String?
    /// `orders:4`, and of several `customers:1, orders:4`.
    var generation: String?

    init(checkpoint: String?, generation: String?) {
        self.checkpoint = checkpoint
        self.generation = generation
    }

    init(_ response: HTTPURLResponse) {
        self.init(
            checkpoint: response.value(forHTTPHeaderField: "Lantern-Checkpoint"),
            generation: response.value(forHTTPHeaderField: "Lantern-Generation"))
    }

    struct Place: Hashable {
        var topic: String
        var partition: Int
    }

    struct Part {
        var projection: String
        var generation: Int
        var next: [Place: Int64]
    }

    /// By projection; a vector that is too long to be said has no offsets.
    var parts: [Part] {
        let numbers = (generation ?? "").split(separator: ",").compactMap { word -> (String, Int)? in
            let pair = word.drop { $0 == " " }.split(separator: ":")
            return pair.count == 2 ? Int(pair[1]).map { (String(pair[0]), $0) } : nil
        }
        let texts = (checkpoint ?? "").split(separator: ";").map { $0.drop { $0 == " " } }
        return numbers.map { name, number in
            let own = texts.first { $0.hasPrefix("\(name)=") }?.dropFirst(name.utf8.count + 1)
            let text = own ?? (numbers.count == 1 ? texts.first : nil)
            return Part(projection: name, generation: number, next: text.map(Self.places) ?? [:])
        }
    }

    private static func places(_ text: Substring) -> [Place: Int64] {
        var places: [Place: Int64] = [:]
        var topic: Substring = ""
        for word in text.split(separator: ",") {
            var rest = word
            if let slash = word.firstIndex(of: "/") {
                topic = word[..<slash]
                rest = word[word.index(after: slash)...]
            }
            let pair = rest.split(separator: "@")
            guard pair.count == 2, let partition = Int(pair[0]), let next = Int64(pair[1]) else { continue }
            places[Place(topic: String(topic), partition: partition)] = next
        }
        return places
    }
}
