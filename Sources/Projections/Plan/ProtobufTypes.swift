/// Where the message types of a topic's Protobuf are from.
public struct ProtobufTypes: Sendable, Equatable {
    /// A `FileDescriptorSet`; nil: the registry gives the schema of each value.
    public var descriptors: [UInt8]?
    /// The full name of the values' message type; nil: each value's frame says which.
    public var message: String?
    /// A registry's frame is in front of each value.
    public var isFramed: Bool

    public init(descriptors: [UInt8]? = nil, message: String? = nil, isFramed: Bool = true) {
        self.descriptors = descriptors
        self.message = message
        self.isFramed = isFramed
    }
}
