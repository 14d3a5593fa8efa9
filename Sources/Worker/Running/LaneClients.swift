public import Redis

/// How lanes call themselves at Redis, so that `CLIENT LIST` shows who folds which generation.
public enum LaneClients {
    /// `NAME/ID`, with the generation's identifier.
    static func name(_ name: String, _ identifier: String) -> String { name.isEmpty ? "" : "\(name)/\(identifier)" }

    /// Which of these generations no lane of any process is connected for; nil if the user may not see other clients.
    public static func unfolded(_ identifiers: [String], _ redis: inout RedisConnection) throws(RedisError) -> [String]?
    {
        do throws(RedisError) {
            let clients = try redis.command("CLIENT", "LIST").text ?? ""
            return identifiers.filter { !clients.contains("/\($0) ") }
        } catch {
            if case .server(.noPerm) = error.kind { return nil }
            throw error
        }
    }
}
