import Bytes
import Foundation
import Projections

@testable import Formats

/// One case of an oracle: a schema, paths, a value, and what is to be found (see `Oracles`).
struct BinaryCase {
    let schema: String
    let message: String?
    let paths: [[String]]
    let value: [UInt8]
    /// `kind:text in hexadecimal`, one a path.
    let expected: [String]

    init(_ line: Substring, isProtobuf: Bool) throws {
        var parts = line.split(separator: "\t", omittingEmptySubsequences: false)
        schema = String(parts.removeFirst())
        message = isProtobuf ? String(parts.removeFirst()) : nil
        paths = try JSONDecoder().decode([[String]].self, from: Data(parts.removeFirst().utf8))
        value = Self.bytes(parts.removeFirst())
        expected = parts.map(String.init)
    }

    /// What Lantern finds in these bytes, in the same form; one text with the reason if it cannot read them.
    func found(in value: [UInt8], _ avro: inout AvroWalk, _ protobuf: inout ProtobufWalk) throws -> [String] {
        var fields = DecodedValue(pathCount: paths.count)
        let request = FieldRequest(paths: paths)
        var reason: String?
        if let message {
            let schema = try ProtobufSchema(descriptorSet: Self.bytes(Substring(self.schema)))
            guard let index = schema.message(named: message) else { return ["no message \(message)"] }
            let program = ProtobufCompiler.compile(schema, message: index, for: request)
            withCursor(value) { cursor in
                do throws(BinaryFault) {
                    try protobuf.read(cursor, at: .value, by: program, into: &fields)
                } catch { reason = error.reason.rawValue }
            }
        } else {
            let program = AvroCompiler.compile(try AvroSchema(schema), for: request)
            withCursor(value) { cursor in
                do throws(BinaryFault) {
                    try avro.read(cursor, at: .value, by: program, into: &fields)
                } catch { reason = error.reason.rawValue }
            }
        }
        if let reason { return [reason] }
        return fields.found.map { slot in
            let text = slot.place == .value ? Array(value[slot.range]) : fields.converted.span(slot.range).array
            return "\(slot.kind):" + Self.hexadecimal(text)
        }
    }

    /// Whether both say the same; the entries of Protobuf's maps have no order in the oracle.
    func agrees(_ found: [String]) -> Bool {
        guard found.count == expected.count else { return false }
        return zip(found, expected).allSatisfy { found, expected in
            if found == expected { return true }
            guard message != nil, found.hasPrefix("object") || found.hasPrefix("array") else { return false }
            return Self.text(found).sorted() == Self.text(expected).sorted()
        }
    }

    static func text(_ entry: String) -> [UInt8] { bytes(entry.drop { $0 != ":" }.dropFirst()) }

    static func bytes(_ text: Substring) -> [UInt8] {
        let digits = text.utf8.map { hexDigit($0) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The folder of the oracles and their cases.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Oracles")
}

/// A cursor on memory of exactly the value's size, so that a sanitizer sees what is read behind it.
func withCursor(_ value: [UInt8], _ body: (ByteCursor) -> Void) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(value.count, 1))
    defer { unsafe memory.deallocate() }
    for (index, byte) in value.enumerated() { unsafe (memory + index).initialize(to: byte) }
    body(unsafe ByteCursor(memory, count: value.count))
}
