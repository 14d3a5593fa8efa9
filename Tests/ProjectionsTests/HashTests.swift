import Bytes
import Testing

@Suite struct HashTests {
    private func hash(_ pieces: [[UInt8]?], _ numbers: [Int64] = []) -> UInt64 {
        var hash = RecordHash()
        for piece in pieces {
            if let piece { hash.add(piece.span) } else { hash.add(nil) }
        }
        for number in numbers { hash.add(number) }
        return hash.finish()
    }

    @Test func `the hash is XXH3`() {
        // Source: xxHash's own test vectors, XXH3_64bits and XXH3_128bits of nothing.
        let nothing: [UInt8] = []
        #expect(xxh3(nothing.span) == 0x2D06_8005_38D3_94C2)
        #expect(xxh3_128Hex("") == "99aa06d3014798d86001c324468d497f")
        #expect(xxh3_128Hex("a").count == 32)
    }

    @Test func `null, empty, and pieces cut elsewhere have other hashes`() {
        let lists: [[[UInt8]?]] = [
            [], [nil], [[]], [nil, nil], [nil, []], [[], nil], [[1, 2]], [[1], [2]], [[1, 2], []], [[], [1, 2]], [[0]],
        ]
        #expect(Set(lists.map { hash($0) }).count == lists.count)
        #expect(hash([nil], [1]) != hash([nil], [2]))
        #expect(hash([], [0]) != hash([nil]))
    }

    @Test func `a hash begins anew after it was finished`() {
        var hash = RecordHash()
        let bytes = [UInt8](repeating: 7, count: 1_000)
        hash.add(bytes.span)
        let first = hash.finish()
        hash.add(bytes.span)
        #expect(hash.finish() == first)
        #expect(self.hash([bytes]) == first)
    }
}
