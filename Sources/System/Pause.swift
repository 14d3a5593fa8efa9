internal import Glibc

/// Waits where nothing wakes the thread.
public enum Pause {
    public static func milliseconds(_ milliseconds: Int64) { _ = poll(nil, 0, Int32(clamping: milliseconds)) }
}
