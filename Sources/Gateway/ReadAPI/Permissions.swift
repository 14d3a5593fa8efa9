/// What clients of each role may read.
public struct Permissions: Sendable {
    /// By role: `PROJECTION.VIEW` or `PROJECTION.*`.
    private let roles: [String: Set<String>]

    public init(_ roles: [String: [String]]) { self.roles = roles.mapValues { Set($0) } }

    /// Without a client it is somebody who may read everything.
    func check(_ client: Client?, view: String, of projection: String) throws(Problem) {
        guard let client else { return }
        let isAllowed = client.roles.contains { role in
            guard let views = roles[role] else { return false }
            return views.contains("\(projection).\(view)") || views.contains("\(projection).*")
        }
        if !isAllowed {
            throw Problem(
                .forbidden,
                "no role of \(client.subject) may read view \(projection).\(view): see `gateway: { roles: … }`")
        }
    }

    func check(_ client: Client?, query: String, roles: [String]) throws(Problem) {
        guard let client, client.roles.isDisjoint(with: roles) else { return }
        throw Problem(.forbidden, "no role of \(client.subject) may ask query \(query): see its `roles`")
    }
}
