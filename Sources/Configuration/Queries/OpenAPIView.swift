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
            OpenAPIParts.parameter($0, in: "path", schema: [("type", .text("string"))], isRequired: true)
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
                    "keys", in: "query", schema: [("type", .text("string"))], isRequired: false,
                    "The values of up to 100 keys, with commas."),
                OpenAPIParts.parameter(
                    "scan", in: "query", schema: [("type", .text("string"))], isRequired: false,
                    "0, or the cursor of the page before; without any condition."),
            ]
            let rows = OpenAPIParts.object([
                ("rows", .object([("type", .text("array")), ("items", row)])),
                ("cursor", OpenAPIParts.type("string", "null")),
            ])
            paths.append(
                (base, OpenAPIParts.get("Several rows of view \(view.name)", more + OpenAPIParts.freshness, rows)))
        }
        return paths
    }

    /// What only this kind takes.
    private var own: [JSONValue] {
        switch view.kind {
        case .sortedSet, .latest:
            let count: [(String, JSONValue)] = [
                ("type", .text("integer")), ("minimum", .integer(1)), ("maximum", .integer(1_000)),
            ]
            return [
                OpenAPIParts.parameter(
                    "top", in: "query", schema: count, isRequired: false, "So many of the highest members."),
                OpenAPIParts.parameter(
                    "bottom", in: "query", schema: count, isRequired: false, "So many of the lowest members."),
                OpenAPIParts.parameter(
                    "around", in: "query", schema: [("type", .text("string"))], isRequired: false,
                    "A member and its neighbours."),
                OpenAPIParts.parameter(
                    "count", in: "query", schema: count, isRequired: false, "With around: neighbours on either side."),
            ]
        case .hash:
            return [
                OpenAPIParts.parameter(
                    "where", in: "query", schema: [("type", .text("string"))], isRequired: false,
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
                key, ("members", .object([("type", .text("array")), ("items", OpenAPIParts.type("string"))])),
                ("count", OpenAPIParts.type("integer")),
            ])
        case .sortedSet, .latest:
            let member = OpenAPIParts.object([
                ("member", OpenAPIParts.type("string")), ("score", OpenAPIParts.type("number")),
                ("rank", OpenAPIParts.type("integer")),
            ])
            return OpenAPIParts.object([
                ("members", .object([("type", .text("array")), ("items", member)])),
                ("count", OpenAPIParts.type("integer")),
            ])
        case .unique: return OpenAPIParts.object([key, ("count", OpenAPIParts.type("integer"))])
        }
    }

    /// What is incremented is a number; what is set is a text.
    private var fields: JSONValue {
        var known: [String: JSONValue] = [:]
        for change in view.rules.flatMap(\.rules).flatMap(\.changes) {
            switch change {
            case .incrementField(let name, _): known[name] = OpenAPIParts.type("integer")
            case .setField(let name, _): known[name] = OpenAPIParts.type("string")
            default: continue
            }
        }
        return .object([
            ("type", .text("object")),
            ("properties", .object(known.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })),
        ])
    }

    private var sums: JSONValue {
        let bucket = OpenAPIParts.object([("start", OpenAPIParts.type("integer")), ("fields", fields)])
        return OpenAPIParts.object([
            ("sum", fields), ("buckets", .object([("type", .text("array")), ("items", bucket)])),
        ])
    }
}
