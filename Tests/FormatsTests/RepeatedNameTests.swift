import Bytes
import Projections
import Testing

@testable import Formats

@Suite struct RepeatedNameTests {
    @Test func `a name that occurs twice on a path is a fault, however it is written`() {
        var reader = Reader(["x", "a.b"])
        #expect(reader.read(#"{"a":1,"a":1}"#).fault == .repeatedName(path: 1, at: 8))
        #expect(reader.read(#"{"a":1,"\u0061":{}}"#).fault == .repeatedName(path: 1, at: 8))
        #expect(reader.read(#"{"a":{"b":1,"\u0062":2}}"#).fault == .repeatedName(path: 1, at: 13))
        #expect(reader.read(#"{"x":1,"x":1}"#).fault == .repeatedName(path: 0, at: 8))
    }

    @Test func `a name that no path names may occur twice`() {
        var reader = Reader(["a.b"])
        #expect(reader.read(#"{"x":1,"x":2,"b":1,"b":2,"a":{"a":1,"a":2}}"#).fault == nil)
        #expect(reader.read(#"{"x":{"a":{"b":1},"a":{"b":2}}}"#).fault == nil)
    }

    @Test func `where members are wanted, a name that occurs twice at the top is told`() {
        var reader = Reader(["a"], wantsMembers: true)
        let text = #"{"n":null,"a":{"x":1,"x":2},"\u0062":"\t"}"#
        let read = reader.read(text)
        #expect(read.names.map { Reader.text($0, text) } == ["n", "a", #"\u0062"#])
        #expect(read.names.map(\.kind) == [.string, .string, .escapedString])
        #expect(read.values.map { Reader.text($0, text) } == ["null", #"{"x":1,"x":2}"#, #"\t"#])
        #expect(read.values.map(\.kind) == [.null, .object, .escapedString])
        #expect(reader.read(#"{"x":1,"y":2,"x":3}"#).repeatsName)
        #expect(reader.read(#"{"😀":1,"\ud83d\ude00":3}"#).repeatsName)
        #expect(reader.read(#"{"":1,"":3}"#).repeatsName)
        #expect(reader.read(#"{"\ud800":1,"\ud801":3,"\ufffd":1}"#).repeatsName == false)
        #expect(reader.read(#"{"x":[1,,2]}"#).fault == .notJSON(reason: .syntax, at: 8))
    }

    @Test func `an object that paths lead into is a member as well`() {
        var reader = Reader(["a.b.c"], wantsMembers: true)
        let text = #"{"a":{"b":{"c":1}},"d":2}"#
        #expect(reader.read(text).values.map { Reader.text($0, text) } == [#"{"b":{"c":1}}"#, "2"])
    }

    @Test func `a repeated name is found among very many`() {
        var reader = Reader([], wantsMembers: true)
        for count in [10, 1_000, 100_000] {
            let members = (0..<count).map { "\"name number \($0)\":\($0)" }
            #expect(reader.read("{" + members.joined(separator: ",") + "}").values.count == count)
            let repeated = members + [#""name number \u0037":1"#]
            #expect(reader.read("{" + repeated.joined(separator: ",") + "}").repeatsName, "\(count) members")
        }
    }

    @Test func `many paths and names that begin alike are told apart`() {
        let names = (0..<300).map { "the same beginning \($0)" } + (0..<300).map { "n\($0)" }
        var reader = Reader(names)
        let text = "{" + names.reversed().map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        #expect(reader.texts(text) == names.map { "string \($0)" })
    }
}
