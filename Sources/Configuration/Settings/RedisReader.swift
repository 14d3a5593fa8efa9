internal import CommandLine
internal import Logging
internal import Redis

/// Reads `redis:`, a URL or a map.
struct RedisReader {
    let log: DiagnosticLog

    func read(_ node: YAMLNode) -> RedisSettings? {
        if case .scalar = node.content {
            guard let text = ScalarReader(log: log).text(node, place: "redis"),
                let address = address(text, at: node.position)
            else { return nil }
            return RedisSettings(address: address, user: address.user)
        }
        guard let map = MapReader(node, Vocabulary.redis, place: "redis", log: log), let address = address(in: map)
        else { return nil }
        var settings = RedisSettings(address: address, user: address.user)
        if let user = map.text("user") {
            if address.user != nil {
                log.error(
                    map["user"]?.position ?? node.position, "the URL has a user, and `user` is set too: keep one")
            }
            settings.user = user
        }
        settings.passwordFile = map.text("password-file")
        if settings.passwordFile != nil, address.password != nil {
            log.error(
                map["password-file"]?.position ?? node.position,
                "the URL has a password, and `password-file` is set too: keep the file")
        }
        settings.sentinelUser = map.text("sentinel-user")
        settings.sentinelPasswordFile = map.text("sentinel-password-file")
        if let tls = map["tls"] { settings.tls = readTLS(tls, address: address) }
        if let spare = map["spare"] { settings.spare = readSpare(spare, home: address.database) }
        return settings
    }

    /// Where the server is: `url`, or `sentinels` and `master`.
    private func address(in map: MapReader) -> RedisAddress? {
        let own = ["sentinels", "master", "database", "sentinel-user", "sentinel-password-file"]
        guard let sentinels = map["sentinels"] else {
            if !map.mistyped.contains("sentinels"), let other = own.compactMap({ map.entry($0) }).first {
                log.error(other.position, "`\(other.name)` belongs to `sentinels`, which is not there")
                return nil
            }
            guard let url = map["url"], let text = map.text("url") else {
                if map["url"] == nil, !map.mistyped.contains("url"), !map.mistyped.contains("sentinels") {
                    log.error(
                        map.position, "redis needs `url`, such as redis://localhost:6379, or `sentinels` and `master`")
                }
                return nil
            }
            return address(text, at: url.position)
        }
        if let url = map.entry("url") {
            log.error(
                url.position, "`url` and `sentinels` are both there: the sentinels say where the master is; remove one")
        }
        let items = sentinels.listItems
        let places = items.flatMap { self.places(of: $0) }
        if items.isEmpty {
            log.error(
                sentinels.position,
                "`sentinels` must be a list of addresses, `[a:26379, b:26379]`, not \(sentinels.kindName)")
        }
        guard let master = map.text("master") else {
            if map["master"] == nil, !map.mistyped.contains("master") {
                log.error(sentinels.position, "redis needs `master` beside `sentinels`: what they call the master")
            }
            return nil
        }
        guard !places.isEmpty, !log.hasErrors else { return nil }
        return RedisAddress(
            endpoint: .sentinel(SentinelGroup(master: master, places: places)), usesTLS: map["tls"] != nil,
            database: map.integer("database", in: Vocabulary.databases) ?? 0, user: nil, password: nil)
    }

    /// One item of the list; in settings from a program, where a list is one text, several with commas between them.
    private func places(of node: YAMLNode) -> [SentinelGroup.Place] {
        guard let text = ScalarReader(log: log).text(node, place: "an address of `sentinels`") else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).compactMap { word in
            let word = String(word.drop { $0 == " " })
            if let place = SentinelGroup.Place(word) { return place }
            log.error(
                node.position, "an address of `sentinels` is HOST:PORT, such as `sentinel-1:26379`, not `\(word)`")
            return nil
        }
    }

    private func readSpare(_ node: YAMLNode, home: Int) -> [Int]? {
        let items = node.listItems
        guard !items.isEmpty else {
            log.error(node.position, "`spare` must be a list of databases, `[14, 15]`, not \(node.kindName)")
            return nil
        }
        var numbers: [Int] = []
        for item in items {
            let reader = ScalarReader(log: log)
            guard let number = reader.integer(item, in: Vocabulary.databases, place: "a database of `spare`") else {
                continue
            }
            if number == home {
                log.error(
                    item.position, "database \(number) is the one of the URL, where the live views are: name another")
            } else if numbers.contains(number) {
                log.error(item.position, "database \(number) is named twice in `spare`")
            } else {
                numbers.append(number)
            }
        }
        return numbers
    }

    private func address(_ text: String, at position: Position) -> RedisAddress? {
        do {
            return try RedisAddress(text)
        } catch {
            let scheme = text.firstRange(of: "://").map { text[..<$0.lowerBound].lowercased() } ?? ""
            let near =
                RedisAddress.schemes.contains(scheme) || scheme.contains("sentinel")
                ? nil : Suggestion.nearest(to: scheme, among: RedisAddress.schemes)
            log.error(position, error.message + (near.map { " Did you mean `\($0)://`?" } ?? ""))
            return nil
        }
    }

    private func readTLS(_ node: YAMLNode, address: RedisAddress) -> RedisOptions.TLS? {
        guard let map = MapReader(node, Vocabulary.tls, place: "tls", log: log) else { return nil }
        let tls = RedisOptions.TLS(ca: map.text("ca"), certificate: map.text("cert"), key: map.text("key"))
        if !address.usesTLS {
            log.error(node.position, "`tls` has an effect only with a `rediss://` URL: change the URL or remove `tls`")
        }
        if (map["cert"] == nil) != (map["key"] == nil) {
            log.error(node.position, "`cert` and `key` belong together: give both or neither")
        }
        return tls
    }
}
