internal import Glibc

/// Who runs this program, and where.
public enum ProcessOwner {
    /// `USER@HOST`: the user's number if it has no name, and `?` for a host without one.
    public static var name: String {
        var host = [CChar](repeating: 0, count: 256)
        let isNamed = unsafe gethostname(&host, host.count - 1) == 0
        let place =
            isNamed ? String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "?"
        let user = unsafe getpwuid(getuid()).map { unsafe String(cString: $0.pointee.pw_name) } ?? "\(getuid())"
        return "\(user)@\(place)"
    }
}
