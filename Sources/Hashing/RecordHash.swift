import CXxhash

/// The hash of a record for a checkpoint's anchor: XXH3, 64 bits, of its pieces in the order in which they are added.
///
/// Each piece is framed, so that no two lists of pieces look alike: a present one is the byte 1, its length in eight
/// bytes (lowest first) and its bytes; a null one is the byte 0; a number is the byte 2 and its eight bytes, lowest
/// first. Headers are therefore a number (how many), then name and value of each. Nothing is allocated after `init`.
@safe
public struct RecordHash: ~Copyable {
    private let state: OpaquePointer

    public init() {
        unsafe state = XXH3_createState()!
        unsafe XXH3_64bits_reset(state)
    }

    deinit { unsafe XXH3_freeState(state) }

    /// Adds a piece; null differs from empty.
    public mutating func add(_ bytes: Span<UInt8>?) {
        guard let bytes else { return frame(0, nil) }
        frame(1, UInt64(bytes.count))
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe XXH3_64bits_update(state, start, bytes.count)
        }
    }

    /// Adds a number, a timestamp say.
    public mutating func add(_ number: Int64) {
        frame(2, UInt64(bitPattern: number))
    }

    /// The hash of what was added since the last `finish`; afterwards it is as new.
    public mutating func finish() -> UInt64 {
        let hash = unsafe XXH3_64bits_digest(state)
        unsafe XXH3_64bits_reset(state)
        return hash
    }

    private func frame(_ kind: UInt8, _ number: UInt64?) {
        var frame: (UInt8, UInt64) = (kind, 0)
        unsafe XXH3_64bits_update(state, &frame.0, 1)
        guard let number else { return }
        frame.1 = number.littleEndian
        unsafe XXH3_64bits_update(state, &frame.1, 8)
    }
}
