internal import Projections

/// Reads `registry:`, a URL or a map.
struct RegistryReader {
    let log: DiagnosticLog

    func read(_ node: YAMLNode) -> RegistrySettings? {
        if case .scalar = node.content {
            return ScalarReader(log: log).text(node, place: "registry").flatMap { settings($0, at: node.position) }
        }
        guard let map = MapReader(node, Vocabulary.registry, place: "registry", log: log), let url = map.text("url"),
            var settings = settings(url, at: map["url"]?.position ?? node.position)
        else { return nil }
        settings.user = map.text("user")
        settings.passwordFile = map.text("password-file")
        if let entry = map.entry("password-file"), settings.user == nil {
            log.error(entry.position, "`password-file` needs `user`")
        }
        guard let tls = map["tls"], let files = MapReader(tls, Vocabulary.tls, place: "`tls`", log: log) else {
            return settings
        }
        if !settings.url.hasPrefix("https://") {
            log.error(tls.position, "`tls` needs a URL that begins with https://")
        }
        settings.authority = files.text("ca")
        settings.certificate = files.text("cert")
        settings.key = files.text("key")
        if (settings.certificate == nil) != (settings.key == nil) {
            log.error(tls.position, "`cert` and `key` belong together: one of them is missing")
        }
        return settings
    }

    private func settings(_ url: String, at position: Position) -> RegistrySettings? {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            log.error(position, "the registry's URL must begin with http:// or https://")
            return nil
        }
        // Not repeated here: it may be a password.
        if url.contains("@") {
            log.error(
                position, "the registry's URL has an `@`: set the user and the password by `user` and `password-file`")
            return nil
        }
        return RegistrySettings(url: url)
    }

    /// Without a registry: topics whose events have schemas need one.
    static func refuse(_ plans: [ProjectionPlan], at position: Position, _ log: DiagnosticLog) {
        for plan in plans {
            for topic in plan.topics where topic.format.needsRegistry {
                log.error(
                    position,
                    "topic \(topic.name) of projection \(plan.name) has schemas that are in a registry: \(log.file == "settings" ? "the settings need" : "the file needs") "
                        + "`registry`, its URL")
            }
        }
    }
}
