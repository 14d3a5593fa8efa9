import Bytes
import Seeded

/// Random events for a projection, some of them awkward: the same for the same seed.
public struct RandomEvents {
    private var random: SplitMix64
    private let projection: OracleProjection
    /// Times long gone, which an approximate time to live would make depend on how batches are cut.
    private let allowsPast: Bool
    /// How many of a hundred values are awkward.
    private let awkwardness: Int
    private let types: [String]

    /// Milliseconds since 1970 around which event times lie: 2100-01-01.
    static let base = 4_102_444_800_000

    /// - Parameter awkwardness: how many of a hundred values are not what the projection asks for.
    public static func generate(
        for projection: OracleProjection, seed: UInt64, count: Int, awkwardness: Int = 4
    ) -> [OracleEvent] {
        var generator = RandomEvents(projection, seed: seed, awkwardness: awkwardness)
        return (0..<count).map { generator.event(offset: $0) }
    }

    private init(_ projection: OracleProjection, seed: UInt64, awkwardness: Int) {
        self.projection = projection
        self.awkwardness = awkwardness
        random = SplitMix64(seed: seed ^ 0x5EED)
        allowsPast = !projection.views.contains { $0.ttl?.approximate ?? false }
        types = projection.views.flatMap(\.events).compactMap { event in
            if case .named(let name) = event.name { name } else { nil }
        }
    }

    private mutating func event(offset: Int) -> OracleEvent {
        let topic = random.pick(projection.topics)
        let id = identifier()
        var key: [UInt8]? = Array(id.text.utf8)
        if random.chance(awkwardness) {
            key = random.pick([nil, [], Array("other".utf8), [0xFF, 0xFE], [0], Array(repeating: 0x78, count: 5_000)])
        }
        var event = OracleEvent(
            topic: topic.name, partition: random.below(3), offset: offset, timestamp: timestamp(), key: key,
            headers: headers(), value: nil)
        if random.chance(10) { return event }
        var bytes: [UInt8] = []
        if random.chance(10) { RandomJSON.blank(into: &bytes, &random) }
        top(id).write(into: &bytes, &random)
        if random.chance(awkwardness / 2), bytes.last == UInt8(ascii: "}") { insertOddName(&bytes) }
        if random.chance(10) { RandomJSON.blank(into: &bytes, &random) }
        if random.chance(awkwardness) { spoil(&bytes) }
        event.value = bytes
        return event
    }

    // MARK: Around the value

    private mutating func timestamp() -> Int {
        if random.chance(awkwardness / 2) { return -1 }
        if allowsPast, random.chance(8) { return random.below(1_000_000_000_000) }
        return Self.base + random.below(10_000_000)
    }

    private mutating func headers() -> [OracleEvent.Header] {
        var headers: [OracleEvent.Header] = []
        for name in ["h", "at", "kopf-ü", "h", "other"] where random.chance(name == "other" ? 20 : 70) {
            if name == "at" {
                headers.append(.init(name, random.chance(90) ? Array(timeText().utf8) : nil))
            } else {
                headers.append(
                    .init(
                        name,
                        random.pick([
                            nil, [], Array("x".utf8), Array("ü".utf8), Array("x".utf8), Array("1".utf8), [0xC3],
                            [0, 0x22, 0x5C, 0x1F, 0x7F],
                        ])))
            }
        }
        if case .header(let name, _)? = projection.type {
            headers.append(
                .init(name, random.chance(awkwardness) ? random.pick([nil, [0xFF]]) : Array(typeName().utf8)))
        }
        return headers
    }

    private mutating func identifier() -> (text: String, json: RandomJSON) {
        if random.chance(awkwardness) {
            let text = random.pick(Self.identifiers)
            return (text, .string(text))
        }
        switch random.below(10) {
        case 0: return ("42", .raw("42"))
        case 1: return ("true", .raw("true"))
        case 2: return ("ü:2", .string("ü:2"))
        default:
            let text = random.pick(["a1", "a2", "b:3", "{4}", "a b", "42"])
            return (text, .string(text))
        }
    }

    // MARK: The value

