/// Reads events' values in one format: what the plan's paths find in them.
///
/// The same bytes always have the same outcome. Used by one thread at a time; in steady state it allocates nothing.
/// ``PlanProjector`` is generic over it, so that the call to it is a direct one.
public protocol ValueDecoder: ~Copyable {
    /// A decoder of what `plan` needs of an event.
    init(_ plan: ProjectionPlan)

    /// Fills `decoded`, which was made for as many paths as the plan has; returns what is wrong with the value, or nil.
    ///
    /// After a fault what `decoded` holds means nothing.
    mutating func decode(_ value: Span<UInt8>, into decoded: inout DecodedValue) -> DecodeFault?
}
