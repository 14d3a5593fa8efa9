import Bytes
import Testing

@testable import Projections

@Suite struct KeyPatternTests {
    func pattern(_ parts: String..., bucket: Bool = false) -> KeyPattern {
        var count = 0
        return KeyPattern(
            TextTemplate(
                parts: parts.map { text in
                    guard text.hasPrefix("{") else { return .literal(text) }
                    count += 1
                    return .placeholder(text == "{@key}" ? .key : .path(count))
                }), isBucket: bucket)
    }

    func parse(_ pattern: KeyPattern, _ key: String) -> [String]? {
        pattern.parse(Array(key.utf8).span)?.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a key parses back into its values`() throws {
        let view = pattern("order:", "{a}", "x:y", "{b}", "-end")
        let key = try #require(view.key(from: ["a:b%{}\n", "é"]))
        #expect(String(decoding: key, as: UTF8.self) == "order:a%3Ab%25%7B%7D%0Ax:yé-end")
        #expect(parse(view, String(decoding: key, as: UTF8.self)) == ["a:b%{}\n", "é"])
    }

    @Test(arguments: [
        "order:", "order:a:b", "order:%", "order:%3a", "order:%41", "order:{a}", "orders:1", "order:%4", "",
    ])
    func `another key does not parse`(key: String) {
        #expect(parse(pattern("order:", "{a}"), key) == nil)
    }

    @Test func `a value may contain what the next literal begins with`() {
        #expect(parse(pattern("k:", "{a}", "x:", "{b}"), "k:fooxx:b") == ["foox", "b"])
        #expect(parse(pattern("k:", "{a}", "3A:", "{b}"), "k:b%253A:c") == ["b%", "c"])
    }

    @Test func `a placeholder that stands twice has one value`() {
        let view = pattern("k:", "{@key}", ":", "{@key}")
        #expect(parse(view, "k:a:a") == ["a", "a"])
        #expect(parse(view, "k:a:b") == nil)
        #expect(view.key(from: ["a", "b"]) == nil)
    }

    @Test func `buckets end in a start`() {
        let view = pattern("k:", "{a}", bucket: true)
        #expect(parse(view, "k:a:1767225600") == ["a", "1767225600"])
        #expect(parse(view, "k:a:01") == nil)
        #expect(parse(view, "k:a:") == nil)
        #expect(view.key(from: ["a", "60"]).map { String(decoding: $0, as: UTF8.self) } == "k:a:60")
        #expect(view.key(from: ["a", "x"]) == nil)
        #expect(view.key(from: ["a"]) == nil)
        #expect(view.key(from: ["", "1"]) == nil)
    }

    @Test func `templates that can make the same key collide`() {
        #expect(KeyPattern.canCollide(pattern("a:", "{x}"), pattern("a:", "{y}")))
        #expect(KeyPattern.canCollide(pattern("a:b"), pattern("a:", "{y}")))
        #expect(!KeyPattern.canCollide(pattern("a:b:c"), pattern("a:", "{y}")))
        #expect(!KeyPattern.canCollide(pattern("a:"), pattern("a:", "{y}")))
        #expect(!KeyPattern.canCollide(pattern("a:", "{x}"), pattern("a:", "{x}", ":", "{y}")))
        #expect(KeyPattern.canCollide(pattern("a:", "{x}", "s"), pattern("a:x", "{y}")))
        #expect(!KeyPattern.canCollide(pattern("a:", "{x}", "s:1"), pattern("a:", "{y}", "t:1")))
        #expect(KeyPattern.canCollide(pattern("a", bucket: true), pattern("a:", "{y}")))
        #expect(KeyPattern.canCollide(pattern("a", bucket: true), pattern("a:60")))
        #expect(!KeyPattern.canCollide(pattern("a", bucket: true), pattern("a:060")))
        #expect(!KeyPattern.canCollide(pattern("a", bucket: true), pattern("a:x", "{y}")))
        #expect(KeyPattern.canCollide(pattern("a", bucket: true), pattern("a:6", "{y}")))
        #expect(KeyPattern.canCollide(pattern("a:%3A"), pattern("a:", "{y}")))
        #expect(!KeyPattern.canCollide(pattern("a:%3B"), pattern("a:", "{y}")))
    }

    @Test func `a pattern knows what its keys may begin with`() {
        #expect(pattern("a:", "{x}").canBegin(with: Array("a:b".utf8)))
        #expect(!pattern("a:", "{x}").canBegin(with: Array("a::".utf8)))
        #expect(pattern("a").canBegin(with: Array("abc".utf8)))
        #expect(pattern("a[1]*:", "{x}").scanPattern == Array("a\\[1\\]\\*:*".utf8))
    }
}