    private mutating func top(_ id: (text: String, json: RandomJSON)) -> RandomJSON {
        if random.chance(awkwardness / 2) {
            return random.pick([
                .raw("null"), .raw("1e400"), .string("text"), .array([.raw("1"), .array([])]), .object([]),
            ])
        }
        var members: [(String, RandomJSON)] = []
        members.append(("id", id.json))
        for name in ["n", "amt", "s", "b", "имя", "at", "o", "l", "nul", "extra"] {
            members.append((name, random.chance(awkwardness) ? awkward() : usual(name)))
        }
        if case .path(let type, _)? = projection.type {
            let name = typeName()
            var value: RandomJSON =
                name == "1" || name == "true" ? random.pick([.raw(name), .string(name)]) : .string(name)
            if random.chance(awkwardness) { value = awkward() }
            if type.names.count == 2 { value = .object([("x", .raw("[]")), (type.names[1], value)]) }
            members.append((type.names[0], value))
        }
        members = members.filter { _ in !random.chance(awkwardness) }
        if random.chance(awkwardness), !members.isEmpty {
            var again = random.pick(members)
            if random.chance(50) { again.1 = awkward() }
            members.append(again)
        }
        if random.chance(awkwardness / 2) { malform(&members) }
        members.shuffle(using: &random)
        return .object(members)
    }

    private mutating func typeName() -> String {
        random.chance(92) && !types.isEmpty
            ? random.pick(types) : random.pick(["other", "*", "tombstone", "", "Ü"])
    }

    /// Puts something that is not JSON where the projection reads; elsewhere a reader need not see it.
    private mutating func malform(_ members: inout [(String, RandomJSON)]) {
        let read = projection.paths.filter { $0.names.count == 1 }
        guard !read.isEmpty else { return }
        let name = random.pick(read).names[0]
        guard let index = members.firstIndex(where: { $0.0 == name }) else { return }
        members[index].1 = .raw(random.pick(Self.malformed))
    }

