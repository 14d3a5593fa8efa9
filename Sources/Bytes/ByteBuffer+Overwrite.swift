extension ByteBuffer {
    /// Writes `bytes` over those that begin at `start`; they must lie within what it holds.
    @inlinable
    public mutating func overwrite(at start: Int, with bytes: Span<UInt8>) {
        let count = bytes.count
        precondition(start >= 0 && start + count <= used)
        guard count > 0 else { return }
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe (base + start).update(from: source.baseAddress!, count: count)
        }
    }
}
