package import Configuration
package import Gateway

extension GatewayOptions {
    /// What the file asks for.
    package init(_ settings: GatewaySettings) {
        self.init(listen: settings.listen)
        readTokenFile = settings.readTokenFile
        operateTokenFile = settings.operateTokenFile
        hosts = settings.hosts
        certificateFile = settings.tls?.certificate
        keyFile = settings.tls?.key
        clientsFile = settings.clientsFile
        connections = settings.connections
        connectionsPerAddress = settings.connectionsPerAddress
    }
}
