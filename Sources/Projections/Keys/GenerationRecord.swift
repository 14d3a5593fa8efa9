/// One complete build of a projection's views: the value of its generation key, which every transaction compares.
///
/// As text: `state=live fingerprint=… phase=0 token=- id=1a2b3c4d`. Nothing but its state is ever written to that key,
/// or every lane's fence breaks.
public struct GenerationRecord: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        case building
        case live
        case draining
        case promotingFirst = "promoting-1"
        case promotingSecond = "promoting-2"
        case held
        case retired
        case dropping
    }

    public var state: State
    /// The compiled form's fingerprint: who may write is decided by it.
    public var fingerprint: String
    /// Who drives a promotion, a repair or a `--fresh`; `-`: no one.
    public var token: String
    /// Eight hexadecimal digits drawn at its creation: they distinguish it from a generation of the same number
    /// elsewhere.
    public var identifier: String

    public init(state: State, fingerprint: String, token: String = "-", identifier: String) {
        self.state = state
        self.fingerprint = fingerprint
        self.token = token
        self.identifier = identifier
    }

    public var text: String {
        "state=\(state.rawValue) fingerprint=\(fingerprint) token=\(token) id=\(identifier)"
    }

    /// Reads the text; nil if it is not one.
    public init?(text: String) {
        var values: [Substring: Substring] = [:]
        for word in text.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { return nil }
            values[word[..<equals]] = word[word.index(after: equals)...]
        }
        guard let state = values["state"].flatMap({ State(rawValue: String($0)) }),
            let fingerprint = values["fingerprint"], let token = values["token"], let identifier = values["id"]
        else { return nil }
        self.init(
            state: state, fingerprint: String(fingerprint), token: String(token), identifier: String(identifier))
    }
}
