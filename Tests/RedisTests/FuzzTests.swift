import Bytes
import Seeded
import Testing

@testable import Redis

@Suite struct FuzzTests {
    /// A value nested at most as deep as hiredis 0.14 reads.
    private func value(_ generator: inout SplitMix64, depth: Int = 0) -> RedisValue {
        func bytes() -> [UInt8] {
            (0..<Int.random(in: 0..<20, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        switch Int.random(in: 0..<(depth < 6 ? 7 : 5), using: &generator) {
        case 0: return .simple(bytes().filter { $0 != 13 && $0 != 10 })
        case 1: return .error(bytes().filter { $0 != 13 && $0 != 10 })
        case 2: return .integer(Int64(truncatingIfNeeded: generator.next()))
        case 3: return .bulk(bytes())
        case 4: return .null
        default:
            return .array(
                (0..<Int.random(in: 0..<5, using: &generator)).map { _ in value(&generator, depth: depth + 1) })
        }
    }

    /// What EXEC mostly answers: numbers of every length and OK, and now and then something else among them.
    private func executed(_ generator: inout SplitMix64) -> RedisValue {
        .array(
            (0..<Int.random(in: 0..<9, using: &generator)).map { _ in
                switch Int.random(in: 0..<20, using: &generator) {
                case 0: value(&generator)
                case 1..<5: simple("OK")
                default:
                    .integer(Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
                }
            })
    }

    private func encode(_ value: RedisValue) -> [UInt8] {
        func line(_ text: String) -> [UInt8] { Array("\(text)\r\n".utf8) }
        switch value {
        case .simple(let bytes): return Array("+".utf8) + bytes + line("")
        case .error(let bytes): return Array("-".utf8) + bytes + line("")
        case .integer(let number): return line(":\(number)")
        case .bulk(let bytes): return line("$\(bytes.count)") + bytes + line("")
        case .null: return line("$-1")
        case .array(let elements): return line("*\(elements.count)") + elements.flatMap(encode)
        }
    }

    @Test(arguments: 0..<40)
    func `random replies in random pieces come out as they went in`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let statuses = [simple("QUEUED"), simple("QUEUED"), simple("OK"), simple("QUEUE"), simple("OKAY")]
        let expected = (0..<50).map { _ in
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: statuses[Int.random(in: 0..<5, using: &generator)]
            case 1: executed(&generator)
            default: value(&generator)
            }
        }
        let bytes = expected.flatMap(encode)
        var reader = ReplyReader(limits: .none)
        var reply = Reply()
        var values: [RedisValue] = []
        var at = 0
        while at < bytes.count {
            let count = min(Int.random(in: 1...64, using: &generator), bytes.count - at)
            reader.feed(Array(bytes[at..<at + count]))
            at += count
            while true {
                let queued = reader.takeQueued(upTo: Int.random(in: 0...3, using: &generator))
                values += Array(repeating: simple("QUEUED"), count: queued)
                guard try reader.next(into: &reply) else { break }
                values.append(reply.value)
            }
        }
        #expect(values == expected, "seed \(seed)")
    }

    @Test(arguments: 0..<200)
    func `random and damaged bytes never crash the reader or get past its limits`(seed: UInt64) {
        var generator = SplitMix64(seed: seed &+ 1_000_000)
        let limits = ReplyLimits(bytes: 10_000, elements: 1000)
        let letters = Array("+-:$*0123456789\r\n-,#%~>(_=!|ab\u{0}".utf8)
        for _ in 0..<50 {
            var bytes: [UInt8] = []
            if Bool.random(using: &generator) {
                for _ in 0..<10 { bytes += encode(value(&generator)) }
                for _ in 0..<Int.random(in: 1...5, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = letters.randomElement(
                        using: &generator)!
                }
            } else {
                for _ in 0..<500 {
                    if Int.random(in: 0..<4, using: &generator) == 0 { bytes += [13, 10] }
                    bytes.append(letters.randomElement(using: &generator)!)
                }
            }
            var reader = ReplyReader(limits: limits)
            var reply = Reply()
            reader.feed(bytes)
            do throws(RedisError) {
                while try reader.next(into: &reply) {
                    let (summary, tokens) = (reply.summary, reply.storage.tokens.count)
                    #expect(tokens <= limits.elements && summary.count <= limits.elements, "seed \(seed)")
                    _ = reply.firstError
                    _ = reply.value
                }
            } catch {
                #expect(error.kind == .protocolViolation, "seed \(seed)")
            }
        }
    }
}
