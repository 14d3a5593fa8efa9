public import Logging
public import System

/// The HTTP side of a process: probes, metrics, status and the page, on threads of its own.
public final class Gateway: Sendable {
    private let server: HTTPServer
    /// Where it listens, with the port that the system chose.
    public var address: ListenAddress { server.address }

    /// Listens from here on. `counts` is what it counts of its own requests.
    ///
    /// Throws ``GatewayError`` if the address is taken, or a token or certificate cannot be read.
    public init(_ options: GatewayOptions, routes: [Route], counts: RequestCounts, log: Log) throws(GatewayError) {
        let guards = try Self.guards(options, log)
        if guards.readToken == nil, guards.operateToken == nil, guards.clients == nil, !options.listen.isLoopback {
            throw GatewayError(
                "The gateway would listen on \(options.listen), where other machines reach it, and has no token. Set `read-token-file` and `operate-token-file` under `gateway`, or listen on 127.0.0.1."
            )
        }
        let certificate = try Self.certificate(options)
        let socket = try ListenSocket(options.listen)
        let router = Router(routes + Dashboard.routes, guards, counts, log: log)
        do {
            server = try HTTPServer(socket, certificate, router, limits: Self.limits(options), log)
        } catch let error as GatewayError {
            throw error
        } catch {
            throw GatewayError("The gateway could not be started: \(error).")
        }
        let scheme = certificate == nil ? "http" : "https"
        log.info("the gateway listens", ["url": .text("\(scheme)://\(server.address)/")])
    }

    /// Finishes what is being answered, and closes.
    public func stop() { server.stop() }

    private static func guards(_ options: GatewayOptions, _ log: Log) throws(GatewayError) -> AccessGuards {
        var guards = AccessGuards(hosts: HostNames(options.hosts))
        if let path = options.readTokenFile {
            guards.readToken = try TokenFile(path, name: "read-token-file", log: log)
        }
        if let path = options.operateTokenFile {
            guards.operateToken = try TokenFile(path, name: "operate-token-file", log: log)
        }
        if let read = guards.readToken, let operate = guards.operateToken, operate.isSame(as: read) {
            throw GatewayError(
                "`read-token-file` and `operate-token-file` hold the same token: whoever may read could also change things. Make another one with `openssl rand -hex 24 > \(options.operateTokenFile ?? "FILE")`."
            )
        }
        if let path = options.clientsFile { guards.clients = try ClientFile(path, log: log) }
        return guards
    }

    private static func limits(_ options: GatewayOptions) -> ServerLimits {
        var limits = ServerLimits()
        if let connections = options.connections { limits.connections = connections }
        limits.connectionsPerAddress = min(
            options.connectionsPerAddress ?? limits.connectionsPerAddress, limits.connections)
        return limits
    }

    private static func certificate(_ options: GatewayOptions) throws(GatewayError) -> HTTPServer.Certificate? {
        guard let certificate = options.certificateFile, let key = options.keyFile else { return nil }
        return HTTPServer.Certificate(certificate: try pem(certificate), key: try pem(key))
    }

    private static func pem(_ path: String) throws(GatewayError) -> String {
        do throws(SystemError) {
            return String(decoding: try SmallFile(path).read(largest: 1 << 20), as: UTF8.self)
        } catch {
            throw GatewayError("\(path) under `gateway: { tls: … }` cannot be read (\(error)).")
        }
    }
}
