/// Reads `redis:`, a URL or a map.
struct RedisReader {
    let log: DiagnosticLog

    func read(_ node: YAMLNode) -> RedisSettings? {
        if case .scalar = node.content {
            guard let text = ScalarReader(log: log).text(node, place: "redis"), let url = url(text, at: node.position)
            else { return nil }
            return RedisSettings(url: url, user: url.user)
        }
        guard let map = MapReader(node, Vocabulary.redis, place: "redis", log: log), let node = map["url"],
            let text = map.text("url"), let url = url(text, at: node.position)
        else { return nil }
        var settings = RedisSettings(url: url, user: url.user)
        if let user = map.text("user") {
            if url.user != nil {
                log.error(
                    map["user"]?.position ?? node.position, "the URL has a user and `user` is there too: keep one")
            }
            settings.user = user
        }
        settings.passwordFile = map.text("password-file")
        if settings.passwordFile != nil, url.password != nil {
            log.error(
                map["password-file"]?.position ?? node.position,
                "the URL has a password and `password-file` is there too: keep the file")
        }
        if let tls = map["tls"] { settings.tls = readTLS(tls, url: url) }
        return settings
    }

    private func url(_ text: String, at position: Position) -> RedisURL? {
        do {
            return try RedisURL(text)
        } catch {
            log.error(position, "this Redis URL cannot be used: \(error.message)")
            return nil
        }
    }

    private func readTLS(_ node: YAMLNode, url: RedisURL) -> RedisSettings.TLS? {
        guard let map = MapReader(node, Vocabulary.tls, place: "tls", log: log) else { return nil }
        let tls = RedisSettings.TLS(ca: map.text("ca"), cert: map.text("cert"), key: map.text("key"))
        if !url.hasTLS {
            log.error(node.position, "`tls` is of use only with a `rediss://` URL: change the URL or remove `tls`")
        }
        if (map["cert"] == nil) != (map["key"] == nil) {
            log.error(node.position, "`cert` and `key` belong together: give both or neither")
        }
        return tls
    }
}
