import CMicrohttpd

/// What libmicrohttpd keeps of a response whose body goes on: the stream, and the connection that it is sent on.
final class StreamedBody: Sendable {
    let stream: EventStream
    let connection: UInt
    private let open: OpenCount

    /// Counts as open until the library has done with it.
    init(_ stream: EventStream, _ connection: UInt, counted open: OpenCount) {
        self.stream = stream
        self.connection = connection
        self.open = open
        open.add(1)
    }

    deinit { open.add(-1) }

    /// The library's reference is given back by `freed`, which it calls once, whatever becomes of the response.
    func response() -> OpaquePointer? {
        let context = unsafe Unmanaged.passRetained(self)
        let made = unsafe lantern_http_stream(Self.read, Self.freed, context.toOpaque())
        if unsafe made == nil { unsafe context.release() }
        return unsafe made
    }

    private static let read: MHD_ContentReaderCallback = { context, _, buffer, size in
        guard let context = unsafe context, let buffer = unsafe buffer else { return lantern_http_end() }
        let body = unsafe Unmanaged<StreamedBody>.fromOpaque(context).takeUnretainedValue()
        let room = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: size)
        return unsafe body.stream.read(into: room, on: body.connection) ?? lantern_http_end()
    }

    private static let freed: MHD_ContentReaderFreeCallback = { context in
        guard let context = unsafe context else { return }
        unsafe Unmanaged<StreamedBody>.fromOpaque(context).takeRetainedValue().stream.gone()
    }
}
