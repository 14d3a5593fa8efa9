import Bytes
import Foundation
import Projections
import Testing

@testable import Formats

@Suite struct LimitTests {
    /// Brackets of both kinds, `depth` of them in all.
    static func nested(_ depth: Int, around inner: String = "") -> String {
        var opening = ""
        var closing: [String] = []
        for level in 0..<depth {
            opening += level % 3 == 0 ? "[" : "{\"a\":"
            closing.append(level % 3 == 0 ? "]" : "}")
        }
        return opening + (inner.isEmpty ? "1" : inner) + closing.reversed().joined()
    }

    @Test(arguments: [false, true])
    func `1,024 levels are read and 1,025 are not`(validatesWhole: Bool) {
        for depth in [1, 63, 64, 65, 127, 128, 129, 1023, 1024] {
            #expect(reason(Self.nested(depth), ["x"], validatesWhole: validatesWhole) == nil)
        }
        #expect(reason(Self.nested(1025), ["x"], validatesWhole: validatesWhole) == .tooDeep)
        for member in ["a", "unread"] {
            #expect(reason("{\"\(member)\":" + Self.nested(1023) + "}", validatesWhole: validatesWhole) == nil)
            #expect(reason("{\"\(member)\":" + Self.nested(1024) + "}", validatesWhole: validatesWhole) == .tooDeep)
        }
    }

    @Test func `a path of 1,024 members is followed, and no deeper`() {
        for depth in [1024, 1025] {
            let path = Array(repeating: "a", count: depth).joined(separator: ".")
            let text = String(repeating: "{\"a\":", count: depth) + "7" + String(repeating: "}", count: depth)
            var reader = Reader([path])
            if depth == 1024 { #expect(reader.texts(text) == ["number 7"]) }
            #expect((reader.read(text).fault == nil) == (depth == 1024))
        }
    }

    @Test func `a million levels are refused without recursion`() {
        let open = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(reason(open) == .tooDeep)
        #expect(reason(Array("{\"a\":".utf8) + open) == .tooDeep)
        #expect(reason(Array("{\"x\":".utf8) + open) == .tooDeep)
        #expect(reason(open, validatesWhole: true) == .tooDeep)
        #expect(reason(open, wantsMembers: true) == .tooDeep)
    }

    @Test func `a string of 50 MB is read, and its memory is given back`() {
        let text =
            Array("{\"a\":\"".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 50_000_000) + Array("\"}".utf8)
        var reader = Reader(["a"])
        let read = reader.read(text.span)
        #expect(read.found == [FoundValue(.string, start: 6, count: 50_000_000)])
        #expect(reader.decoder.structureCapacity < 1 << 20)
        #expect(reader.read(#"{"a":1}"#).found == [FoundValue(.number, start: 5, count: 1)])
    }

    @Test func `not one byte before or behind the value is touched`() throws {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let memory = unsafe try #require(
            mmap(nil, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { unsafe munmap(memory, 3 * page) }
        #expect(unsafe mprotect(memory, page, PROT_NONE) == 0)
        #expect(unsafe mprotect(memory + 2 * page, page, PROT_NONE) == 0)
        let middle = unsafe UnsafeMutableBufferPointer(
            start: (memory + page).assumingMemoryBound(to: UInt8.self), count: page)
        var reader = Reader(["a", "note"], wantsMembers: true)
        for length in Array(0...300) + [511, 512, 513, page] {
            for (head, tail) in [
                ("{\"a\":\"", "\"}"), ("{\"a\":", "1}"), ("", "12"), ("{\"x\":[", "]}"), ("\"\\", ""),
                ("{\"\\u0061\":", "tru"),
            ] {
                let blanks = length - head.utf8.count - tail.utf8.count
                guard blanks >= 0 else { continue }
                let text = Array((head + String(repeating: " ", count: blanks) + tail).utf8)
                let onHeap = reader.read(text.span)
                for start in [0, page - text.count] {
                    for index in text.indices { unsafe middle[start + index] = text[index] }
                    let span = unsafe Span(
                        _unsafeElements: UnsafeBufferPointer(rebasing: middle[start..<start + text.count]))
                    #expect(reader.read(span) == onHeap)
                }
            }
        }
    }

    @Test func `any damage to an order is refused or read, the same with and without simdjson`() {
        let order = Array(ReadingTests.order.utf8)
        var fast = Reader(["type", "lines"], wantsMembers: true)
        var portable = Reader(["type", "lines"], wantsMembers: true, isPortable: true)
        for at in order.indices {
            for byte in [0, 0x0C, 0x1A, 0x1F, 0x20, 0x22, 0x5C, 0x7F, 0x80, 0xFF] + Array("{}[]:,1".utf8) {
                var text = order
                text[at] = byte
                #expect(fast.read(text.span) == portable.read(text.span), "byte \(byte) at \(at)")
            }
            #expect(fast.read(order.span.extracting(first: at)).fault != nil)
        }
    }
}
