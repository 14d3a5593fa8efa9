import Bytes
import Glibc

extension RedisConnection {
    /// Connects, logs in, chooses the database and makes sure of two things: that the server has its role, and that MULTI and
    /// EXEC work for this user (a proxy or an ACL that refuses them but takes writes would apply those bare).
    ///
    /// Blocks for at most the connect time-out (twice that with sentinels) and twice the command time-out, or until
    /// `interrupt` is readable. Sentinels are asked, the name is resolved and the password file read again at each call. Whether the server is suitable otherwise is for
    /// the caller to check: ``inspect()``.
    public static func open(_ options: RedisOptions, interrupt: Int32? = nil) throws(RedisError) -> RedisConnection {
        let password = try options.currentPassword()
        let server = try options.locate(interrupt: interrupt)
        var connection = try RedisConnection(connecting: options, to: server, interrupt: interrupt)
        let ignored = try connection.logIn(password: password, interrupt: interrupt)
        do {
            try connection.check(interrupt: interrupt)
        } catch {
            // A server that is full says so in reply to whatever comes first, and closes.
            if error.kind == .closed, let ignored { throw connection.closedWith(ignored) }
            throw error
        }
        if options.refusesEviction { try connection.ensureKeepsKeys() }
        return connection
    }

    /// Returns the error reply to CLIENT SETNAME, if any.
    private mutating func logIn(password: String?, interrupt: Int32?) throws(RedisError) -> [UInt8]? {
        var commands = CommandBuffer()
        var names: [String] = []
        let user = options.user ?? options.address.user
        // A user without a password logs in too (ACL `nopass`), or is refused here, rather than run as `default`.
        if let user {
            commands.command("AUTH", user, password ?? "")
            names.append("AUTH")
        } else if let password {
            commands.command("AUTH", password)
            names.append("AUTH")
        }
        if options.address.database != 0 {
            commands.command("SELECT", "\(options.address.database)")
            names.append("SELECT \(options.address.database)")
        }
        if !options.clientName.isEmpty {
            commands.command("CLIENT", "SETNAME", options.clientName)
            names.append("CLIENT SETNAME")
        }
        guard !names.isEmpty else { return nil }
        var ignored: [UInt8]?
        let values = try roundTrip(commands, interrupt: interrupt)
        for (name, value) in zip(names, values) where !value.isOK {
            // The name only helps those who read CLIENT LIST; a user may lack the permission.
            if name == "CLIENT SETNAME" {
                if case .error(let text) = value { ignored = text }
                continue
            }
            if case .error(let text) = value {
                let remedy =
                    name == "AUTH" && password == nil
                    ? "No password is configured for user \(user ?? "default"): set `password-file` under `redis:`, or put it into the URL."
                    : Self.remedy(for: name, text)
                throw failed(.reply(text, to: "\(name) at \(server)", remedy: remedy))
            }
            throw failed(RedisError(.protocolViolation, "\(server) returned \(value) for \(name)."))
        }
        return ignored
    }

    /// What to do about a refused login.
    private static func remedy(for command: String, _ text: [UInt8]) -> String? {
        switch RedisErrorCode(text.span) {
        case .noAuth:
            "It requires a password: set `password-file` under `redis:` (and `user`, if it has ACL users), or put it into the URL."
        case .wrongPass:
            "Check the user and the password: `user` and `password-file` under `redis:`, or those in the URL."
        case .noPerm: "Give the user +\(command.prefix { $0 != " " }.lowercased())."
        default:
            command.hasPrefix("SELECT") ? "Use a database that exists: see `databases` in Redis's configuration." : nil
        }
    }

    private mutating func check(interrupt: Int32?) throws(RedisError) {
        var commands = CommandBuffer()
        commands.command("ROLE")
        commands.command("MULTI")
        commands.command("EXEC")
        let values = try roundTrip(commands, interrupt: interrupt)
        let address = "\(server)"
        if case .error(let text) = values[0] {
            throw failed(.reply(text, to: "ROLE at \(address)", remedy: Self.remedy(for: "ROLE", text)))
        }
        let role = values[0].elements?.first?.text ?? "something else"
        if let error = options.refusal(ofRole: role, at: address) { throw failed(error) }
        if case .error(let text) = values[1] {
            let error = RedisError.reply(text, to: "MULTI at \(address)")
            if error.handling != .stop { throw failed(error) }
        }
        guard values[1].isOK, values[2] == .array([]) else {
            let answers = values.dropFirst().compactMap { $0.text }.joined(separator: "; ")
            throw failed(
                RedisError(
                    .noTransactions,
                    "MULTI and EXEC do not work at \(address) (\(answers)), and nothing can be written exactly once without "
                        + "them. Give the user +multi +exec +watch +discard, or connect without the proxy."))
        }
    }
}

extension RedisOptions {
    /// Why a server with this role, as ROLE says it, is not the one that is meant; nil if it is.
    func refusal(ofRole found: String, at address: String) -> RedisError? {
        switch role {
        case .master where found != "master":
            RedisError(
                .notMaster,
                "Redis at \(address) has the role \(found), not master. Use the master's address, or wait for the failover to end."
            )
        case .replica where found != "slave":
            RedisError(
                .notReplica, "Redis at \(address) has the role \(found), and rows are to be read from a replica.")
        default: nil
        }
    }

    /// The password file's contents without line ends at its end, else the address' password.
    func currentPassword() throws(RedisError) -> String? {
        guard let passwordFile else { return address.password }
        func unreadable(_ why: String) -> RedisError {
            RedisError(.invalidOptions, "The password file \(passwordFile) of \(address) cannot be used: \(why).")
        }
        let descriptor = unsafe Glibc.open(passwordFile, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(unsafe String(cString: strerror(errno))) }
        defer { _ = Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe read(descriptor, room.baseAddress?.advanced(by: count), room.count - count)
            }
            if got < 0, errno == EINTR { continue }
            if got < 0 { throw unreadable(unsafe String(cString: strerror(errno))) }
            if got == 0 { break }
            count += got
        }
        guard count < bytes.count else { throw unreadable("it is longer than 4,095 bytes") }
        var text = bytes[..<count]
        while text.last == 0x0A || text.last == 0x0D { text.removeLast() }
        guard !text.isEmpty else { throw unreadable("it is empty") }
        guard let password = String(validating: text, as: UTF8.self) else { throw unreadable("it is not UTF-8") }
        return password
    }
}
