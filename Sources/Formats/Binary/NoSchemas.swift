import Projections

/// Where no registry is known.
final class NoSchemas: SchemaSource {
    func schema(_ id: UInt32) -> SchemaAnswer {
        .unusable("schema \(id) is not known here: no `registry` is configured")
    }
}
