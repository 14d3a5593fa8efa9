package import Projections

extension Configuration {
    /// The settings of a program that has its projections in code: the parts of a file, `worker` say, each as a map of the
    /// file's names. Ranges, defaults and messages are a file's. In `redis` the names of the inner map are `tls.ca` and so on.
    package static func settings(_ parts: [String: [String: String]]) throws(ConfigurationError) -> Configuration {
        let log = DiagnosticLog(file: "settings")
        let inner = ["redis": ["tls"], "registry": ["tls"], "gateway": ["tls", "roles"]]
        let entries = parts.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map { name, values in
            entry(
                name, map(values, inner: inner[name] ?? [], isText: name == "kafka"))
        }
        let result = ConfigurationReader(log: log).read(node(.mapping(entries), entries.map(\.value)), isProgram: true)
        guard let result, !log.hasErrors else {
            throw ConfigurationError(code: .invalid, diagnostics: log.diagnostics)
        }
        return result
    }

    /// Throws if a program's projection needs a registry that the settings do not name.
    package func checkRegistry(of plan: ProjectionPlan) throws(ConfigurationError) {
        if registry != nil { return }
        let log = DiagnosticLog(file: "settings")
        RegistryReader.refuse([plan], at: .start, log)
        if log.hasErrors { throw ConfigurationError(code: .invalid, diagnostics: log.diagnostics) }
    }

    private static func map(_ values: [String: String], inner: [String], isText: Bool) -> YAMLNode {
        var entries: [YAMLNode.Entry] = []
        var maps: [String: [String: String]] = [:]
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            if let map = inner.first(where: { name.hasPrefix($0 + ".") }) {
                maps[map, default: [:]][String(name.dropFirst(map.count + 1))] = value
            } else {
                entries.append(entry(name, node(.scalar(value, isQuoted: isText), [])))
            }
        }
        entries += maps.map { entry($0.key, map($0.value, inner: [], isText: isText)) }
        return node(.mapping(entries), entries.map(\.value))
    }

    private static func entry(_ name: String, _ value: YAMLNode) -> YAMLNode.Entry {
        YAMLNode.Entry(name: name, position: .start, value: value)
    }

    private static func node(_ content: YAMLNode.Content, _ parts: [YAMLNode]) -> YAMLNode {
        YAMLNode(
            content: content, position: .start, size: parts.reduce(1) { $0 + $1.size },
            height: 1 + (parts.map(\.height).max() ?? 0))
    }
}
