/// A librdkafka property as the file has it; librdkafka itself judges whether it knows it.
public struct KafkaProperty: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public var name: String
    public var value: String
    /// Its place in the file, for the message if librdkafka refuses it.
    public var position: Position

    public init(name: String, value: String, position: Position = .init(line: 1, column: 1)) {
        self.name = name
        self.value = value
        self.position = position
    }

    /// Whether the value must not be shown.
    public var isSecret: Bool {
        let secrets = ["password", "secret", "ssl.key.pem", "oauthbearer.config", "assertion.private"]
        return secrets.contains { name.contains($0) } && !name.hasSuffix(".location") && !name.hasSuffix(".file")
    }

    /// `name=value`, secrets as `***`.
    public var description: String { "\(name)=\(isSecret ? "***" : value)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["property": description]) }
}
