/// How a sorted set's scores change: always in one way, since ways do not mix.
public protocol ScoreKind {}

/// Those whose outcome does not depend on the order of events.
public protocol OrderFreeScoreKind: ScoreKind {}

/// Scores are sums: `increment`.
public struct Sums: OrderFreeScoreKind, Sendable {}

/// Scores only rise: `raise`.
public struct Maxima: OrderFreeScoreKind, Sendable {}

/// Scores only fall: `lower`.
public struct Minima: OrderFreeScoreKind, Sendable {}

/// The last score set stays: `set`.
public struct Scores: ScoreKind, Sendable {}

extension ScoreKind where Self == Sums { public static var sums: Sums { Sums() } }
extension ScoreKind where Self == Maxima { public static var maxima: Maxima { Maxima() } }
extension ScoreKind where Self == Minima { public static var minima: Minima { Minima() } }
extension ScoreKind where Self == Scores { public static var scores: Scores { Scores() } }
