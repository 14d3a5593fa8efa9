import CMicrohttpd

/// The functions that libmicrohttpd calls. Its context is a ``ServerShell``, and what it keeps for a request an
/// ``Exchange``, whose reference `completed` gives back.
enum HTTPCallbacks {
    static let access: MHD_AccessHandlerCallback = { context, connection, url, method, _, data, size, state in
        guard let context = unsafe context, let connection = unsafe connection, let url = unsafe url,
            let method = unsafe method, let size = unsafe size, let state = unsafe state
        else { return .NO }
        let shell = unsafe Unmanaged<ServerShell>.fromOpaque(context).takeUnretainedValue()
        guard let kept = unsafe state.pointee else {
            let head = unsafe HTTPRequest(
                String(cString: method), String(cString: url), query: fields(connection, .GET_ARGUMENT_KIND),
                headers: fields(connection, .HEADER_KIND).map { .init($0.name.lowercased(), $0.value) })
            let exchange = shell.begin(head, size: unsafe lantern_http_head_size(connection))
            unsafe state.pointee = Unmanaged.passRetained(exchange).toOpaque()
            // What is refused is answered before its body is read; the library then closes the connection, so that one
            // without a body waits for the next call.
            guard case .ready = exchange.current, head.announcedLength != 0 else { return .YES }
            return unsafe shell.proceed(exchange, on: connection)
        }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(kept).takeUnretainedValue()
        guard unsafe size.pointee > 0 else { return unsafe shell.proceed(exchange, on: connection) }
        let bytes = unsafe Array(UnsafeRawBufferPointer(start: data, count: size.pointee))
        unsafe size.pointee = 0
        // The length was announced and is within the limit: one who sends more than that is not waited for.
        return exchange.append(bytes, limit: shell.limits.bodyBytes) ? .YES : .NO
    }

    static let completed: MHD_RequestCompletedCallback = { context, connection, state, _ in
        guard let context = unsafe context, let connection = unsafe connection, let state = unsafe state else { return }
        let shell = unsafe Unmanaged<ServerShell>.fromOpaque(context).takeUnretainedValue()
        unsafe shell.completed(connection)
        guard let kept = unsafe state.pointee else { return }
        unsafe state.pointee = nil
        unsafe Unmanaged<Exchange>.fromOpaque(kept).release()
    }

    static let notified: MHD_NotifyConnectionCallback = { context, connection, _, event in
        guard let context = unsafe context, let connection = unsafe connection else { return }
        let shell = unsafe Unmanaged<ServerShell>.fromOpaque(context).takeUnretainedValue()
        if event == .CONNECTION_NOTIFY_STARTED {
            unsafe shell.opened(connection)
        } else {
            unsafe shell.closed(connection)
        }
    }

    /// Headers or parameters, as the library has decoded them.
    private static func fields(_ connection: OpaquePointer, _ kind: MHD_ValueKind) -> [HTTPRequest.Field] {
        var found: [HTTPRequest.Field] = []
        unsafe withUnsafeMutablePointer(to: &found) { list in
            _ = unsafe MHD_get_connection_values_n(
                connection, kind,
                { list, _, name, nameSize, value, valueSize in
                    guard let list = unsafe list?.assumingMemoryBound(to: [HTTPRequest.Field].self) else {
                        return .NO
                    }
                    let name = unsafe HTTPCallbacks.text(name, nameSize)
                    let value = unsafe HTTPCallbacks.text(value, valueSize)
                    unsafe list.pointee.append(.init(name, value))
                    return .YES
                }, list)
        }
        return found
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        guard let start = unsafe start else { return "" }
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
