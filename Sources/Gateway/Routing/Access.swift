/// Who may ask for a path.
public enum Access: Sendable, CaseIterable {
    /// Probes and scrapers: no token, any name of the host. Nothing of an event is in it.
    case open
    /// The page's own files: no token, which a browser could not send, but only under a known name.
    case page
    /// What was observed, rows and parked events: the read token or the operate token, if there are any.
    case read
    /// Rows: as `read`, and clients with tokens of their own, whose roles the route itself looks at.
    case rows
    /// What changes something: the operate token, always.
    case operate
}
