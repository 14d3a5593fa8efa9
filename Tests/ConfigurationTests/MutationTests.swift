import Bytes
import Configuration
import Foundation
import Projections
import Seeded
import Testing

@Suite struct `Random edits of a valid file` {
    @Test func `never crash, and every refusal has a place in the file`() throws {
        let original = try Array(Data(contentsOf: URL(fileURLWithPath: repositoryFile("deploy/demo/lantern.yaml"))))
        let pieces = [
            "{", "}", "[", "]", ":", ": ", "\n", "  ", "\"", "'", "$", "${", "$.", "{@", "*", "&a ", "*a", "-", "#",
            "~", "?", "|", ">", "%", "!", "\u{0}", "é", "all", "delete", "999999999999999999999",
        ].map { Array($0.utf8) }
        var accepted = 0
        for seed in UInt64(1)...3_000 {
            var generator = SplitMix64(seed: seed)
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let start = Int.random(in: 0..<bytes.count, using: &generator)
                let length = min(Int.random(in: 0...6, using: &generator), bytes.count - start)
                let piece =
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: [UInt8.random(in: 0...255, using: &generator)]
                    case 1: [UInt8]()
                    case 2:
                        Array(bytes[start..<min(start + Int.random(in: 1...200, using: &generator), bytes.count)])
                    default: pieces.randomElement(using: &generator) ?? []
                    }
                bytes.replaceSubrange(start..<(start + length), with: piece)
            }
            do {
                let configuration = try Configuration.parse(bytes: bytes, file: "f", environment: [:])
                for plan in configuration.projections { #expect(!plan.canonicalText.isEmpty) }
                accepted += 1
            } catch {
                let lines = bytes.filter { $0 == 0x0A }.count + 2
                #expect(!error.diagnostics.isEmpty, "seed \(seed)")
                for fault in error.diagnostics {
                    #expect(fault.line >= 1 && fault.line <= lines && fault.column >= 1, "seed \(seed): \(fault)")
                }
            }
        }
        #expect(accepted > 0, "some edits, in comments for instance, do no harm")
    }
}
