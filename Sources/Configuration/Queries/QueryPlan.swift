/// A declared query: rows of several views, of several projections too, that are read in one transaction.
public struct QueryPlan: Sendable, Equatable {
    public enum ParameterKind: String, Sendable, CaseIterable {
        /// Any text that is not empty.
        case string
        /// A whole number.
        case integer
        /// Whom the client's token names: another value is refused.
        case subject
    }

    public struct Parameter: Sendable, Equatable {
        public var name: String
        public var kind: ParameterKind
    }

    /// Text and parameters: `{customerId}`, `eu-{region}`.
    public struct Template: Sendable, Equatable {
        public enum Part: Sendable, Equatable {
            case literal(String)
            case parameter(String)
        }

        public var parts: [Part]

        /// With the parameters' values.
        public func text(_ values: [String: String]) -> String {
            parts.map { part in
                switch part {
                case .literal(let text): text
                case .parameter(let name): values[name] ?? ""
                }
            }.joined()
        }
    }

    public enum Selection: Sendable, Equatable {
        case row
        case top(Int)
        case bottom(Int)
        /// A member of a ranking, and so many on either side.
        case around(Template, count: Int)
        /// The buckets of the last so many milliseconds.
        case last(Int)
    }

    public struct Read: Sendable, Equatable {
        public var name: String
        public var projection: String
        public var view: String
        /// The values of the key's placeholders, in order; for buckets without the start.
        public var key: [Template]
        public var selection: Selection
    }

    public var name: String
    public var parameters: [Parameter]
    public var reads: [Read]
    /// The roles of clients that may ask it.
    public var roles: [String]
}
