/// Redis commands that were encoded once, to be sent many times.
public struct EncodedCommands: Sendable {
    let bytes: [UInt8]
    let count: Int

    public init(_ commands: borrowing CommandBuffer) {
        bytes = commands.bytes.array
        count = commands.commandCount
    }
}

extension CommandBuffer {
    public mutating func append(_ encoded: EncodedCommands) {
        bytes.append(encoded.bytes.span)
        commandCount += encoded.count
    }
}
