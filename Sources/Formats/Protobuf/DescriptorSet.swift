import Bytes

/// A descriptor set as the configuration sees it.
package struct DescriptorSet {
    /// The full names of its messages.
    package let messages: [String]

    /// Throws what is wrong with it, in one sentence.
    package init(_ bytes: [UInt8]) throws(SchemaFault) {
        messages = try ProtobufSchema(descriptorSet: bytes).messages.filter { !$0.isMapEntry }.map(\.name)
    }

    /// How it is written into a definition, so that the file is not needed any more.
    package static let inline = "base64:"

    package static func inlined(_ bytes: [UInt8]) -> String {
        var text = ByteBuffer()
        text.append(base64: bytes.span)
        return inline + String(decoding: text.array, as: UTF8.self)
    }

    /// nil if the text is not one.
    package static func bytes(inlined text: String) -> [UInt8]? {
        text.hasPrefix(inline) ? ProtobufSchema.base64(String(text.dropFirst(inline.count))) : nil
    }
}
