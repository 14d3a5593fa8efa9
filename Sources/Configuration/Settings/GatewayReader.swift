internal import Projections
internal import Redis
internal import System

/// Reads `gateway:`.
struct GatewayReader {
    let log: DiagnosticLog
    /// The views that there are, `PROJECTION.VIEW`; nil: they are not known here.
    var views: [String]?
    /// nil: it is not known.
    var redis: RedisAddress?

    func read(_ node: YAMLNode) -> GatewaySettings? {
        guard let map = MapReader(node, Vocabulary.gateway, place: "gateway", log: log),
            var settings = GatewaySettings(listen: listen(in: map) ?? GatewaySettings.usualAddress)
        else { return nil }
        settings.readTokenFile = map.text("read-token-file")
        settings.operateTokenFile = map.text("operate-token-file")
        if let file = settings.readTokenFile, file == settings.operateTokenFile {
            log.error(
                map["operate-token-file"]?.position ?? node.position,
                "`operate-token-file` is the same file as `read-token-file`: whoever may read could also change things; use two files"
            )
        }
        if let hosts = map["hosts"] { settings.hosts = names(hosts) }
        if let tls = map["tls"] { settings.tls = readTLS(tls) }
        settings.clientsFile = map.text("clients-file")
        if let roles = map["roles"] { settings.roles = readRoles(roles) }
        if let source = map["read-from"] { settings.replicas = readSource(source) }
        settings.connections = map.integer("connections", in: Vocabulary.connections)
        settings.connectionsPerAddress = map.integer("connections-per-address", in: Vocabulary.connections)
        let hasToken = ["read-token-file", "operate-token-file", "clients-file"].contains { map[$0] != nil }
        if !settings.listen.isLoopback, !hasToken {
            log.error(
                map["listen"]?.position ?? node.position,
                "the gateway would be reachable from other machines on \(settings.listen), and has no token: set "
                    + "`read-token-file` and `operate-token-file`, or listen on 127.0.0.1")
        }
        return settings
    }

    private func listen(in map: MapReader) -> String? {
        guard let node = map["listen"], let text = map.text("listen") else { return nil }
        if ListenAddress(text) != nil { return text }
        log.error(
            node.position,
            "`listen` must be an address of this machine and a port, such as `127.0.0.1:8080`, `0.0.0.0:8080` or "
                + "`\"[::]:8080\"`, not `\(text)`")
        return nil
    }

    private func names(_ node: YAMLNode) -> [String] {
        let items = node.listItems
        guard !items.isEmpty else {
            log.error(node.position, "`hosts` must be a list of names, `[lantern.example.com]`, not \(node.kindName)")
            return []
        }
        return items.compactMap { item in
            guard let text = ScalarReader(log: log).text(item, place: "a name of `hosts`") else { return nil }
            let isName = text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "-_.".utf8.contains(byte)
            }
            if isName, text.utf8.count <= 253 { return text.lowercased() }
            log.error(
                item.position,
                "a name of `hosts` is the name alone, without scheme and port, such as `lantern.example.com`, not `\(text)`"
            )
            return nil
        }
    }

    /// The replicas that rows are read from; none are those that the sentinels know, nil is the master.
    private func readSource(_ node: YAMLNode) -> [RedisAddress.Endpoint]? {
        let items = node.listItems
        guard !items.isEmpty else {
            log.error(
                node.position,
                "`read-from` must be `master`, `replica`, or a list of replicas, `[replica-1:6379]`, not \(node.kindName)"
            )
            return nil
        }
        var places: [RedisAddress.Endpoint] = []
        for item in items {
            guard let text = ScalarReader(log: log).text(item, place: "a server of `read-from`") else { continue }
            if ["master", "replica"].contains(text), items.count == 1 {
                if text == "master" { return nil }
                guard let redis else { return [] }
                if case .sentinel = redis.endpoint { return [] }
                log.error(
                    item.position,
                    "`read-from: replica` takes the replicas that `sentinels` under `redis` know, and there are none: name them, `read-from: [replica-1:6379]`"
                )
            } else if let place = RedisAddress.Endpoint(hostAndPort: text), !["master", "replica"].contains(text) {
                places.append(place)
            } else {
                log.error(
                    item.position,
                    "a server of `read-from` is HOST:PORT of a replica, such as `replica-1:6379`, with the login and the TLS of `redis`, not `\(text)`"
                )
            }
        }
        return places
    }

    private func readRoles(_ node: YAMLNode) -> [String: [String]] {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            log.error(
                node.position,
                "`roles` must be a map of roles and views, `{ web: [orders.order] }`, not \(node.kindName)")
            return [:]
        }
        var roles: [String: [String]] = [:]
        for entry in entries {
            if let fault = Names.fault(in: entry.name) {
                log.error(entry.position, "`\(entry.name)` is not a valid name for a role: use \(fault)")
            }
            let items = entry.value.listItems
            if items.isEmpty {
                log.error(
                    entry.value.position,
                    "a role must be a list of views, `[orders.order]`, not \(entry.value.kindName)")
            }
            for item in items {
                guard let text = ScalarReader(log: log).text(item, place: "a view of a role") else { continue }
                checkView(text, at: item.position)
                roles[entry.name, default: []].append(text)
            }
        }
        return roles
    }

    private func checkView(_ text: String, at position: Position) {
        guard let views else { return }
        let known = views + Set(views.map { String($0.prefix { $0 != "." }) + ".*" }).sorted()
        if known.contains(text) { return }
        log.error(position, "there is no view `\(text)`\(Hint.text(for: text, among: known))")
    }

    private func readTLS(_ node: YAMLNode) -> GatewaySettings.TLS? {
        guard let map = MapReader(node, Vocabulary.gatewayTLS, place: "tls", log: log),
            let certificate = map.text("certificate"), let key = map.text("key")
        else { return nil }
        return GatewaySettings.TLS(certificate: certificate, key: key)
    }
}