    /// A first member whose name is no text, or one of which half is missing.
    private mutating func insertOddName(_ bytes: inout [UInt8]) {
        guard let brace = bytes.firstIndex(of: UInt8(ascii: "{")) else { return }
        let isEmpty = bytes[(brace + 1)...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "}")
        let name = random.pick([#"\ud800"#, #"a\udfffb"#, #"\ud83d\ude00"#])
        let value = random.pick(["null", "null", "1", #""x""#])
        var member = #""\#(name)":\#(value)"#
        if random.chance(20) { member += #","\#(name)":null"# }
        bytes.insert(contentsOf: Array((member + (isEmpty ? "" : ",")).utf8), at: brace + 1)
    }

    private mutating func usual(_ name: String) -> RandomJSON {
        switch name {
        case "n": .raw(String(random.below(7) - 2))
        case "amt": .raw(random.pick(["12.34", "0.1", "5", "7.25", "-3.5", "1e1", "100.00", "0.001"]))
        case "s": .string(random.pick(["x", "y", "ü", "", "a/b\"c\\", "tab\t"]))
        case "b": .raw(random.pick(["true", "false"]))
        case "имя": .string(random.pick(["Анна", "😀", "z"]))
        case "at": time()
        case "o":
            .object([
                ("id", .string(random.pick(["a1", "a2", "o:1"]))), ("n", .raw(String(random.below(100)))),
                ("deep", .object([("x", .array([.raw("1"), .string(" a b "), .object([])]))])),
            ])
        case "l": .array([.raw("1"), .raw("null"), .string("[ ]")])
        case "nul": .raw("null")
        default: awkward()
        }
    }

    private mutating func time() -> RandomJSON {
        let milliseconds = Self.base + random.below(10_000_000)
        switch random.below(9) {
        case 0: return .raw(String(milliseconds))
        case 1: return .raw(String(milliseconds / 1_000))
        case 2: return .raw("\(milliseconds / 1_000).\(random.pick(["5", "1239", "999999", "0"]))")
        case 3: return .raw(String(milliseconds) + "123")
        case 4: return .raw(String(milliseconds) + "999999")
        case 5: return .raw("4.1024448\(random.below(900))e\(random.pick(["9", "+12", "15"]))")
        default: return .string(timeText())
        }
    }

    private mutating func timeText() -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year =
            allowsPast && random.chance(10)
            ? random.pick(["1999", "1970", "2000"]) : random.pick(["2100", "2101", "2104"])
        let clock = "\(two(random.below(24))):\(two(random.below(60))):\(two(random.below(60)))"
        let fraction = random.pick(["", "", ".5", ".123", ".999999999"])
        let zone = random.pick(["Z", "Z", "+00:00", "-00:00", "+05:30", "-11:45"])
        return
            "\(year)-\(two(1 + random.below(12)))-\(two(1 + random.below(28)))\(random.pick(["T", "T", " "]))\(clock)\(fraction)\(zone)"
    }

    private mutating func awkward() -> RandomJSON {
        switch random.below(10) {
        case 0..<4:
            return .raw(random.pick(allowsPast ? Self.numbers : Self.numbersNotPast))
        case 4, 5: return .string(random.pick(allowsPast ? Self.times : Self.timesNotPast))
        case 6: return nested(random.pick([1_020, 1_021, 1_022, 1_023, 1_024, 1_025]))
        default: return .raw(random.pick(Self.texts))
        }
    }

    private static let malformed = [
        "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "tru", "True", "nul", "nulll",
        "truefalse", "1 2", "'a'",
        #""\x""#, #""\u12G4""#, #""\u12""#, #""\ud83d\u00""#, "\"\u{9}\"", "[1,,2]", "[1,]", "[,1]", "[1 2]", "{,}",
        #"{"a"}"#, #"{"a":}"#,
        #"{"a" 1}"#, #"{"a":1,}"#, #"{"a":1 "b":2}"#, "{1:2}", "[01]", #"["\q"]"#, #"{"\q":1}"#, "[tru]", "", "/**/1",
        #""a" "b""#, "--1",
        "1-", "1.2.3", "1e5e5", "-a", "\u{7F}", "\u{85}",
    ]
    private static let numbers = [
        "0", "-0", "-0.0", "-1", "5.0", "1e3", "1E+2", "0.1", "0.12345", "1e400", "-1e400", "1e-400", "-1e-400",
        "9007199254740992", "9007199254740993", "-9007199254740992", "9007199254740991.0", "900719925474099.1",
        "123456789012345678901234567890", "0.30000000000000004", "1.7976931348623157e308", "4.9e-324",
        "2.4703282292062327e-324", "1e999999999999999999999", "0e999999999999999999999", "1e-999999999999999999999",
        "0.000",
        "100e-2", "1e15", "0.00000000000000010e16", "253402300799", "253402300800000", "18446744073709551616",
    ]
    private static let times = [
        "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-00:01",
        "2100-02-29T00:00:00Z", "2104-02-29T00:00:00Z", "2100-01-01t00:00:00Z", "2100-01-01T00:00:00z",
        "2100-01-01T00:00:60Z", "2100-01-01T24:00:00Z", "2100-01-01T00:00:00", "2100-01-01T00:00:00.Z",
        "2100-1-1T00:00:00Z", "2100-13-01T00:00:00Z", "2100-01-01T00:00:00+24:00", "2100-01-01T00:00:00+0100",
        "2100-01-01", "2100-01-01T00:00:00Z ", "10000-01-01T00:00:00Z", "2100-01-01T00:00Z",
        "1970-01-01T00:30:00+01:00",
    ]
    private static let texts = [
        #""\ud800""#, #""\udc00x""#, #""\ud83d\ude00""#, #""\ud800\ud800""#, #""\u0000""#, #""\/\b\f\n\r\t\"\\""#,
        #"{"a":"\ud800"}"#, #"["\udfff"]"#, #"{"a":1,"a":2}"#, #"{"\ud800":1}"#, "[]", "{}", "[ [ ] , { } ]",
        #"{ "a" : [ 1 , " x " ] }"#, "null", "true", "false", #""true""#, #""null""#, #""5""#, "\"\u{2028}\u{FEFF}\"",
    ]
    private static let numbersNotPast = numbers.filter { !isPast($0) }
    private static let timesNotPast = times.filter { !$0.hasPrefix("19") }
    private static let identifiers = [
        "", "{x}:%*", "x\ny", "a\u{0}b", String(repeating: "k", count: 10_240), String(repeating: "ü%", count: 700),
        "😀",
        "\u{7F}\u{1F}", String(repeating: "k", count: 4_090),
    ]

    /// Whether the number, read as a time, has long passed.
    private static func isPast(_ number: String) -> Bool {
        OracleTime.number(Array(number.utf8)).map { $0 < base } ?? false
    }

    private func nested(_ depth: Int) -> RandomJSON {
        .raw(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    }

    /// Makes something that is not JSON text, in a way that any reader of it sees.
    private mutating func spoil(_ bytes: inout [UInt8]) {
        switch random.below(9) {
        case 0: bytes.removeLast(1 + random.below(bytes.count))
        case 1: bytes.insert(random.pick([0xFF, 0xC0, 0x80, 0xED]), at: random.below(bytes.count + 1))
        case 2: bytes = [0xEF, 0xBB, 0xBF] + bytes
        case 3: bytes += Array(random.pick(["x", "{}", ",", "]", "\u{0}", " 1", "\u{A0}"]).utf8)
        case 4: bytes = []
        case 5: bytes = Array(" \n".utf8)
        case 6: bytes = Array(repeating: UInt8(ascii: "["), count: 1_000 + random.below(100_000))
        case 7: bytes.insert(UInt8(ascii: "}"), at: 0)
        default: bytes = Array("{\"a\":\"x\u{1}\"".utf8)
        }
    }
}
