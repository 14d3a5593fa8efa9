internal import CommandLine
internal import Formats
internal import Projections

/// Reads where a topic's Protobuf messages are described.
struct ProtobufReader {
    private static let largest = 64 << 20
    let log: DiagnosticLog

    private enum FrameWord: String, CaseIterable { case none, confluent }

    func read(_ map: MapReader) -> ProtobufTypes {
        let frame = map.choice("frame", FrameWord.self)
        let message = map.text("message")
        guard let node = map["descriptors"] else {
            for name in ["message", "frame"] {
                guard let entry = map.entry(name) else { continue }
                log.error(
                    entry.position, "`\(name)` needs `descriptors`: the registry's frame says which message it is")
            }
            return ProtobufTypes()
        }
        // What cannot be read is refused once, and not for the lack of a registry as well.
        guard let text = map.text("descriptors"), let bytes = bytes(text, at: node.position) else {
            return ProtobufTypes(descriptors: [])
        }
        do throws(SchemaFault) {
            let set = try DescriptorSet(bytes)
            if let message, !set.messages.contains(message) {
                let hint = Hint.text(for: message, among: set.messages)
                log.error(
                    map["message"]?.position ?? node.position, "`descriptors` have no message `\(message)`\(hint)")
            }
        } catch { log.error(node.position, "`descriptors`: \(error)") }
        if message == nil, frame != .confluent {
            log.error(
                node.position,
                "`descriptors` need `message`, the full name of the values' message, or `frame: confluent`, whose frame names it"
            )
        }
        return ProtobufTypes(descriptors: bytes, message: message, isFramed: frame == .confluent)
    }

    /// Other encodings have nothing of this.
    func refuseWords(_ map: MapReader) {
        for name in ["descriptors", "message", "frame"] {
            guard let entry = map.entry(name) else { continue }
            log.error(entry.position, "`\(name)` is an option of topics with `encoding: protobuf`")
        }
    }

    private func bytes(_ text: String, at position: Position) -> [UInt8]? {
        if text.hasPrefix(DescriptorSet.inline) {
            let bytes = DescriptorSet.bytes(inlined: text)
            if bytes == nil { log.error(position, "`descriptors` are not base64") }
            return bytes
        }
        do throws(ConfigurationError) { return try TextFile.read(text, largest: Self.largest) } catch {
            log.error(position, "`descriptors`: \(text): \(error.diagnostics.first?.message ?? "it cannot be read")")
            return nil
        }
    }
}
