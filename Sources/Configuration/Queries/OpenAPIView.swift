internal import Projections

/// The paths of one view.
struct OpenAPIView {
    private let plan: ProjectionPlan
    private let view: ViewPlan

    init(_ plan: ProjectionPlan, _ view: ViewPlan) {
        self.plan = plan
        self.view = view
    }

    private var base: String { "/v1/views/\(plan.name)/\(view.name)" }

    /// The placeholders of the key by name, each once.
    private var names: [String] {
        var names: [String] = []
        for part in view.key.parts {
            guard case .placeholder(let source) = part else { continue }
            let name =
                switch source {
                case .path(let index, _): plan.paths[index].members.joined(separator: ".")
                case .header(let name, _): name
                default: "key"
                }
            names.append(names.contains(name) ? "\(name)\(names.count + 1)" : name)
        }
        return names
    }

    var paths: [(String, JSONValue)] {
        let keys = names.map {
            OpenAPIParts.parameter($0, in: "path", schema: OpenAPIParts.text("^[^/]+$"), isRequired: true)
        }
        let path = base + names.map { "/{\($0)}" }.joined()
        var paths: [(String, JSONValue)] = []
        if case .buckets = view.kind {
            let last = OpenAPIParts.parameter(
                "last", in: "query", schema: OpenAPIParts.span, isRequired: true, "The span that ends now.")
            paths.append(
                (
                    path,
                    OpenAPIParts.get(
                        "The buckets of a span, and their sum", keys + [last] + OpenAPIParts.freshness, sums)
                ))
        } else {
            paths.append(
                (path, OpenAPIParts.get("A row of view \(view.name)", keys + own + OpenAPIParts.freshness, row)))
        }
        if !names.isEmpty {
            let more = [
                OpenAPIParts.parameter(
                    "keys", in: "query", schema: OpenAPIParts.text("^[^,]+(,[^,]+){0,99}$"), isRequired: false,
                    "The values of up to 100 keys, with commas; for keys of one value."),
                OpenAPIParts.parameter(
                    "scan", in: "query", schema: OpenAPIParts.text("^[0-9]{0,19}$"), isRequired: false,
                    "Instead of keys: 0, or the cursor of the page before; without any condition."),
            ]
            let rows = OpenAPIParts.object(
                [
                    ("rows", OpenAPIParts.list(of: OpenAPIParts.orNull(row))),
                    ("cursor", OpenAPIParts.type("string", "null")),
                ], optional: ["cursor"])
            paths.append(
                (base, OpenAPIParts.get("Several rows of view \(view.name)", more + OpenAPIParts.freshness, rows)))
        }
        return paths
    }

    /// What only this kind takes.
    private var own: [JSONValue] {
        switch view.kind {
        case .sortedSet, .latest:
            func count(_ least: Int, _ most: Int) -> [(String, JSONValue)] {
                [("type", .text("integer")), ("minimum", .integer(least)), ("maximum", .integer(most))]
            }
            return [
                OpenAPIParts.parameter(
                    "top", in: "query", schema: count(1, 1_000), isRequired: false, "So many of the highest members."),
                OpenAPIParts.parameter(
                    "bottom", in: "query", schema: count(1, 1_000), isRequired: false,
                    "Instead of top: so many of the lowest members."),
                OpenAPIParts.parameter(
                    "around", in: "query", schema: [("type", .text("string"))], isRequired: false,
                    "Instead of top: a member and its neighbours."),
                OpenAPIParts.parameter(
                    "count", in: "query", schema: count(0, 500), isRequired: false,
                    "With around: neighbours on either side."),
            ]
        case .hash:
            return [
                OpenAPIParts.parameter(
                    "where", in: "query",
                    schema: OpenAPIParts.text("^[^<>=]+(=.+|(>=|<=|<|>)[+-]?[0-9]{1,18})$"), isRequired: false,
                    "Waits until a field has a value, version>=7.")
            ]
        default: return []
        }
    }

    private var row: JSONValue {
        let key = ("key", OpenAPIParts.type("string"))
        switch view.kind {
        case .hash, .buckets: return OpenAPIParts.object([key, ("fields", fields)])
        case .document: return OpenAPIParts.object([key, ("value", .object([]))])
        case .counter: return OpenAPIParts.object([key, ("value", OpenAPIParts.type("integer"))])
        case .set:
            return OpenAPIParts.object([
                key, ("members", OpenAPIParts.list(of: OpenAPIParts.type("string"))),
                ("count", OpenAPIParts.type("integer")),
            ])
        case .sortedSet, .latest:
            let member = OpenAPIParts.object([
                ("member", OpenAPIParts.type("string")),
                // `inf` is no number in JSON.
                ("score", OpenAPIParts.type("number", "string")), ("rank", OpenAPIParts.type("integer")),
            ])
            return OpenAPIParts.object(
                [key, ("members", OpenAPIParts.list(of: member)), ("count", OpenAPIParts.type("integer"))],
                optional: ["key"])
        case .unique: return OpenAPIParts.object([key, ("count", OpenAPIParts.type("integer"))])
        }
    }

    /// What is incremented is a number; what is set is a text.
    private var fields: JSONValue {
        var known: [String: Set<String>] = [:]
        for change in view.rules.flatMap(\.rules).flatMap(\.changes) {
            switch change {
            case .incrementField(let name, _): known[name, default: []].insert("integer")
            case .setField(let name, _): known[name, default: []].insert("string")
            default: continue
            }
        }
        let properties = known.sorted { $0.key < $1.key }.map { name, types in
            (name, types.count == 1 ? OpenAPIParts.type(types.first ?? "") : OpenAPIParts.type("integer", "string"))
        }
        return OpenAPIParts.object(properties, optional: Set(known.keys))
    }

    private var sums: JSONValue {
        let bucket = OpenAPIParts.object([("start", OpenAPIParts.type("integer")), ("fields", fields)])
        // A sum that no 64 bits hold is null.
        return OpenAPIParts.object([("sum", OpenAPIParts.orNull(fields)), ("buckets", OpenAPIParts.list(of: bucket))])
    }
}
