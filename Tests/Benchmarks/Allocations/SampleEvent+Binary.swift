import Foundation
import Projections

/// The same orders in binary encodings.
extension SampleEvent {
    /// Avro in a registry's frame, in turn with each of so many schemas.
    static func avro(_ count: Int, keys: Int, schemas: Int = 1) -> [SampleEvent] {
        orders(count, keys: keys).enumerated().map { index, order in
            var value: [UInt8] = [0, 0, 0, 0, UInt8(1 + index % schemas)]
            let fields = order.fields
            for name in ["type", "orderId", "customerId", "status"] { value += avroText(fields[name]) }
            value += varint(UInt64(fields["total"] as? Int ?? 0) << 1)
            value += avroText(fields["currency"])
            value += varint(UInt64(1_795_575_610_000 + index) << 1)
            value += [2] + avroText("s-\(index % 5_000)") + varint(4) + varint(998) + [0]
            value += avroText(fields["note"])
            return SampleEvent(key: order.key, value: value)
        }
    }

    /// Protobuf as `ProtobufOrder.descriptors` describes it.
    static func protobuf(_ count: Int, keys: Int) -> [SampleEvent] {
        orders(count, keys: keys).enumerated().map { index, order in
            let fields = order.fields
            var value: [UInt8] = []
            for (place, name) in ["type", "orderId", "customerId", "status"].enumerated() {
                value += protobufText(place + 1, fields[name])
            }
            value += [5 << 3] + varint(UInt64(fields["total"] as? Int ?? 0))
            value += protobufText(6, fields["currency"]) + [7 << 3] + varint(UInt64(1_795_575_610_000 + index))
            value += protobufText(8, "s-\(index % 5_000)") + protobufText(9, fields["note"])
            return SampleEvent(key: order.key, value: value)
        }
    }

    private var fields: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(value)) as? [String: Any]) ?? [:]
    }
}

/// Schemas of `SampleEvent.avro`, whatever their ids.
final class OrderSchemas: SchemaSource {
    func schema(_ id: UInt32) -> SchemaAnswer {
        .found(
            WriterSchema(
                .avro,
                #"{"type":"record","name":"Order","fields":[{"name":"type","type":"string"},{"name":"orderId","type":"string"},{"name":"customerId","type":"string"},{"name":"status","type":"string"},{"name":"total","type":"long"},{"name":"currency","type":"string"},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"sku","type":"string"},{"name":"quantity","type":"int"},{"name":"price","type":"int"}]}}},{"name":"note","type":"string"}]}"#
            ))
    }
}

/// The message of `SampleEvent.protobuf`.
enum ProtobufOrder {
    /// As a topic's `descriptors:` has it.
    static var descriptors: String {
        let names = ["type", "orderId", "customerId", "status", "total", "currency", "at", "sku", "note"]
        var message = protobufText(1, "Order")
        for (index, name) in names.enumerated() {
            let kind: UInt8 = name == "total" || name == "at" ? 3 : 9
            let field = protobufText(1, name) + [3 << 3, UInt8(index + 1), 4 << 3, 1, 5 << 3, kind]
            message += protobufBytes(2, field)
        }
        let file = protobufText(1, "o.proto") + protobufBytes(4, message) + protobufText(12, "proto3")
        return "base64:" + Data(protobufBytes(1, file)).base64EncodedString()
    }
}

private func varint(_ number: UInt64) -> [UInt8] {
    var (rest, bytes) = (number, [UInt8]())
    while rest > 0x7F {
        bytes.append(UInt8(rest & 0x7F | 0x80))
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

private func avroText(_ value: Any?) -> [UInt8] {
    let text = Array((value as? String ?? "").utf8)
    return varint(UInt64(text.count) << 1) + text
}

private func protobufBytes(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(UInt64(number) << 3 | 2) + varint(UInt64(bytes.count)) + bytes
}

private func protobufText(_ number: Int, _ value: Any?) -> [UInt8] {
    protobufBytes(number, Array((value as? String ?? "").utf8))
}
