import Bytes

/// The fields of one message as they come; for descriptors, not for events.
enum ProtobufFields {
    struct Field {
        let number: Int
        /// Of a number.
        let value: UInt64
        /// Of a string, bytes or message.
        let bytes: [UInt8]
    }

    static func all(_ message: [UInt8]) throws(BinaryFault) -> [Field] {
        var fields: [Field] = []
        var fault: BinaryFault?
        unsafe message.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            do throws(BinaryFault) {
                var cursor = unsafe ByteCursor(base, count: buffer.count)
                while !cursor.isAtEnd {
                    let tag = try ProtobufTag(&cursor)
                    switch tag.wire {
                    case .varint: fields.append(Field(number: tag.number, value: try cursor.varint(), bytes: []))
                    case .bytes:
                        let range = try cursor.protobufBytes()
                        fields.append(Field(number: tag.number, value: 0, bytes: cursor.bytes(range).array))
                    default: try tag.skip(&cursor)
                    }
                }
            } catch { fault = error }
        }
        if let fault { throw fault }
        return fields
    }
}

extension [ProtobufFields.Field] {
    func bytes(_ number: Int) -> [UInt8]? { last { $0.number == number }?.bytes }
    func text(_ number: Int) -> String? { bytes(number).map { String(decoding: $0, as: UTF8.self) } }
    func number(_ number: Int) -> Int? { last { $0.number == number }.map { Int(truncatingIfNeeded: $0.value) } }
}
