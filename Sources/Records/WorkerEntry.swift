/// What one worker process says of itself in `lantern:workers`, once a second, for people, for monitoring and for builds
/// that must not slow it down. Nothing ever decides by it what is folded.
///
/// As text, a line for the process, then a line for each projection, each followed by lines about its partitions
/// (StoredKeys.md, "Workers"). Readers skip fields that they do not know.
public struct WorkerEntry: Sendable, Equatable {
    /// A worker whose entry is older than this, in milliseconds, is gone.
    public static let lifetime: Int64 = 10_000
    /// Whoever writes an entry of its own removes others that are older than this.
    public static let removal: Int64 = 60_000

    /// Random for each start of a process: 16 hexadecimal digits.
    public var id: String
    public var version = ""
    public var host = ""
    /// The pod's name in Kubernetes; empty elsewhere.
    public var pod = ""
    public var process: Int64 = 0
    /// When the process began, and when it wrote this, by Redis's clock in milliseconds since 1970.
    public var started: Int64 = 0
    public var stamp: Int64 = 0
    /// Lanes for each projection.
    public var lanes = 0
    public var projections: [WorkerProjection] = []

    public init(id: String) { self.id = id }

    public func isGone(at time: Int64) -> Bool { time - stamp > Self.lifetime }

    public var text: String {
        var lines = [
            "version=\(Self.word(version)) host=\(Self.word(host)) pod=\(Self.word(pod)) process=\(process) "
                + "started=\(started) stamp=\(stamp) lanes=\(lanes)"
        ]
        for projection in projections { lines += projection.lines }
        return lines.joined(separator: "\n")
    }

    /// Reads the text; nil if it is not one.
    public init?(id: String, text: String) {
        self.id = id
        let lines = text.split(separator: "\n")
        guard let first = lines.first else { return nil }
        let words = WorkerLine(first)
        guard let stamp = words.number("stamp") else { return nil }
        self.stamp = stamp
        version = words["version"] ?? ""
        host = words["host"] ?? ""
        pod = words["pod"] ?? ""
        process = words.number("process") ?? 0
        started = words.number("started") ?? 0
        lanes = words.number("lanes").map { Int($0) } ?? 0
        for line in lines.dropFirst() {
            let words = WorkerLine(line)
            if let projection = WorkerProjection(words) {
                projections.append(projection)
            } else if !projections.isEmpty {
                projections[projections.count - 1].partitions += WorkerPartition.read(words)
            }
        }
    }

    /// A word without what separates words.
    static func word(_ text: String) -> String {
        String(text.map { $0.isWhitespace || $0 == "=" ? "-" : $0 })
    }

    static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}
