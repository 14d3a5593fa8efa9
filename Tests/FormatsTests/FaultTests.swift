import Projections
import Testing

@testable import Formats

@Suite struct FaultTests {
    @Test func `nothing, and nothing but blanks, is no value`() {
        #expect(reason("") == .empty)
        #expect(reason(" \t\r\n ") == .empty)
        #expect(reason([0x0B]) == .syntax)
    }

    @Test func `a byte order mark is refused`() {
        #expect(reason([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) == .byteOrderMark)
        #expect(reason([0xEF, 0xBB]) == .notUTF8)
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 are refused wherever they stand`(bytes: [UInt8]) {
        #expect(reason(Array("{\"a\":\"".utf8) + bytes + Array("\"}".utf8)) == .notUTF8)
        #expect(reason(Array("{\"x\":[\"".utf8) + bytes + Array("\"]}".utf8)) == .notUTF8)
        #expect(reason(Array("{\"x\":[".utf8) + bytes + Array("]}".utf8)) == .notUTF8)
        #expect(reason(Array("{}".utf8) + bytes) == .notUTF8)
    }

    @Test func `strings must be closed and hold no control characters, read or not`() {
        #expect(reason(#"{"a":"x"#) == .unclosedString)
        #expect(reason(#"{"x":["x\"]}"#) == .unclosedString)
        for control in 0..<0x20 as Range<UInt8> {
            #expect(reason(Array(#"{"a":"x"#.utf8) + [control] + Array(#""}"#.utf8)) == .controlCharacter)
            #expect(reason(Array(#"{"x":["x\"#.utf8) + [control] + Array(#""]}"#.utf8)) == .controlCharacter)
        }
        #expect(reason("{\"a\":\"\u{7F}\"}") == nil)
        #expect(reason("{\"\0\":1}") == .controlCharacter)
    }

    @Test(arguments: [
        #"{"a":1"#, "{", "[", #"{"x":[1}"#, #"{"x":{"y":1]}"#, #"{"x":[[}]}"#, #"{"a""#, #"{"a":"#, #"{"a":1,"#, "{]",
    ])
    func `brackets must be balanced by kind, in what is skipped too`(text: String) {
        #expect(reason(text) == .brackets)
    }

    @Test(arguments: [
        #"{"a" 1}"#, #"{"a":1 "b":2}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":}"#, #"{"a":,}"#, "{1:2}", "{a:1}",
        #"{"a"::1}"#,
        "}", "]", ",", ":", #"{"a":[1,,2]}"#, #"{"a":[1,]}"#, #"{"a":[,1]}"#, #"{"a":[1 2]}"#, #"{"a":{"b"}}"#,
        #"{"a":{"b":1,}}"#, #"{"a":"x"y"}"#.replacing("y\"", with: "y"), "{\"a\":\"x\"\u{0C}}", "{\"x\":\u{0C}1}",
    ])
    func `punctuation out of place is refused in what is read`(text: String) {
        #expect(reason(text) == .syntax)
    }

    @Test func `punctuation in what no path looks into may be anything`() {
        #expect(reason(#"{"x":[1,,2]}"#) == nil)
        #expect(reason(#"{"x":[1,,2]}"#, validatesWhole: true) == .syntax)
        #expect(reason(#"[1,,2]"#) == nil)
        #expect(reason(#"[1,,2]"#, validatesWhole: true) == .syntax)
        #expect(reason(#"{"x":{"y":tru}}"#, validatesWhole: true) == .literal)
    }

    @Test(arguments: [
        "01", "-", "1.", "1e", "1e+", "-01", "00", "1.e5", "1.5.5", "1e5e5", "0x10", "1a", "-a", "--1", "1_000",
        "1\u{0C}",
        "1\"x\"", "1é", "2\\", "-.5", "1-", "1+1",
    ])
    func `malformed numbers are refused`(number: String) {
        #expect(reason("{\"a\":\(number)}") == .number)
        #expect(reason("{\"a\":[\(number)]}") == .number)
        #expect(reason("{\"unread\":\(number)}") == .number)
        #expect(reason("{\"unread\":[\(number)]}") == nil)
    }

    @Test(arguments: [
        ".5", "+1", "tru", "truE", "nul", "nulll", "falsey", "False", "NaN", "Infinity", "'a'", "é", "t\u{1A}",
    ])
    func `words other than true, false and null are refused`(word: String) {
        #expect(reason("{\"a\":\(word)}") == .literal)
        #expect(reason("{\"a\":[\(word)]}") == .literal)
        #expect(reason(word) == .literal)
    }

    @Test(arguments: [
        #"\x"#, #"\u12"#, #"\u"#, #"\u123g"#, #"\u 123"#, #"\'"#, #"\U0041"#, #"\0"#, #"ok\n\q"#, #"\\\a"#, #"\u00é9"#,
    ])
    func `malformed escapes are refused in names and in what is read`(escape: String) {
        #expect(reason("{\"a\":\"\(escape)\"}") == .escape)
        #expect(reason("{\"a\":[\"\(escape)\"]}") == .escape)
        #expect(reason("{\"\(escape)\":1}") == .escape)
        #expect(reason("{\"a\":{\"\(escape)\":1}}") == .escape)
        #expect(reason("{\"unread\":\"\(escape)\"}") == nil)
        #expect(reason("{\"unread\":\"\(escape)\"}", validatesWhole: true) == .escape)
        #expect(reason("\"\(escape)\"") == .escape)
    }

    @Test(arguments: ["{} 1", "{}{}", "1 2", "\"a\"\"b\"", "{},", "[]]", "null\nnull", "{\"a\":1}}"])
    func `nothing stands behind the value`(text: String) {
        #expect(reason(text) == .trailing)
    }

    @Test func `a fault says where it is`() {
        var reader = Reader(["a"])
        #expect(reader.read(#"{"a": 01}"#).fault == .notJSON(reason: .number, at: 6))
        #expect(reader.read(#"{"a": "\x"}"#).fault == .notJSON(reason: .escape, at: 7))
        #expect(reader.read(#"{"a": 1} x"#).fault == .notJSON(reason: .trailing, at: 9))
        #expect(reader.read(#"{"a": 1, "#).fault == .notJSON(reason: .brackets, at: 9))
        #expect(reader.read(#"{"b": "x"#).fault == .notJSON(reason: .unclosedString, at: 6))
    }
}
