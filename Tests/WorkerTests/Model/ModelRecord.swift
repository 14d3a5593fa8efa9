import Kafka

@testable import Worker

/// A record of the model's log.
struct ModelRecord: LogRecord {
    let topic = 0
    let partition: Int32
    let offset: Int64
    let timestamp: Int64
    private let keyBytes: [UInt8]
    private let valueBytes: [UInt8]

    init(_ record: ModelLog.Record, partition: Int, world: World) {
        self.partition = Int32(partition)
        offset = record.offset
        timestamp = Self.timestamp(record.offset, world)
        keyBytes = record.key
        valueBytes = record.value
    }

    /// Another log has other records: their times tell them apart.
    private static func timestamp(_ offset: Int64, _ world: World) -> Int64 {
        1_700_000_000_000 + offset + Int64(world.recreations) * 1_000_000_000
    }

    var key: Span<UInt8>? {
        @_lifetime(borrow self)
        get { keyBytes.span }
    }
    var value: Span<UInt8>? {
        @_lifetime(borrow self)
        get { valueBytes.span }
    }
    @unsafe var headerSource: NoHeaders { NoHeaders() }
}

/// The headers of records that have none.
struct NoHeaders: HeaderSource {
    func forEachHeader(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>?) -> Void) {}
}
