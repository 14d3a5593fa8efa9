import Reads

/// Rows as server-sent events: a snapshot, and the rows again after each change.
enum RowStream {
    /// Begins the stream of a request. `write` writes the rows as a single answer has them.
    static func begin(
        _ request: ReadRequest, resume: String?, _ hub: ChangeHub,
        write: @escaping @Sendable (ReadAnswer, inout JSONOutput) -> Void
    ) throws(Problem) -> HTTPResponse {
        if let name = hub.silentProjection(request) {
            throw Problem(
                .request,
                "projection \(name) does not announce its changes: set `changes: true` in its part of the file")
        }
        let stream = EventStream()
        let id = hub.add(request, resume: resume, end: { stream.end() }) { message in
            stream.send(bytes(of: message, write))
        }
        guard let id else { throw Problem(.unavailable, "this gateway is being stopped") }
        stream.whenGone { hub.remove(id) }
        return .events(stream)
    }

    /// One event (WHATWG HTML, "Server-sent events"), its data in one line: line ends are only blanks between a document's
    /// values, since a string has none.
    static func bytes(
        of message: ChangeHub.Message, _ write: (ReadAnswer, inout JSONOutput) -> Void
    ) -> [UInt8] {
        if message.kind == .comment { return Array(":\n\n".utf8) }
        var json = JSONOutput()
        json.object { json in
            guard let answer = message.answer else { return }
            json.name("rows")
            write(answer, &json)
            json.name("checkpoint")
            json.string(ReadResponse.checkpoint(answer.vectors))
            json.name("generation")
            json.string(ReadResponse.generation(answer.vectors))
        }
        // Who resumed at the id of a reset would be told changes, and not what they are changes of.
        let id = message.kind == .reset ? "" : "id: \(message.position)\n"
        return Array("event: \(message.kind.rawValue)\n\(id)data: ".utf8)
            + json.bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
            + Array("\n\n".utf8)
    }
}
