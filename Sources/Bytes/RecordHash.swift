internal import CXxhash

/// The hash of a record for a checkpoint's anchor: XXH3, 64 bits, of its pieces in the order in which they are added.
///
/// Each piece is hashed with what came before it as the seed, so that no two lists of pieces look alike: a null one and a
/// number have first bytes of their own. Nothing is allocated.
public struct RecordHash {
    private var hash: UInt64 = 0

    public init() {}

    /// Adds a piece; null differs from empty.
    public mutating func add(_ bytes: Span<UInt8>?) {
        guard let bytes else { return add(tag: 0, 0) }
        let seed = hash
        hash = unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, bytes.count > 0 else { return ~seed }
            return unsafe XXH3_64bits_withSeed(start, bytes.count, seed)
        }
        add(tag: 1, UInt64(bytes.count))
    }

    /// Adds a number, a timestamp say.
    public mutating func add(_ number: Int64) { add(tag: 2, UInt64(bitPattern: number)) }

    /// The hash of what was added since the last `finish`; afterwards it is as new.
    public mutating func finish() -> UInt64 {
        defer { hash = 0 }
        return hash
    }

    /// One round of the mixer of SplitMix64 over seed, tag and number.
    private mutating func add(tag: UInt64, _ number: UInt64) {
        var mixed = (hash ^ number) &+ (tag &+ 1) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        hash = mixed ^ (mixed >> 31)
    }
}
