internal import CRdkafka

/// The headers of a message that something else owns, and that must still be there when they are read.
@safe
public struct MessageHeaders: HeaderSource {
    let message: UnsafeMutablePointer<rd_kafka_message_t>

    /// Gives each header in the record's order, repeated names included; a null value (nil) differs from an empty one.
    public func forEachHeader(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>?) -> Void) {
        var headers: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let headers = unsafe headers
        else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while unsafe rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            index += 1
            guard let start = unsafe name else { continue }
            var length = 0
            while unsafe start[length] != 0 { length += 1 }
            let nameSpan = unsafe Span<UInt8>(
                _unsafeStart: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: length)
            if let value = unsafe value {
                body(nameSpan, unsafe Span(_unsafeStart: value.assumingMemoryBound(to: UInt8.self), count: size))
            } else {
                body(nameSpan, nil)
            }
        }
    }
}
