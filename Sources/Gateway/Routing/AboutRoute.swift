import Logging

/// `/about`: what the page needs to know of this process once.
public struct AboutRoute: Sendable {
    private let version: String
    private let file: String?
    private let canOperate: Bool

    /// - Parameters:
    ///   - file: the configuration file, for commands that are copied; nil: the projections are a program's own, and the command
    ///     line knows nothing of them.
    ///   - canOperate: whether there is a token that allows actions.
    public init(version: String, file: String?, canOperate: Bool) {
        (self.version, self.file, self.canOperate) = (version, file, canOperate)
    }

    public var route: Route {
        .quick(.get, "/about", .read) { [self] _ in
            let file = file.map { JSONString.quoted($0) } ?? "null"
            let text = "{\"canOperate\":\(canOperate),\"file\":\(file),\"version\":\(JSONString.quoted(version))}"
            return .json(200, Array(text.utf8))
        }
    }
}
