import Glibc

/// Waits where nothing wakes the thread.
enum Rest {
    static func milliseconds(_ milliseconds: Int32) { _ = poll(nil, 0, milliseconds) }
}
