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
        let reply = try ask(place, ["GET-MASTER-ADDR-BY-NAME", master], deadline: deadline, interrupt: interrupt)
        guard let words = reply.elements, words.count == 2, let host = words[0].text,
            let port = words[1].text.flatMap({ UInt16($0) })
        else { throw RedisError(.unreachable, "It knows no master of that name.") }
        return .tcp(host: host, port: port)
    }

    /// What one sentinel replies to a command about a master.
    private func ask(
        _ place: SentinelGroup.Place, _ words: [String], deadline: Deadline, interrupt: Int32?
    ) throws(RedisError) -> RedisValue {
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
        commands.begin(1 + words.count)
        commands.argument("SENTINEL")
        for word in words { commands.argument(text: word) }
        var connection = try RedisConnection(connecting: options, to: options.address, interrupt: interrupt)
        let replies = try connection.roundTrip(commands, interrupt: interrupt)
        for case .error(let text) in replies {
            throw .reply(
                text, to: "SENTINEL", remedy: "Its user and password are `sentinel-user` and `sentinel-password-file`.")
        }
        return replies.last ?? .null
    }

    /// The servers that may be meant, the best first: this one; or, of sentinels, the replicas that the first one that replies
    /// takes for alive, those before the others that follow their master and have most of what it wrote. None if it knows none.
    ///
    /// Blocks for at most the connect time-out.
    public func replicas(interrupt: Int32? = nil) throws(RedisError) -> [RedisOptions] {
        guard case .sentinel(let group) = address.endpoint else { return [self] }
        let deadline = Deadline(milliseconds: connectTimeoutMilliseconds)
        var failures: [String] = []
        for (index, place) in group.places.enumerated() {
            do throws(RedisError) {
                let share = deadline.share(of: group.places.count - index)
                let reply = try ask(place, ["REPLICAS", group.master], deadline: share, interrupt: interrupt)
                return SentinelReplica.alive(in: reply).map { replica(at: $0.endpoint) }
            } catch {
                if error.kind == .interrupted { throw error }
                failures.append("\(place): \(error.message)")
            }
        }
        throw RedisError(
            .unreachable,
            "No sentinel says where the replicas of \(group.master) are. \(failures.joined(separator: " ")) Check `sentinels` and `master` under `redis`, and that a sentinel runs."
        )
    }
}
