internal import CommandLine
internal import Logging
internal import Projections
internal import Redis

/// Reads the top level of a file; errors go to the log, and what cannot be used is nil.
struct ConfigurationReader {
    let log: DiagnosticLog

    /// `isProgram`: there are no projections, since the program has its own.
    func read(_ root: YAMLNode, isProgram: Bool = false) -> Configuration? {
        let words = Vocabulary.top.filter { !isProgram || !["projections", "queries"].contains($0.name) }
        let place = isProgram ? "the settings" : "the file"
        guard let map = MapReader(root, words, place: place, log: log) else { return nil }
        let kafka = map["kafka"].map(kafka)
        let redis = map["redis"].flatMap { RedisReader(log: log).read($0) }
        let registry = map["registry"].flatMap { RegistryReader(log: log).read($0) }
        let worker = map["worker"].map { WorkerReader(log: log).read($0) } ?? WorkerSettings()
        let limits = map["limits"].map(limits) ?? Limits()
        let settings = map["log"].map(logSettings) ?? LogSettings()
        let home = redis?.address.database ?? 0
        let found = isProgram ? [] : map["projections"].map { ProjectionsReader(log: log, home: home).read($0) }
        let plans = (found ?? []).map(\.plan)
        // What names views is judged once all views are known.
        let isKnown = !isProgram && !log.hasErrors
        let views = plans.flatMap { plan in plan.views.map { "\(plan.name).\($0.name)" } }
        let gateway = map["gateway"].flatMap {
            GatewayReader(log: log, views: isKnown ? views : nil, redis: redis?.address).read($0)
        }
        let queries = isKnown ? map["queries"].map { QueriesReader(log: log, plans: plans).read($0) } ?? [] : []
        if map["registry"] == nil, !isProgram {
            RegistryReader.refuse(plans, at: map["projections"]?.position ?? .start, log)
        }
        guard let kafka, let redis, let found, !log.hasErrors else { return nil }
        var configuration = Configuration(
            file: log.file, kafka: kafka, redis: redis, worker: worker, limits: limits, log: settings,
            gateway: gateway, projections: plans, queries: queries, warnings: [])
        configuration.registry = registry
        for each in found {
            configuration.databases[each.plan.name] = each.database
            configuration.definitions[each.plan.name] = each.definition
        }
        checkSpares(configuration, at: map["redis"]?.position ?? .start)
        return configuration
    }

    private func checkSpares(_ configuration: Configuration, at position: Position) {
        for (name, database) in configuration.databases.sorted(by: { $0.key < $1.key })
        where configuration.redis.spare?.contains(database) == true {
            log.error(position, "database \(database) holds projection \(name), so it cannot be a `spare` one")
        }
    }

    private func kafka(_ node: YAMLNode) -> [KafkaProperty] {
        guard case .mapping(let entries) = node.content else {
            log.error(node.position, "kafka must be a map of librdkafka properties, not \(node.kindName)")
            return []
        }
        var properties: [KafkaProperty] = []
        for entry in entries {
            if let own = Vocabulary.ownProperties.first(where: { $0.name == entry.name }) {
                log.error(entry.position, "`\(own.name)` is Lantern's own: \(own.reason); remove it")
                continue
            }
            guard case .scalar(let text, _) = entry.value.content, !entry.value.isNull else {
                log.error(
                    entry.value.position, "`\(entry.name)` must be a single value, not \(entry.value.kindName)")
                continue
            }
            // Not repeated here, nor by librdkafka: it may be a secret.
            if Self.brokerNames.contains(entry.name), text.contains("@") {
                log.error(
                    entry.value.position,
                    "`\(entry.name)` has an `@`: it takes HOST:PORT only. Set the user and the password by `sasl.username` and "
                        + "`sasl.password`")
                continue
            }
            properties.append(KafkaProperty(name: entry.name, value: text, position: entry.position))
        }
        let names = entries.map(\.name)
        if !names.contains(where: Self.brokerNames.contains) {
            if let near = names.first(where: { Suggestion.nearest(to: $0, among: Self.brokerNames) != nil }),
                let entry = entries.first(where: { $0.name == near })
            {
                log.error(entry.position, "unknown name `\(near)` in kafka: did you mean `bootstrap.servers`?")
            } else {
                log.error(node.position, "kafka needs `bootstrap.servers`: the brokers, `HOST:PORT,HOST:PORT`")
            }
        }
        return properties
    }

    private static let brokerNames = ["bootstrap.servers", "metadata.broker.list"]

    private func limits(_ node: YAMLNode) -> Limits {
        var limits = Limits()
        guard let map = MapReader(node, LimitWord.all.map(\.word), place: "limits", log: log) else { return limits }
        let reader = ScalarReader(log: log)
        for word in LimitWord.all {
            guard let value = map[word.name] else { continue }
            let place = "`\(word.name)`"
            let number =
                switch word.unit {
                case .count: reader.integer(value, in: word.range, place: place)
                case .bytes: reader.size(value, in: word.range, place: place)
                case .milliseconds: reader.duration(value, in: word.range, place: place)
                }
            if let number { limits[keyPath: word.property] = number }
        }
        if limits.recordBytes > limits.replyBytes / 2 {
            log.error(
                (map.entry("record-bytes") ?? map.entry("reply-bytes"))?.position ?? node.position,
                "`record-bytes` (\(ByteCount.text(limits.recordBytes))) is more than half of `reply-bytes` "
                    + "(\(ByteCount.text(limits.replyBytes))): a parked event could not be read back from Redis")
        }
        if limits.backOffMinimumMilliseconds > limits.backOffMaximumMilliseconds {
            log.error(
                (map.entry("back-off-minimum") ?? map.entry("back-off-maximum"))?.position ?? node.position,
                "`back-off-minimum` (\(TimeSpan.text(limits.backOffMinimumMilliseconds))) is longer than "
                    + "`back-off-maximum` (\(TimeSpan.text(limits.backOffMaximumMilliseconds)))")
        }
        return limits
    }

    private func logSettings(_ node: YAMLNode) -> LogSettings {
        var settings = LogSettings()
        guard let map = MapReader(node, Vocabulary.log, place: "log", log: log) else { return settings }
        if let level = map.choice("level", LogSettings.Level.self) { settings.level = level }
        if let format = map.choice("format", LogSettings.Format.self) { settings.format = format }
        return settings
    }
}
