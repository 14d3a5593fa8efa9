import System

/// The names under which the gateway may be asked.
///
/// A page of another site that has its own name point here (DNS rebinding) sends that name. An address in numbers cannot be
/// made to point elsewhere, so every one is taken.
struct HostNames: Sendable {
    private let names: Set<String>

    /// `names` are the operator's, without a port.
    init(_ names: [String]) { self.names = Set(names.map { $0.lowercased() }).union(["localhost"]) }

    /// `host` is the header's value, with or without a port; a client that sends none is not a browser.
    func contains(_ host: String?) -> Bool {
        guard let host else { return true }
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            let rest = host[host.index(after: end)...]
            let address = host[host.index(after: host.startIndex)..<end]
            return (rest.isEmpty || rest.hasPrefix(":")) && ListenAddress.isAddress(address, ofIPv6: true)
        }
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return false }
        var name = parts[0].lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        return names.contains(name) || ListenAddress.isAddress(name, ofIPv6: false)
    }
}
