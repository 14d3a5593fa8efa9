import Projections

/// A tiny Redis in memory: what the tests of the fold hold their commands against.
typealias ModelRedis = MemoryRows
