import Bytes

/// Finds a key that a map has twice, in memory that is used again.
///
/// Maps may be nested: the keys of an inner one are added and checked between two keys of the outer one.
struct KeyCheck: ~Copyable {
    // (Not private: Swift 6.3.1 then says "Broken module found".)
    struct Key: BitwiseCopyable {
        var start: UInt32
        var count: UInt32
        var hash: UInt64
    }

    var keys = ReusableArray<Key>(capacity: 16)
    var places = ReusableArray<Int32>(capacity: 64)
    /// Random, so that no producer can prepare keys that collide; it decides nothing else.
    private let salt = UInt64.random(in: .min ... .max)

    mutating func removeAll() { keys.removeAll(keeping: 1 << 12) }

    /// A map begins; what is returned is given back at its end.
    func begin() -> Int { keys.count }

    /// The key's text is in `range` of `text`, where it stays.
    mutating func add(_ range: Range<Int>, of text: borrowing ByteBuffer) {
        keys.append(
            Key(
                start: UInt32(truncatingIfNeeded: range.lowerBound), count: UInt32(truncatingIfNeeded: range.count),
                hash: Self.hash(text.span(range), salt)))
    }

    /// The map that began at `start` ends; returns whether a key of it occurs twice.
    mutating func hasRepeated(since start: Int, in text: borrowing ByteBuffer) -> Bool {
        let isRepeated = keys.count - start <= 16 ? hasPair(start, text) : hasRepeatedOfMany(start, text)
        keys.truncate(to: start)
        return isRepeated
    }

    private func hasPair(_ start: Int, _ text: borrowing ByteBuffer) -> Bool {
        for index in start..<keys.count {
            for other in start..<index where isSame(index, other, text) { return true }
        }
        return false
    }

    private mutating func hasRepeatedOfMany(_ start: Int, _ text: borrowing ByteBuffer) -> Bool {
        var size = 64
        while size < (keys.count - start) * 2 { size *= 2 }
        places.removeAll(keeping: 1 << 14)
        for _ in 0..<size { places.append(-1) }
        for index in start..<keys.count {
            var place = Int(truncatingIfNeeded: keys[index].hash) & (size - 1)
            while places[place] >= 0 {
                if isSame(index, Int(places[place]), text) { return true }
                place = (place + 1) & (size - 1)
            }
            places[place] = Int32(truncatingIfNeeded: index)
        }
        return false
    }

    private func isSame(_ first: Int, _ second: Int, _ text: borrowing ByteBuffer) -> Bool {
        let (first, second) = (keys[first], keys[second])
        guard first.hash == second.hash, first.count == second.count else { return false }
        return text.span(Int(first.start)..<Int(first.start) + Int(first.count)).isEqual(
            to: text.span(Int(second.start)..<Int(second.start) + Int(second.count)))
    }

    private static func hash(_ bytes: Span<UInt8>, _ salt: UInt64) -> UInt64 {
        var state = salt ^ UInt64(truncatingIfNeeded: bytes.count)
        var word: UInt64 = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            if index & 7 == 7 { (state, word) = (mix(state ^ word, salt), 0) }
        }
        return mix(state ^ word, salt)
    }

    private static func mix(_ state: UInt64, _ salt: UInt64) -> UInt64 {
        let product = state.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ salt | 1)
        return product.high ^ product.low &+ salt
    }
}
