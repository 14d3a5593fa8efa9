internal import Projections

/// The read API of a file as an OpenAPI 3.1 document: each view and each query with its parameters.
public enum OpenAPI {
    /// The document as JSON text.
    public static func text(of configuration: Configuration) -> String {
        var paths: [(String, JSONValue)] = []
        for plan in configuration.projections { for view in plan.views { paths += OpenAPIView(plan, view).paths } }
        for query in configuration.queries { paths.append(("/v1/queries/\(query.name)", path(of: query))) }
        // Without any token file everything may be read.
        let gateway = configuration.gateway
        let files = [gateway?.readTokenFile, gateway?.operateTokenFile, gateway?.clientsFile]
        let isOpen = files.allSatisfy { $0 == nil }
        let document = JSONValue.object([
            ("openapi", .text("3.1.0")),
            ("info", .object([("title", .text("Lantern: rows of \(configuration.file)")), ("version", .text("1"))])),
            ("security", .list(isOpen ? [] : [.object([("token", .list([]))])])),
            ("paths", .object(paths)), ("components", OpenAPIParts.components),
        ])
        return document.written() + "\n"
    }

    private static func path(of query: QueryPlan) -> JSONValue {
        var parameters = query.parameters.map { parameter in
            OpenAPIParts.parameter(
                parameter.name, in: "query",
                schema: parameter.kind == .integer
                    ? [("type", .text("integer")), ("format", .text("int64"))] : OpenAPIParts.text(".+"),
                // A client's token says who it is.
                isRequired: parameter.kind != .subject,
                parameter.kind == .subject ? "Whom the token is for; needed only if the token has no subject." : nil
            )
        }
        parameters += OpenAPIParts.freshness
        let schema = OpenAPIParts.object(
            query.reads.map { ($0.name, .object([("description", .text("\($0.projection).\($0.view)"))])) })
        return OpenAPIParts.get(
            "Query \(query.name), in one transaction\(query.roles.isEmpty ? "" : "; roles: \(query.roles.joined(separator: ", "))")",
            parameters, schema)
    }
}
