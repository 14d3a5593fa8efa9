import Gateway

/// `/about`: what the page needs to know of this process once.
struct AboutRoute {
    private struct About: Encodable {
        let version: String
        /// The configuration file, for commands that are copied.
        let file: String
        /// Whether there is a token that allows actions.
        let canOperate: Bool
    }

    let file: String
    let canOperate: Bool

    var route: Route {
        .quick(.get, "/about", .read) { _ in
            JSONAnswer.of { About(version: VersionCommand.version, file: file, canOperate: canOperate) }
        }
    }
}
