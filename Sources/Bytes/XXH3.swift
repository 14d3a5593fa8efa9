import CXxhash

/// XXH3, 64 bits, seed 0, of all bytes: the same value on every machine.
public func xxh3(_ bytes: Span<UInt8>) -> UInt64 {
    unsafe bytes.withUnsafeBufferPointer { unsafe XXH3_64bits($0.baseAddress, $0.count) }
}

/// XXH3, 128 bits, seed 0, of the text's UTF-8, as 32 hexadecimal digits: a fingerprint. Not for the hot path.
public func xxh3_128Hex(_ text: String) -> String {
    let hash = unsafe Array(text.utf8).withUnsafeBufferPointer { unsafe XXH3_128bits($0.baseAddress, $0.count) }
    return hexDigits(hash.high64) + hexDigits(hash.low64)
}
