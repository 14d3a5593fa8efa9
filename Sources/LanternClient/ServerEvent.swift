/// One server-sent event (WHATWG HTML, "Server-sent events").
struct ServerEvent: Sendable, Equatable {
    var name = ""
    var id: String?
    var data = ""

    /// Reads events from bytes as they come. Comments are passed over.
    struct Parser: Sendable {
        /// More than the rows of any answer have.
        static let longest = 64 << 20

        private var unread: [UInt8] = []

        /// The events that these bytes complete; nil if an event has no end.
        mutating func take(_ bytes: some Sequence<UInt8>) -> [ServerEvent]? {
            var events: [ServerEvent] = []
            for byte in bytes {
                guard byte == 0x0A, unread.last == 0x0A else {
                    unread.append(byte)
                    continue
                }
                if let event = ServerEvent(unread) { events.append(event) }
                unread.removeAll(keepingCapacity: true)
            }
            return unread.count > Self.longest ? nil : events
        }
    }

    init(name: String = "", id: String? = nil, data: String = "") {
        self.name = name
        self.id = id
        self.data = data
    }

    /// nil if it has no data.
    private init?(_ block: [UInt8]) {
        var lines: [String] = []
        for line in block.split(separator: 0x0A) {
            let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
            let field = String(decoding: line[..<colon], as: UTF8.self)
            var rest = line[colon...].dropFirst()
            if rest.first == 0x20 { rest = rest.dropFirst() }
            let value = String(decoding: rest, as: UTF8.self)
            switch field {
            case "event": name = value
            case "id": id = value
            case "data": lines.append(value)
            default: continue
            }
        }
        if lines.isEmpty { return nil }
        data = lines.joined(separator: "\n")
    }
}
