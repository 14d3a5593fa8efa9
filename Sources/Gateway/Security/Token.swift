/// A secret that allows something.
struct Token: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Shorter ones could be guessed.
    static let shortest = 16
    static let longest = 4_096

    /// The content of a file without the line ends after it; nil if that is too short, or no header could carry it.
    init?(_ content: [UInt8]) {
        var bytes = content[...]
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard (Self.shortest...Self.longest).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.bytes = Array(bytes)
    }

    /// Takes the same time wherever the difference is; only the length of what was sent shows.
    func matches(_ candidate: some Collection<UInt8>) -> Bool {
        let candidate = Array(candidate)
        var difference = bytes.count ^ candidate.count
        for index in candidate.indices { difference |= Int(candidate[index] ^ bytes[index % bytes.count]) }
        return difference == 0
    }

    func isSame(as other: Token) -> Bool { matches(other.bytes) }

    var description: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
