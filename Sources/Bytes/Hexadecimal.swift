/// A number as 16 hexadecimal digits. Not for the hot path.
public func hexDigits(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
