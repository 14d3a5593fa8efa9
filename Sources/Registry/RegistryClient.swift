import CCurl
import Formats
public import Projections
import System

/// Asks a schema registry that speaks Confluent's API. Each call waits for the reply; used by one thread at a time.
@safe
public final class RegistryClient {
    private static let isStarted = lantern_curl_start() != 0
    /// The most bytes of a reply.
    private static let largest = 16 << 20
    /// How deep references may lead.
    private static let deepest = 16

    public let options: RegistryOptions
    private let curl: OpaquePointer?

    public init(_ options: RegistryOptions) {
        self.options = options
        let handle = unsafe Self.isStarted ? curl_easy_init() : nil
        unsafe curl = unsafe handle.map { OpaquePointer($0) }
    }

    deinit { if let curl = unsafe curl { unsafe curl_easy_cleanup(UnsafeMutableRawPointer(curl)) } }

    /// A schema, and those that it refers to.
    public func schema(_ id: SchemaName) throws(RegistryError) -> WriterSchema {
        let path = if case .id = id { "/schemas/ids/\(id)" } else { "/schemas/guids/\(id)" }
        let found = try json(path, "schema \(id)")
        let kind = found["schemaType"]?.text ?? WriterSchema.Kind.avro.rawValue
        guard let kind = WriterSchema.Kind(rawValue: kind), let text = found["schema"]?.text else {
            throw .unknown("schema \(id) of \(options.shownURL) is of type \(kind), which Lantern does not read")
        }
        var references = References()
        try add(found, to: &references, kind, depth: 0)
        guard kind == .protobuf else { return WriterSchema(kind, text, references: references.texts) }
        // Confluent's registry gives a file's descriptor on request; others give .proto text all the same.
        let serialized = try json("\(path)?format=serialized", "schema \(id)")
        return WriterSchema(kind, serialized["schema"]?.text ?? text, references: references.texts)
    }

    private struct References {
        var texts: [String] = []
        var seen: Set<String> = []
    }

    /// Those that a schema refers to, each behind those that it needs itself.
    private func add(
        _ schema: SchemaJSON, to references: inout References, _ kind: WriterSchema.Kind, depth: Int
    ) throws(RegistryError) {
        guard case .array(let all)? = schema["references"] else { return }
        if depth >= Self.deepest { throw .unknown("the schema's references lead deeper than \(Self.deepest) levels") }
        for each in all {
            guard let subject = each["subject"]?.text, let version = each["version"]?.integer else {
                throw .failed("\(options.shownURL) gave a reference without a subject or version")
            }
            guard references.seen.insert("\(version) \(subject)").inserted else { continue }
            let path = "/subjects/\(Self.escape(subject))/versions/\(version)"
            let format = kind == .protobuf ? "?format=serialized" : ""
            let found = try json(path + format, "version \(version) of subject \(subject)")
            guard let text = found["schema"]?.text else {
                throw .failed("\(options.shownURL) gave version \(version) of subject \(subject) without a schema")
            }
            try add(found, to: &references, kind, depth: depth + 1)
            references.texts.append(text)
        }
    }

    /// A subject as a part of a path. Source: RFC 3986, section 2.3.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return escaped
    }

    // MARK: HTTP

    private func json(_ path: String, _ what: String) throws(RegistryError) -> SchemaJSON {
        let (status, body) = try get(path)
        switch status {
        case 200: break
        case 404 where Self.saysUnknown(body):
            throw .unknown("the registry at \(options.shownURL) has no \(what)")
        case 404 where path.hasPrefix("/schemas/guids/") && Self.isJSON(body):
            throw .failed(
                "the registry at \(options.shownURL) has no look-up by GUID: it is older than the serializers that write GUIDs into headers. Use a newer one, or let producers write ids"
            )
        case 404:
            throw .failed(
                "\(options.shownURL)\(path) answered 404, and not as a schema registry does, with \(Self.start(of: body)): check `url` under `registry:`"
            )
        case 401, 403:
            throw .failed(
                "the registry at \(options.shownURL) refused (\(status)) to give \(what): check `user` and `password-file` under `registry:`"
            )
        default: throw .failed("the registry at \(options.shownURL) answered \(status) to a request for \(what)")
        }
        do throws(SchemaFault) { return try SchemaJSON(parsing: body) } catch {
            throw .failed(
                "the registry at \(options.shownURL) answered a request for \(what) with something else than JSON")
        }
    }

    /// Whether a 404 is the registry's own: that there is no such subject, version or schema. The code 404 itself is said of a
    /// path that it does not have.
    /// Source: Confluent, "Schema Registry API Reference", "Errors".
    private static func isJSON(_ body: [UInt8]) -> Bool { (try? SchemaJSON(parsing: body)) != nil }

    private static func saysUnknown(_ body: [UInt8]) -> Bool {
        guard let code = (try? SchemaJSON(parsing: body))?["error_code"]?.integer else { return false }
        return (40_400..<40_500).contains(code)
    }

    /// How a body begins, for people.
    private static func start(of body: [UInt8]) -> String {
        if body.isEmpty { return "nothing" }
        let text = String(decoding: body.prefix(800), as: UTF8.self)
        let shown = String(text.prefix(100).map { $0.isNewline ? " " : $0 })
        return shown + (text.count > 100 ? "…" : "")
    }

    private func get(_ path: String) throws(RegistryError) -> (status: Int, body: [UInt8]) {
        guard let curl = unsafe curl else { throw .failed("libcurl could not be started") }
        var reply = unsafe lantern_get_reply()
        let password = try password()
        unsafe Self.withStrings([
            options.url + path, options.user, password, options.authority, options.certificate, options.key,
        ]) { strings in
            var request = unsafe lantern_get_options()
            unsafe request.url = unsafe strings[0]
            unsafe request.user = unsafe strings[1]
            unsafe request.password = unsafe strings[2]
            unsafe request.ca = unsafe strings[3]
            unsafe request.certificate = unsafe strings[4]
            unsafe request.key = unsafe strings[5]
            unsafe request.connect_milliseconds = options.connectMilliseconds
            unsafe request.milliseconds = options.milliseconds
            unsafe request.largest = Self.largest
            unsafe lantern_get(UnsafeMutableRawPointer(curl), &request, &reply)
        }
        defer { unsafe free(reply.body) }
        let status = unsafe reply.status
        guard status > 0 else {
            let words = unsafe withUnsafeBytes(of: &reply.words) { words in
                unsafe String(decoding: words.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw .failed("the registry at \(options.shownURL) cannot be reached: \(words)")
        }
        let body = unsafe reply.body.map { body in
            unsafe Array(UnsafeRawBufferPointer(start: body, count: reply.count))
        }
        return (status, body ?? [])
    }

    private func password() throws(RegistryError) -> String? {
        guard let path = options.passwordFile else { return nil }
        do throws(SystemError) {
            var text = String(decoding: try SmallFile(path).read(largest: 4096), as: UTF8.self)
            while text.last?.isNewline == true { text.removeLast() }
            return text
        } catch {
            throw .failed("the registry's password file \(path) cannot be read: \(error)")
        }
    }

    private static func withStrings(
        _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Void
    ) {
        let copies = unsafe texts.map { unsafe $0.flatMap { unsafe strdup($0) } }
        defer { unsafe copies.forEach { unsafe free($0) } }
        unsafe copies.map { unsafe UnsafePointer($0) }.withUnsafeBufferPointer { strings in
            if let base = strings.baseAddress { unsafe body(base) }
        }
    }
}
