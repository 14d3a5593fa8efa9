internal import Glibc

/// Descriptors 0, 1 and 2, which a program may be started without (`lantern run 2>&-`).
public enum StandardDescriptors {
    /// Occupies those that are closed, so that no file or socket opened later takes their place and receives what the
    /// program prints: a log line in a connection to Redis is a command there.
    ///
    /// Reading from an occupied descriptor finds the end; writing to it fails, so that a lost result stays a failure.
    /// Call it before anything is opened.
    public static func occupy() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where isClosed(descriptor) { occupy(descriptor) }
    }

    static func isClosed(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFD) == -1 && errno == EBADF }

    static func occupy(_ descriptor: Int32) {
        let opened = unsafe open("/dev/null", O_RDONLY)
        guard opened >= 0, opened != descriptor else { return }
        dup2(opened, descriptor)
        close(opened)
    }
}
