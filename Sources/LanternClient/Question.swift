/// What is asked: rows of one view, or a declared query.
public struct Question: Sendable, Hashable {
    struct Parameter: Sendable, Hashable {
        var name: String
        var value: String
    }

    /// Below `/v1/`, encoded.
    let path: String
    let parameters: [Parameter]
    /// nil: a query's, which its answers name.
    let projection: String?
    /// A page of a scan takes none.
    var takesConditions: Bool { !parameters.contains { $0.name == "scan" } }

    private init(_ path: String, _ parameters: [(String, String)], projection: String?) {
        self.path = path
        self.parameters = parameters.map { Parameter(name: Self.encoded($0.0), value: $0.1) }
        self.projection = projection
    }

    private static func view(_ projection: String, _ view: String, _ parameters: [(String, String)]) -> Question {
        Question("views/\(encoded(projection))/\(encoded(view))", parameters, projection: projection)
    }

    /// A row, by the values of its key's placeholders in order; decode ``Row``, ``Document`` or ``MemberRow``.
    public static func row(_ projection: String, _ view: String, _ key: String...) -> Question {
        self.view(projection, view, key.map { ("key", $0) })
    }

    /// Up to 100 rows of a view with one placeholder; decode ``Rows``.
    public static func rows(_ projection: String, _ view: String, keys: [String]) -> Question {
        // One alone would be taken for a list with commas.
        self.view(projection, view, (keys.count == 1 ? [("key", keys[0])] : keys.map { ("keys", $0) }))
    }

    /// The highest members of a sorted-set or latest view; decode ``Ranking``.
    public static func top(_ projection: String, _ view: String, _ key: String..., count: Int) -> Question {
        self.view(projection, view, key.map { ("key", $0) } + [("top", "\(count)")])
    }

    /// The lowest members; decode ``Ranking``.
    public static func bottom(_ projection: String, _ view: String, _ key: String..., count: Int) -> Question {
        self.view(projection, view, key.map { ("key", $0) } + [("bottom", "\(count)")])
    }

    /// A member and so many on either side; decode ``Ranking``.
    public static func around(
        _ projection: String, _ view: String, _ key: String..., member: String, count: Int
    ) -> Question {
        self.view(projection, view, key.map { ("key", $0) } + [("around", member), ("count", "\(count)")])
    }

    /// The buckets of a span that ends now, and their sum; decode ``Buckets``.
    public static func last(_ projection: String, _ view: String, _ key: String..., span: Duration) -> Question {
        self.view(projection, view, key.map { ("key", $0) } + [("last", Condition.text(span))])
    }

    /// Some rows of a view, from the cursor of the page before on, nil beginning; decode ``Page``.
    public static func page(_ projection: String, _ view: String, after cursor: String? = nil) -> Question {
        self.view(projection, view, [("scan", cursor ?? "0")])
    }

    /// A declared query; decode a type with a property for each of its reads, of a row that may be absent an optional one.
    public static func query(_ name: String, _ parameters: [String: String] = [:]) -> Question {
        Question("queries/\(encoded(name))", parameters.sorted { $0.key < $1.key }, projection: nil)
    }

    /// Percent-encoded but for what RFC 3986 leaves as it is everywhere.
    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~".utf8.contains(byte)
            if isPlain {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
