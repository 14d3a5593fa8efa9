import Bytes
import Projections

@testable import Formats

/// What a decoder made of one value, as something that tests can compare.
struct Decoded: Equatable {
    var fault: DecodeFault?
    var found: [FoundValue] = []
    var names: [FoundValue] = []
    var values: [FoundValue] = []
    var whole = FoundValue()
    var repeatsName = false

    /// The same, but for what is wrong: whether something is.
    var withoutReason: Decoded { fault == nil ? self : Decoded(fault: .notJSON(reason: .syntax, at: 0)) }
}

/// A decoder with what it needs, for `$.a.b` written as `a.b`.
struct Reader: ~Copyable {
    var decoder: JSONValueDecoder
    var value: DecodedValue

    init(_ paths: [String] = [], wantsMembers: Bool = false, validatesWhole: Bool = false, isPortable: Bool = false) {
        decoder = JSONValueDecoder(
            paths: paths.map { JSONPath(members: $0.split(separator: ".").map(String.init)) },
            wantsMembers: wantsMembers, validatesWhole: validatesWhole,
            structure: StructuralIndex(isPortable: isPortable))
        value = DecodedValue(pathCount: paths.count)
    }

    mutating func read(_ bytes: Span<UInt8>) -> Decoded {
        if let fault = decoder.decode(bytes, into: &value) { return Decoded(fault: fault) }
        return Decoded(
            found: value.found, names: value.members.map(\.name), values: value.members.map(\.value),
            whole: value.whole, repeatsName: value.repeatsName)
    }

    mutating func read(_ text: String) -> Decoded { read(Array(text.utf8).span) }

    /// The bytes of each path's slot, with the kind before them.
    mutating func texts(_ text: String) -> [String] {
        let decoded = read(text)
        if let fault = decoded.fault { return ["\(fault)"] }
        return decoded.found.map { $0.kind == .nothing ? "nothing" : "\($0.kind) " + Self.text($0, text) }
    }

    static func text(_ slot: FoundValue, _ text: String) -> String {
        String(decoding: Array(text.utf8)[slot.range], as: UTF8.self)
    }
}

/// The fault of one text, by name.
func reason(
    _ text: [UInt8], _ paths: [String] = ["a"], wantsMembers: Bool = false, validatesWhole: Bool = false
) -> DecodeFault.StaticReason? {
    var reader = Reader(paths, wantsMembers: wantsMembers, validatesWhole: validatesWhole)
    guard case .notJSON(let reason, _) = reader.read(text.span).fault else { return nil }
    return reason
}

func reason(_ text: String, _ paths: [String] = ["a"], validatesWhole: Bool = false) -> DecodeFault.StaticReason? {
    reason(Array(text.utf8), paths, validatesWhole: validatesWhole)
}
