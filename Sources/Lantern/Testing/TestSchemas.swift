internal import Projections

/// The Avro schemas that a test gives.
final class TestSchemas: SchemaSource {
    private let texts: [UInt32: String]

    init(_ texts: [UInt32: String]) { self.texts = texts }

    func schema(_ id: UInt32) -> SchemaAnswer {
        texts[id].map { .found(WriterSchema(.avro, $0)) } ?? .unusable("the test has no schema \(id)")
    }
}
