public import Bytes
import Foundation

extension OrderEvent {
    /// The schema of ``writeAvro(schema:to:)``.
    public static let avroSchema = """
        {"type":"record","name":"Order","fields":[{"name":"type","type":"string"},{"name":"orderId","type":"string"},\
        {"name":"customerId","type":"string"},{"name":"status","type":"string"},{"name":"total","type":"long"},\
        {"name":"currency","type":"string"},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},\
        {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[\
        {"name":"sku","type":"string"},{"name":"quantity","type":"int"},{"name":"price","type":"int"}]}}},\
        {"name":"note","type":"string"}]}
        """

    /// Avro in a registry's frame.
    public func writeAvro(schema: Int, to buffer: inout ByteBuffer) {
        buffer.append(0)
        for shift in [24, 16, 8, 0] { buffer.append(UInt8(truncatingIfNeeded: schema >> shift)) }
        buffer.appendAvro(Self.typeNames[kind.rawValue])
        buffer.appendAvro("o-", order)
        buffer.appendAvro("c-", customer)
        buffer.appendAvro(Self.statusNames[kind.rawValue])
        buffer.appendVarint(total << 1)
        buffer.appendAvro("EUR")
        buffer.appendVarint(second * 1_000 << 1)
        // One block of one line, and the block of none that ends the array.
        buffer.appendVarint(1 << 1)
        buffer.appendAvro("s-", sku)
        buffer.appendVarint(2 << 1)
        buffer.appendVarint(499 << 1)
        buffer.append(0)
        buffer.appendAvro("leave at the door")
    }

    /// Protobuf's `Order`, as ``protobufDescriptors`` has it; without a frame.
    public func writeProtobuf(to buffer: inout ByteBuffer) {
        buffer.appendProtobuf(1, Self.typeNames[kind.rawValue])
        buffer.appendProtobuf(2, "o-", order)
        buffer.appendProtobuf(3, "c-", customer)
        buffer.appendProtobuf(4, Self.statusNames[kind.rawValue])
        buffer.append(5 << 3)
        buffer.appendVarint(total)
        buffer.appendProtobuf(6, "EUR")
        buffer.append(7 << 3)
        buffer.appendVarint(second * 1_000)
        buffer.appendProtobuf(8, "s-", sku)
        buffer.appendProtobuf(9, "leave at the door")
    }

    /// What a topic's `descriptors:` says for ``writeProtobuf(to:)``: a FileDescriptorSet (google/protobuf/descriptor.proto).
    public static var protobufDescriptors: String {
        let names: [StaticString] = [
            "type", "orderId", "customerId", "status", "total", "currency", "at", "sku", "note",
        ]
        var set = ByteBuffer()
        var file = ByteBuffer()
        var message = ByteBuffer()
        message.appendProtobuf(1, "Order")
        for (index, name) in names.enumerated() {
            var field = ByteBuffer()
            field.appendProtobuf(1, name)
            // The number, the label "optional", and the type: int64 or string.
            for byte in [3 << 3, index + 1, 4 << 3, 1, 5 << 3, index == 4 || index == 6 ? 3 : 9] {
                field.append(UInt8(byte))
            }
            message.appendProtobuf(2, field)
        }
        file.appendProtobuf(1, "order.proto")
        file.appendProtobuf(4, message)
        file.appendProtobuf(12, "proto3")
        set.appendProtobuf(1, file)
        return "base64:" + Data(set.span.indices.map { set.span[$0] }).base64EncodedString()
    }
}

extension ByteBuffer {
    /// Seven bits a byte, the lowest first, as Avro and Protobuf both have it.
    fileprivate mutating func appendVarint(_ number: Int) {
        var rest = number
        while rest > 0x7F {
            append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        append(UInt8(rest))
    }

    fileprivate mutating func appendAvro(_ text: StaticString, _ number: Int? = nil) {
        appendVarint((text.utf8CodeUnitCount + digits(number)) << 1)
        append(text)
        if let number { append(decimal: Int64(number)) }
    }

    fileprivate mutating func appendProtobuf(_ field: UInt8, _ text: StaticString, _ number: Int? = nil) {
        append(field << 3 | 2)
        appendVarint(text.utf8CodeUnitCount + digits(number))
        append(text)
        if let number { append(decimal: Int64(number)) }
    }

    fileprivate mutating func appendProtobuf(_ field: UInt8, _ bytes: borrowing ByteBuffer) {
        append(field << 3 | 2)
        appendVarint(bytes.count)
        append(bytes)
    }
}

/// How many digits a number that is not negative has in decimal; none has none.
private func digits(_ number: Int?) -> Int {
    guard var rest = number else { return 0 }
    var count = 1
    while rest > 9 { (rest, count) = (rest / 10, count + 1) }
    return count
}
