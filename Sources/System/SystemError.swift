internal import Glibc

/// The operating system refused a call.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call, such as `pipe`.
    public let call: String
    /// The system's error number.
    public let code: Int32

    init(_ call: String, _ code: Int32) {
        self.call = call
        self.code = code
    }

    /// The call and the system's words for the code.
    public var description: String {
        var buffer = [CChar](repeating: 0, count: 256)
        _ = unsafe strerror_r(code, &buffer, buffer.count)
        let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "\(call): \(String(decoding: text, as: UTF8.self)) (\(code))"
    }
}
