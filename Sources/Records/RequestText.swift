import Bytes

/// What the operator asks about one parked or halted event; the value of a field `TOPIC:PARTITION:OFFSET` of the requests,
/// or `TOPIC:PARTITION:all` for all that a partition has parked.
///
/// As text: `action=edit id=… value=HEX`; `value=null` makes the event a tombstone. `action=retry-all id=… after=…` holds how
/// far it is: the lane writes it anew with each slice.
public struct RequestText: Sendable, Equatable {
    public enum Action: Sendable, Equatable {
        case retry
        case skip
        /// The value to project instead of the record's; nil is a tombstone.
        case edit([UInt8]?)
        /// All that the partition has parked, from where this says.
        case retryAll(RetryProgress)
    }

    public var action: Action
    /// Names the key under which the lane leaves its answer.
    public var identifier: String

    /// With an identifier of its own.
    public init(_ action: Action) { self.init(action: action, identifier: hexDigits(.random(in: .min ... .max))) }

    public init(action: Action, identifier: String) {
        self.action = action
        self.identifier = identifier
    }

    public var text: String {
        switch action {
        case .retry: "action=retry id=\(identifier)"
        case .skip: "action=skip id=\(identifier)"
        case .retryAll(let progress): "action=retry-all id=\(identifier) \(progress.text)"
        case .edit(nil): "action=edit id=\(identifier) value=null"
        case .edit(let value?): "action=edit id=\(identifier) value=\(Self.hexadecimal(value))"
        }
    }

    public init?(text: String) {
        var values: [Substring: Substring] = [:]
        for word in text.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { return nil }
            values[word[..<equals]] = word[word.index(after: equals)...]
        }
        guard let identifier = values["id"] else { return nil }
        switch values["action"] {
        case "retry": action = .retry
        case "skip": action = .skip
        case "retry-all": action = .retryAll(RetryProgress(values))
        case "edit":
            guard let value = values["value"] else { return nil }
            if value == "null" {
                action = .edit(nil)
            } else {
                guard let bytes = Self.bytes(value) else { return nil }
                action = .edit(bytes)
            }
        default: return nil
        }
        self.identifier = String(identifier)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) * 16 + (digits[$0 + 1] ?? 0)) }
    }
}
