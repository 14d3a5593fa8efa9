internal import Projections

/// Compiles `queries:` against the projections of the file.
struct QueriesReader {
    let log: DiagnosticLog
    let plans: [ProjectionPlan]

    func read(_ node: YAMLNode) -> [QueryPlan] {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            log.error(node.position, "queries must be a map of names and queries, not \(node.kindName)")
            return []
        }
        return entries.compactMap { entry in
            if let fault = Names.fault(in: entry.name) {
                log.error(entry.position, "`\(entry.name)` is not a valid name for a query: use \(fault)")
            }
            return query(entry)
        }
    }

    private func query(_ entry: YAMLNode.Entry) -> QueryPlan? {
        guard let map = MapReader(entry.value, QueryVocabulary.query, place: "query \(entry.name)", log: log) else {
            return nil
        }
        let parameters = map["parameters"].map(parameters) ?? []
        var used: Set<String> = []
        let reads = map["reads"].map { self.reads($0, parameters, &used) } ?? []
        // A read that is wrong may have meant to use one.
        let isWhole = reads.count == map["reads"].map(Self.entries)?.count
        for parameter in map["parameters"].map(Self.entries) ?? [] where isWhole && !used.contains(parameter.name) {
            log.error(
                parameter.position, "parameter `\(parameter.name)` is used by no read: remove it, or put it into a key")
        }
        return QueryPlan(
            name: entry.name, parameters: parameters, reads: reads, roles: map["roles"].map(roles) ?? [])
    }

    private static func entries(_ node: YAMLNode) -> [YAMLNode.Entry] {
        if case .mapping(let entries) = node.content { entries } else { [] }
    }

    private func parameters(_ node: YAMLNode) -> [QueryPlan.Parameter] {
        let entries = Self.entries(node)
        if entries.isEmpty {
            log.error(node.position, "parameters must be a map such as `{ customerId: string }`, not \(node.kindName)")
        }
        return entries.compactMap { entry in
            checkIdentifier(entry, "parameter")
            if QueryVocabulary.reserved.contains(entry.name) {
                log.error(
                    entry.position, "`\(entry.name)` cannot be a parameter: requests say something else by that name")
            }
            guard let word = ScalarReader(log: log).text(entry.value, place: "`\(entry.name)`") else { return nil }
            guard let kind = QueryPlan.ParameterKind(rawValue: word) else {
                let known = QueryPlan.ParameterKind.allCases.map(\.rawValue)
                log.error(entry.value.position, "a parameter cannot be `\(word)`\(Hint.text(for: word, among: known))")
                // Reads that use it are not wrong for that.
                return QueryPlan.Parameter(name: entry.name, kind: .string)
            }
            return QueryPlan.Parameter(name: entry.name, kind: kind)
        }
    }

    private func checkIdentifier(_ entry: YAMLNode.Entry, _ what: String) {
        let isLegal = entry.name.utf8.enumerated().allSatisfy { index, byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) && index > 0
        }
        if isLegal, (1...64).contains(entry.name.utf8.count) { return }
        log.error(
            entry.position,
            "`\(entry.name)` is not a valid name for a \(what): use 1 to 64 letters and digits, beginning with a letter"
        )
    }

    private func roles(_ node: YAMLNode) -> [String] {
        let items = node.listItems
        if items.isEmpty { log.error(node.position, "`roles` must be a list of names, `[web]`, not \(node.kindName)") }
        return items.compactMap { ScalarReader(log: log).text($0, place: "a role") }
    }

    private func reads(
        _ node: YAMLNode, _ parameters: [QueryPlan.Parameter], _ used: inout Set<String>
    ) -> [QueryPlan.Read] {
        let entries = Self.entries(node)
        if entries.isEmpty {
            log.error(node.position, "reads must be a map of names and what is read, not \(node.kindName)")
        }
        if entries.count > QueryVocabulary.mostReads {
            log.error(node.position, "a query has at most \(QueryVocabulary.mostReads) reads, not \(entries.count)")
        }
        var reads: [QueryPlan.Read] = []
        for entry in entries {
            checkIdentifier(entry, "read")
            var reader = QueryReadReader(log: log, plans: plans, parameters: parameters.map(\.name), entry: entry)
            if let read = reader.read() { reads.append(read) }
            used.formUnion(reader.used)
        }
        return reads
    }
}
