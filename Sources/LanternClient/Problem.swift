import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What the gateway says of a request that it does not answer with rows (RFC 9457).
public struct Problem: Sendable, Equatable {
    public var status: Int
    /// `request`, `forbidden`, `view`, `row`, `stale`, `parked`, `unavailable`, `busy` or `refused`; empty where it was no gateway.
    public var name: String
    public var detail: String
    /// When asking again may help.
    public var retryAfter: Duration?

    init(_ response: HTTPURLResponse, _ data: Data) {
        let document = try? JSONDecoder().decode(ProblemDocument.self, from: data)
        status = response.statusCode
        let prefix = "urn:lantern:problem:"
        let type = document?.type ?? ""
        name = type.hasPrefix(prefix) ? String(type.dropFirst(prefix.count)) : ""
        detail = document?.detail ?? String(decoding: data.prefix(1_000), as: UTF8.self)
        retryAfter = response.value(forHTTPHeaderField: "Retry-After").flatMap { Int($0) }.map { .seconds($0) }
    }
}

/// Its JSON.
struct ProblemDocument: Decodable {
    var type: String?
    var detail: String?
    var reason: String?
    var have: String?
    var want: String?
    var eventsBehind: Int64?
    var millisecondsBehind: Int64?
    var event: String?
}
