import Bytes
import Foundation
import Seeded
import Testing

@testable import Formats

/// Avro and Protobuf beside other people's libraries, which made the cases.
@Suite struct BinaryOracleTests {
    private static let isLong = ProcessInfo.processInfo.environment["LANTERN_LONG"] != nil

    @Test(arguments: [false, true])
    func `what other libraries find in a value, the readers find`(isProtobuf: Bool) throws {
        let name = isProtobuf ? "protobuf" : "avro"
        let file = try String(contentsOf: BinaryCase.folder.appending(path: "\(name)_cases.txt"), encoding: .utf8)
        #expect(try compare(file.split(separator: "\n")[...], isProtobuf) > 200)
    }

    @Test(arguments: [false, true])
    func `a shortened or changed value is bad or another one, and nothing behind it is read`(isProtobuf: Bool) throws {
        let name = isProtobuf ? "protobuf" : "avro"
        let file = try String(contentsOf: BinaryCase.folder.appending(path: "\(name)_cases.txt"), encoding: .utf8)
        var random = SplitMix64(seed: 7)
        var avro = AvroWalk()
        var protobuf = ProtobufWalk()
        var bad = 0
        for line in file.split(separator: "\n") {
            let test = try BinaryCase(line, isProtobuf: isProtobuf)
            for _ in 0..<5 where !test.value.isEmpty {
                var value = test.value
                switch random.below(3) {
                case 0: value.removeLast(1 + random.below(value.count))
                case 1: value[random.below(value.count)] ^= 1 << UInt8(random.below(8))
                default: value[random.below(value.count)] = UInt8(random.below(256))
                }
                let found = try test.found(in: value, &avro, &protobuf)
                if found.count == 1, found[0].contains(" ") { bad += 1 }
                // The same bytes have the same outcome.
                #expect(try test.found(in: value, &avro, &protobuf) == found)
            }
        }
        #expect(bad > 100)
    }

    /// A hundred thousand of each: `LANTERN_LONG=1`, with a Python (`LANTERN_PYTHON`) that has fastavro, protobuf and numpy.
    @Test(
        .enabled(if: isLong, "a hundred thousand random schemas: set LANTERN_LONG=1"), arguments: [false, true])
    func `new cases are made and compared`(isProtobuf: Bool) throws {
        let environment = ProcessInfo.processInfo.environment
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let name = isProtobuf ? "protobuf" : "avro"
        let script = BinaryCase.folder.appending(path: "\(name)_cases.py").path
        let seed = UInt32.random(in: 0..<1_000_000)
        process.arguments = [environment["LANTERN_PYTHON"] ?? "python3", script, "100000", "\(seed)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var rest = Data()
        var count = 0
        while let chunk = try output.fileHandleForReading.read(upToCount: 1 << 20), !chunk.isEmpty {
            rest += chunk
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
            let lines = String(decoding: rest[...end], as: UTF8.self).split(separator: "\n")
            count += try compare(lines[...], isProtobuf, seed: seed)
            rest = Data(rest[rest.index(after: end)...])
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(script) failed; it needs fastavro, protobuf and numpy")
        #expect(count == 100_000, "seed \(seed)")
    }

    private func compare(_ lines: ArraySlice<Substring>, _ isProtobuf: Bool, seed: UInt32 = 0) throws -> Int {
        var avro = AvroWalk()
        var protobuf = ProtobufWalk()
        for line in lines {
            let test = try BinaryCase(line, isProtobuf: isProtobuf)
            let found = try test.found(in: test.value, &avro, &protobuf)
            if test.agrees(found) { continue }
            let texts = { (entries: [String]) in
                entries.map { $0.prefix { $0 != ":" } + " " + String(decoding: BinaryCase.text($0), as: UTF8.self) }
            }
            Issue.record("seed \(seed): found \(texts(found)) instead of \(texts(test.expected)) in \(line)")
        }
        return lines.count
    }
}
