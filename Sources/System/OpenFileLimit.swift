internal import Glibc

/// How many files and sockets the process may have open.
public enum OpenFileLimit {
    /// Enough for thousands of lanes; more than this helps nobody, and some programs started from here close them all.
    static let wanted: rlim_t = 65_536

    /// Raises the limit as far as the system allows, up to 65,536.
    ///
    /// Shells and systemd give 1,024, for the sake of programs that use select(2). A lane needs about 23 for Redis and
    /// Kafka's library, and a library without descriptors neither connects nor says so.
    public static func raise() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = raised(limit)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    static func raised(_ limit: rlimit) -> rlim_t { max(limit.rlim_cur, min(limit.rlim_max, wanted)) }
}
