/// What the operator left in Redis about parked or halted events.
public struct ParkingRequest: Sendable, Equatable {
    /// The field of the requests' hash.
    public var field: String
    /// Its value; empty before its turn.
    public var text: String

    public init(field: String, text: String) {
        self.field = field
        self.text = text
    }
}
