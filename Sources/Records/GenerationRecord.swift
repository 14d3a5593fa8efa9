import Bytes

/// One complete build of a projection's views: the value of its generation key, which every transaction compares.
///
/// As text: `number=3 id=1a2b3c4d state=open fingerprint=… token= deadline=0`. Nothing but its state is ever written to
/// that key, or every lane's fence breaks. Whether it is live is not said here: what is in the home database is.
public struct GenerationRecord: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// Its workers may write.
        case open
        /// A promotion waits for the builds to reach the checkpoints: nobody writes until it ends or `deadline` passes.
        case draining
        /// Its rows are being removed.
        case dropping
    }

    public var number: Int
    /// Eight hexadecimal digits drawn at its creation: the generation is the one with this identifier, wherever it is.
    public var identifier: String
    public var state: State
    /// The compiled form's fingerprint: who may write is decided by it.
    public var fingerprint: String
    /// Who drives a promotion, a repair or a `--fresh`; empty: no one.
    public var token: String
    /// When a draining ends by itself, by Redis's clock in milliseconds since 1970; 0: none.
    public var deadline: Int64

    public init(
        number: Int, identifier: String, state: State = .open, fingerprint: String, token: String = "",
        deadline: Int64 = 0
    ) {
        self.number = number
        self.identifier = identifier
        self.state = state
        self.fingerprint = fingerprint
        self.token = token
        self.deadline = deadline
    }

    /// As its lanes expect it once a promotion has ended.
    public var opened: GenerationRecord {
        GenerationRecord(number: number, identifier: identifier, fingerprint: fingerprint)
    }

    /// A new identifier.
    public static func drawIdentifier() -> String {
        String(UInt32.random(in: .min ... .max) | 0x1000_0000, radix: 16)
    }

    public var text: String {
        "number=\(number) id=\(identifier) state=\(state.rawValue) fingerprint=\(fingerprint) token=\(token) "
            + "deadline=\(deadline)"
    }

    /// Reads the text; nil if it is not one.
    public init?(text: String) { self.init(bytes: Array(text.utf8)) }

    /// Reads the bytes of the key; nil if they are no record.
    public init?(bytes: [UInt8]) {
        var number: Int64?
        var identifier: String?
        var state: State?
        var fingerprint: String?
        var token: String?
        var deadline: Int64?
        let isWhole = bytes.span.forEachWord { name, value in
            func text() -> String? { String(validating: value.array, as: UTF8.self) }
            if name.isEqual(to: "number") {
                number = value.decimal
            } else if name.isEqual(to: "id") {
                identifier = text()
            } else if name.isEqual(to: "state") {
                state = State.allCases.first { value.isEqual(to: $0.rawValue) }
            } else if name.isEqual(to: "fingerprint") {
                fingerprint = text()
            } else if name.isEqual(to: "token") {
                token = text()
            } else if name.isEqual(to: "deadline") {
                deadline = value.decimal
            }
        }
        guard isWhole, let number, let identifier, let state, let fingerprint, let token, let deadline else {
            return nil
        }
        self.init(
            number: Int(number), identifier: identifier, state: state, fingerprint: fingerprint, token: token,
            deadline: deadline)
    }
}
