import Glibc

/// A shell that waits for the end of its input, which comes when this object or the whole test process goes, even by
/// `kill -9`; then it kills the process named in the folder's `pid` file and removes the folder.
final class Guardian: Sendable {
    private let folder: String
    private let shell: pid_t
    private let input: Int32

    init(folder: String) throws {
        self.folder = folder
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw RedisServerError(description: "pipe: \(errno)") }
        let null = unsafe open("/dev/null", O_WRONLY)
        defer {
            close(ends[0])
            close(null)
        }
        let script = "read nothing; test -s $0/pid && kill -9 $(cat $0/pid); rm -rf $0"
        shell = try spawn("/bin/sh", ["sh", "-c", script, folder], input: ends[0], output: null)
        input = ends[1]
    }

    deinit {
        close(input)
        var status: Int32 = 0
        while unsafe waitpid(shell, &status, 0) < 0, errno == EINTR {}
    }

    /// Says which process is to be killed; nil: none.
    func watch(_ process: pid_t?) {
        let path = "\(folder)/pid"
        guard let process else {
            _ = unsafe unlink(path)
            return
        }
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let text = Array("\(process)\n".utf8)
        _ = unsafe write(file, text, text.count)
        close(file)
    }
}
