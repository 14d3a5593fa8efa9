import Bytes
import System

extension RedisOptions {
    /// Where the server is now: the address itself, or what the sentinels say.
    ///
    /// Sentinels are asked in turn until more than half of all name the same server. If there are not so many, the one that most
    /// name is taken: whether it is a master, and which writes it has, the connection's ROLE and the checkpoints decide. One
    /// that is cut off from the others may name an old master for long, which is why the first answer is not enough.
    func locate(interrupt: Int32?) throws(RedisError) -> RedisAddress {
        guard case .sentinel(let group) = address.endpoint else { return address }
        let deadline = Deadline(milliseconds: connectTimeoutMilliseconds)
        var votes: [(endpoint: RedisAddress.Endpoint, count: Int)] = []
        var failures: [String] = []
        for (index, place) in group.places.enumerated() {
            let share = deadline.share(of: group.places.count - index)
            do throws(RedisError) {
                let endpoint = try ask(place, for: group.master, deadline: share, interrupt: interrupt)
                if let known = votes.firstIndex(where: { $0.endpoint == endpoint }) {
                    votes[known].count += 1
                } else {
                    votes.append((endpoint, 1))
                }
                if votes.contains(where: { $0.count * 2 > group.places.count }) { break }
            } catch {
                if error.kind == .interrupted { throw error }
                failures.append("\(place): \(error.message)")
            }
        }
        var chosen = votes.first
        for vote in votes where vote.count > (chosen?.count ?? 0) { chosen = vote }
        guard let chosen else {
            throw RedisError(
                .unreachable,
                "No sentinel says where the master \(group.master) is. \(failures.joined(separator: " ")) Check `sentinels` and `master` under `redis`, and that a sentinel runs."
            )
        }
        return address.at(chosen.endpoint)
    }

    /// Where one sentinel says that the master is.
    private func ask(
        _ place: SentinelGroup.Place, for master: String, deadline: Deadline, interrupt: Int32?
    ) throws(RedisError) -> RedisAddress.Endpoint {
        let milliseconds = max(1, deadline.remainingMilliseconds)
        var options = RedisOptions(
            address: RedisAddress(
                endpoint: .tcp(host: place.host, port: place.port), usesTLS: address.usesTLS, database: 0,
                user: sentinelUser, password: nil),
            user: sentinelUser, passwordFile: sentinelPasswordFile, tls: tls, connectTimeoutMilliseconds: milliseconds,
            commandTimeoutMilliseconds: milliseconds, replyLimits: replyLimits)
        options.clientName = clientName
        var commands = CommandBuffer()
        let password = try options.currentPassword()
        if let user = sentinelUser {
            commands.command("AUTH", user, password ?? "")
        } else if let password {
            commands.command("AUTH", password)
        }
        commands.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", master)
        var connection = try RedisConnection(connecting: options, to: options.address, interrupt: interrupt)
        let replies = try connection.roundTrip(commands, interrupt: interrupt)
        for case .error(let text) in replies {
            throw .reply(
                text, to: "SENTINEL", remedy: "Its user and password are `sentinel-user` and `sentinel-password-file`.")
        }
        guard let words = replies.last?.elements, words.count == 2, let host = words[0].text,
            let port = words[1].text.flatMap({ UInt16($0) })
        else { throw RedisError(.unreachable, "It knows no master of that name.") }
        return .tcp(host: host, port: port)
    }
}
