/// What Redis is busy with, and how its replicas are, as INFO says.
public struct ServerCondition: Sendable, Equatable {
    public var isSavingSnapshot = false
    public var isRewritingLog = false
    /// Replicas that do not follow: `HOST:PORT is STATE`.
    public var lateReplicas: [String] = []

    /// From the text of INFO (lines `name:value`); `slave0:ip=…,port=…,state=online,offset=…,lag=1` for each replica.
    init(info: String) {
        for line in info.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...]
            switch line[..<colon] {
            case "rdb_bgsave_in_progress": isSavingSnapshot = value == "1"
            case "aof_rewrite_in_progress": isRewritingLog = value == "1"
            case let name where name.hasPrefix("slave") && name.dropFirst(5).allSatisfy(\.isNumber): note(value)
            default: break
            }
        }
    }

    private mutating func note(_ replica: Substring) {
        var fields: [Substring: Substring] = [:]
        for field in replica.split(separator: ",") {
            guard let equals = field.firstIndex(of: "=") else { continue }
            fields[field[..<equals]] = field[field.index(after: equals)...]
        }
        let state = fields["state"] ?? "unknown"
        let lag = fields["lag"].flatMap { Int($0) } ?? 0
        guard state != "online" || lag > 10 else { return }
        let words = state == "online" ? "\(lag) s behind" : "\(state)"
        lateReplicas.append("\(fields["ip"] ?? "?"):\(fields["port"] ?? "?") is \(words)")
    }
}
