/// A row that both sides do not have alike.
public struct RowDifference: Sendable, Equatable {
    public enum Kind: Sendable { case changed, missing, extra }

    /// `PROJECTION.VIEW`
    public let view: String
    public let key: [UInt8]
    public let kind: Kind
    public let fields: [FieldDifference]
}
