#if REDIS_TLS
    import Glibc
    import RedisServer
    import Testing

    @testable import Redis

    @Suite struct TLSTests {
        /// A certificate authority, a client's certificate, and a server's for `name` (`DNS:…` or `IP:…`) in `folder`.
        private func makeCertificates(_ folder: String, name: String) throws {
            let script = """
                cd \(folder) && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=authority -days 2 &&
                openssl req -newkey rsa:2048 -nodes -keyout redis.key -out redis.csr -subj /CN=redis &&
                printf 'subjectAltName=\(name)' > ext &&
                openssl x509 -req -in redis.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out redis.crt -days 2 -extfile ext &&
                openssl req -newkey rsa:2048 -nodes -keyout client.key -out client.csr -subj /CN=client &&
                openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out client.crt -days 2
                """
            _ = try run(["/bin/sh", "-c", script])
        }

        /// A server whose TLS port has a certificate for `name`, and that port.
        private func server(name: String, asksClients: Bool = false) throws -> (RedisServer, UInt16) {
            let server = try RedisServer()
            try makeCertificates(server.folder, name: name)
            let port = try freePort()
            try server.cli([
                "CONFIG", "SET", "tls-cert-file", "\(server.folder)/redis.crt", "tls-key-file",
                "\(server.folder)/redis.key",
                "tls-ca-cert-file", "\(server.folder)/ca.crt", "tls-auth-clients", asksClients ? "yes" : "no",
                "tls-port", "\(port)",
            ])
            return (server, port)
        }

        @Test func `commands and large values pass through TLS`() throws {
            let (server, port) = try server(name: "IP:127.0.0.1")
            var options = try RedisOptions("rediss://127.0.0.1:\(port)")
            options.tls.ca = "\(server.folder)/ca.crt"
            var redis = try RedisConnection.open(options)
            let value = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try redis.command([Array("SET".utf8), Array("tls".utf8), value], timeoutMilliseconds: 60_000)
            let back = try redis.command([Array("GET".utf8), Array("tls".utf8)], timeoutMilliseconds: 60_000)
            #expect(back == .bulk(value))
            try server.kill()
            let failure = #expect(throws: RedisError.self) { () throws(RedisError) in try redis.command("PING") }
            #expect(failure?.kind == .closed)
        }

        @Test func `a certificate of an unknown authority is refused`() throws {
            let (server, port) = try server(name: "IP:127.0.0.1")
            defer { withExtendedLifetime(server) {} }
            let failure = openFailure(try RedisOptions("rediss://127.0.0.1:\(port)"))
            #expect(failure?.kind == .unreachable)
            #expect(failure?.message.contains("certificate") == true)
        }

        @Test func `a certificate for another name is refused`() throws {
            let (server, port) = try server(name: "DNS:other.example")
            var options = try RedisOptions("rediss://127.0.0.1:\(port)")
            options.tls.ca = "\(server.folder)/ca.crt"
            let number = openFailure(options)
            #expect(number?.message.contains("mismatch") == true, "\(number?.message ?? "none")")
            options.address = try RedisAddress("rediss://localhost:\(port)")
            let name = openFailure(options)
            #expect(name?.message.contains("mismatch") == true, "\(name?.message ?? "none")")
            withExtendedLifetime(server) {}
        }

        @Test func `a client's certificate is shown to a server that asks for one, and its absence is told`() throws {
            let (server, port) = try server(name: "IP:127.0.0.1", asksClients: true)
            var options = try RedisOptions("rediss://127.0.0.1:\(port)")
            options.tls.ca = "\(server.folder)/ca.crt"
            // A server of TLS 1.3 refuses it after the handshake.
            let without = openFailure(options)
            #expect(without?.kind == .closed)
            #expect(without?.message.contains("certificate") == true, "\(without?.message ?? "none")")
            options.tls.certificate = "\(server.folder)/client.crt"
            options.tls.key = "\(server.folder)/client.key"
            var redis = try RedisConnection.open(options)
            #expect(try redis.command("PING") == simple("PONG"))
            options.tls.key = "\(server.folder)/ca.key"
            #expect(openFailure(options)?.kind == .invalidOptions, "a key that is not the certificate's")
            withExtendedLifetime(server) {}
        }

        @Test func `a client's certificate of another authority is refused by the server`() throws {
            let (server, port) = try server(name: "IP:127.0.0.1", asksClients: true)
            let (other, _) = try self.server(name: "IP:127.0.0.1")
            var options = try RedisOptions("rediss://127.0.0.1:\(port)")
            options.tls = RedisOptions.TLS(
                ca: "\(server.folder)/ca.crt", certificate: "\(other.folder)/client.crt",
                key: "\(other.folder)/client.key")
            let failure = openFailure(options)
            #expect(failure?.kind == .closed)
            #expect(failure?.message.contains("unknown ca") == true, "\(failure?.message ?? "none")")
            withExtendedLifetime((server, other)) {}
        }

        @Test func `a missing authority file is named as what failed`() throws {
            var options = try RedisOptions("rediss://127.0.0.1:\(Shared.server.get().port)")
            options.tls.ca = "/no/such/file"
            #expect(openFailure(options)?.kind == .invalidOptions)
        }

        @Test func `a server that does not speak TLS is a clear failure`() throws {
            var options = try RedisOptions("rediss://127.0.0.1:\(Shared.server.get().port)")
            options.connectTimeoutMilliseconds = 500
            let failure = openFailure(options)
            #expect(failure?.kind == .unreachable || failure?.kind == .timeout)
        }
    }
#endif
