import Glibc

/// Waits on a thread that has nothing else to do.
enum Pause {
    static func milliseconds(_ milliseconds: Int64) { _ = poll(nil, 0, Int32(clamping: milliseconds)) }
}
