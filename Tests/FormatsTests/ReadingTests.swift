import Projections
import Testing

@testable import Formats

@Suite struct ReadingTests {
    static let order =
        #"{"type":"OrderPlaced","orderId":"o-17","customerId":"c-17","status":"placed","total":4711,"currency":"EUR","#
        + #""at":"2026-01-01T00:00:00Z","lines":[{"sku":"s-1","quantity":2,"price":499}],"note":"leave at the door"}"#

    @Test func `five paths of an order are found`() {
        var reader = Reader(["type", "orderId", "customerId", "status", "total"])
        #expect(
            reader.texts(Self.order) == [
                "string OrderPlaced", "string o-17", "string c-17", "string placed", "number 4711",
            ])
        #expect(reader.texts("{}") == Array(repeating: "nothing", count: 5))
    }

    @Test func `each kind of value is told apart and keeps its bytes`() {
        var reader = Reader(["a", "b", "c", "d", "e", "f", "g", "h", "i"])
        let text =
            #"{"a":null,"b":"","c":"\n","d":-0,"e":true,"f":false,"g":{ },"h":[ 1 , "x" ], "i" : 1E+5 } "#
        #expect(
            reader.texts(text) == [
                "null null", "string ", #"escapedString \n"#, "number -0", "yes true", "no false", "object { }",
                #"array [ 1 , "x" ]"#, "number 1E+5",
            ])
    }

    @Test(arguments: [
        "0", "-0", "1E+5", "1e-5", "0.5", "-12.50", "1e400", "123456789012345678901234567890.123456789",
        String(repeating: "9", count: 500),
    ])
    func `numbers of any length are valid`(number: String) {
        var reader = Reader(["a"])
        #expect(reader.texts("{\"a\":\(number)}") == ["number \(number)"])
        #expect(reader.read(number).whole == FoundValue(.number, start: 0, count: UInt32(number.utf8.count)))
    }

    @Test func `paths lead through objects and find nothing in anything else`() {
        var reader = Reader(["a.b", "a.c.d", "e"])
        #expect(reader.texts(#"{"a":{"x":0,"c":{"d":1},"b":2},"e":3}"#) == ["number 2", "number 1", "number 3"])
        #expect(reader.texts(#"{"a":[{"b":2}],"e":3}"#) == ["nothing", "nothing", "number 3"])
        #expect(reader.texts(#"{"a":"b","e":3}"#) == ["nothing", "nothing", "number 3"])
        #expect(reader.texts(#"{"b":2,"c":{"d":1}}"#) == ["nothing", "nothing", "nothing"])
        #expect(reader.texts(#"{"a":{},"e":{}}"#) == ["nothing", "nothing", "object {}"])
    }

    @Test func `an object that is read may have deeper paths, and is checked in full`() {
        var reader = Reader(["a", "a.b", "a.b.c"])
        #expect(
            reader.texts(#"{"a":{"b":{"c":[1]},"x":[2]}}"#)
                == ["object {\"b\":{\"c\":[1]},\"x\":[2]}", "object {\"c\":[1]}", "array [1]"])
        #expect(reader.read(#"{"a":{"x":[1,,2]}}"#).fault == .notJSON(reason: .syntax, at: 13))
        #expect(reader.read(#"{"a":{"x":"\x"}}"#).fault == .notJSON(reason: .escape, at: 11))
        #expect(reader.read(#"{"x":[1,,2],"a":{}}"#).fault == nil)
    }

    @Test(arguments: ["null", "true", "12", "\"x\"", "[]", "[{\"a\":1}]", " -1.5 ", "\n[ ]\n"])
    func `the top may be any value, in which paths find nothing`(text: String) {
        var reader = Reader(["a"])
        #expect(reader.texts(text) == ["nothing"])
        let trimmed = text.trimming()
        #expect(Reader.text(reader.read(text).whole, text) == (trimmed == "\"x\"" ? "x" : trimmed))
    }

    @Test func `names are compared unescaped, byte for byte`() {
        var reader = Reader(["a", "é", "😀", "longer than eight"])
        #expect(
            reader.texts(#"{"\u0061":1,"\u00E9":2,"\uD83D\uDE00":3,"longer than\u0020eight":4}"#)
                == ["number 1", "number 2", "number 3", "number 4"])
        #expect(
            reader.texts("{\"A\":1,\"e\u{301}\":2,\"\\ud83d\":3,\"longer than Eight\":4}")
                == Array(repeating: "nothing", count: 4))
    }

    @Test func `a surrogate without its partner is only marked as an escaped string`() {
        var reader = Reader(["a", "b"])
        #expect(
            reader.texts(#"{"a":"\ud800","b":["\udc00\ud800"]}"#)
                == [#"escapedString \ud800"#, #"array ["\udc00\ud800"]"#])
    }

    @Test func `the whole value is known without the blanks around it`() {
        var reader = Reader()
        #expect(reader.read(" \r\n{\"a\" : 1}\t ").whole == FoundValue(.object, start: 3, count: 9))
        #expect(reader.read(" \"a\\n\" ").whole == FoundValue(.escapedString, start: 2, count: 3))
    }

    @Test func `nothing is left over from the value before`() {
        var reader = Reader(["a", "b"], wantsMembers: true)
        #expect(reader.read(#"{"a":1,"b":2}"#).values.count == 2)
        #expect(reader.read(#"{"a":1,"#).fault != nil)
        let read = reader.read(#"{"b":2}"#)
        #expect(read.found.map(\.kind) == [.nothing, .number])
        #expect(read.values == [FoundValue(.number, start: 5, count: 1)])
        #expect(reader.read("[]").values.isEmpty)
    }
}

extension String {
    fileprivate func trimming() -> String {
        String(drop { " \n".contains($0) }.reversed().drop { " \n".contains($0) }.reversed())
    }
}
