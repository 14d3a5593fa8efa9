internal import Bytes
public import Projections

/// The fingerprint of a projection: 32 hexadecimal digits, equal for plans with the same effect.
///
/// It is XXH3 (128 bits) of ``ProjectionPlan/canonicalText``, and so changes with the fold's version too.
public func fingerprint(of plan: ProjectionPlan) -> String { xxh3_128Hex(plan.canonicalText) }
