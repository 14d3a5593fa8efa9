import CMicrohttpd
import Glibc
import Logging
import System

/// What the library's thread calls: it hands requests to the router and responses back.
///
/// All methods but `resume` are called by the one thread of libmicrohttpd; the pool's threads only fill an ``Exchange`` and
/// resume its connection, which the library allows from any thread.
@safe
final class ServerShell: Sendable {
    let router: Router
    let limits: ServerLimits
    let table: ConnectionTable
    let pool: WorkPool
    /// Connections whose answers come by themselves.
    let awaited = OpenCount()
    /// Responses that go on.
    let streams = OpenCount()
    private let log: Log

    init(_ router: Router, _ limits: ServerLimits, _ log: Log) {
        self.router = router
        self.limits = limits
        self.log = log
        table = ConnectionTable(limits)
        pool = WorkPool(threads: limits.workers, waiting: limits.waiting)
    }

    /// Lets the lanes go first wherever both want a processor: on Linux this concerns the calling thread alone.
    static func yieldToLanes() { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }

    func opened(_ connection: OpaquePointer) {
        Self.yieldToLanes()
        table.open(
            UInt(bitPattern: connection), socket: unsafe lantern_http_socket(connection), now: Clock.milliseconds())
    }

    func closed(_ connection: OpaquePointer) { table.close(UInt(bitPattern: connection)) }

    /// The response has gone, or the connection has: the next request has its time from here.
    func completed(_ connection: OpaquePointer) {
        table.awaitRequest(UInt(bitPattern: connection), now: Clock.milliseconds())
    }

    /// The head of a request: what it alone decides is answered without reading further.
    func begin(_ head: HTTPRequest, size: Int) -> Exchange {
        if size > limits.headBytes { return Exchange(.ready(router.tooLarge(head, limits.headBytes))) }
        return switch router.admit(head, bodyLimit: limits.bodyBytes) {
        case .refused(let response): Exchange(.ready(response))
        case .admitted(let request, let route): Exchange(.reading(request, route))
        }
    }

    /// The whole request is there, or its answer is.
    func proceed(_ exchange: Exchange, on connection: OpaquePointer) -> MHD_Result {
        switch exchange.current {
        case .ready(let response):
            exchange.move(to: .sent)
            return unsafe send(response, on: connection)
        case .reading(let request, let route):
            switch route.manner {
            case .quick(let answer):
                return unsafe send(router.finish(answer(request), to: request, route), on: connection)
            case .slow(let answer): unsafe work(exchange, request, route, answer, on: connection)
            case .awaited(let begin): unsafe wait(exchange, request, route, begin, on: connection)
            }
            return .YES
        case .working, .sent: return .YES
        }
    }

    /// The connection rests until its answer is there; returns its name.
    private func suspend(_ exchange: Exchange, _ connection: OpaquePointer) -> UInt {
        exchange.move(to: .working)
        let name = UInt(bitPattern: connection)
        table.answer(name, sendsSince: nil)
        unsafe MHD_suspend_connection(connection)
        return name
    }

    private func work(
        _ exchange: Exchange, _ request: HTTPRequest, _ route: Route, _ answer: @escaping Route.Answering,
        on connection: OpaquePointer
    ) {
        let name = unsafe suspend(exchange, connection)
        let isTaken = pool.submit { [self] in
            Self.yieldToLanes()
            exchange.move(to: .ready(router.finish(answer(request), to: request, route)))
            Self.resume(name)
        }
        if !isTaken {
            exchange.move(to: .ready(router.busy(route)))
            Self.resume(name)
        }
    }

    private func wait(
        _ exchange: Exchange, _ request: HTTPRequest, _ route: Route, _ begin: Route.Beginning,
        on connection: OpaquePointer
    ) {
        let name = unsafe suspend(exchange, connection)
        awaited.add(1)
        begin(request) { [self] response in
            exchange.move(to: .ready(router.finish(response, to: request, route)))
            Self.resume(name)
            awaited.add(-1)
        }
    }

    /// A suspended connection stays where it is until it is resumed.
    private static func resume(_ name: UInt) {
        guard let connection = unsafe OpaquePointer(bitPattern: name) else { return }
        unsafe MHD_resume_connection(connection)
    }

    private func send(_ response: HTTPResponse, on connection: OpaquePointer) -> MHD_Result {
        let name = UInt(bitPattern: connection)
        let made: OpaquePointer?
        if let stream = response.stream {
            table.answer(name, with: stream)
            unsafe made = StreamedBody(stream, name, counted: streams).response()
        } else {
            table.answer(name, sendsSince: Clock.milliseconds())
            unsafe made = response.body.withUnsafeBytes { unsafe lantern_http_response($0.baseAddress, $0.count) }
        }
        guard let made = unsafe made else { return .NO }
        defer { unsafe MHD_destroy_response(made) }
        func add(_ name: String, _ value: String) { _ = unsafe MHD_add_response_header(made, name, value) }
        if response.status != 304 { add("Content-Type", response.contentType) }
        if let tag = response.entityTag { add("ETag", tag) }
        add("Cache-Control", response.entityTag == nil ? "no-store" : "no-cache")
        for header in HTTPResponse.protection + response.headers { add(header.name, header.value) }
        return unsafe MHD_queue_response(connection, UInt32(response.status), made)
    }
}
