import Glibc
import Synchronization

/// A port on 127.0.0.1 that nobody listens on, another one at each call.
///
/// It lies below those that the kernel gives to outgoing connections: one of them could take it before the server does, and
/// while the server is away a client that tries again and again would in the end be connected to itself. A cluster's
/// servers take the one 10,000 above as well.
public func freePort() throws -> UInt16 {
    for _ in 0..<1000 {
        let port = UInt16.random(in: 10_000..<22_000)
        guard given.withLock({ $0.insert(port).inserted }), let descriptor = try? listener(port: port).descriptor
        else { continue }
        close(descriptor)
        return port
    }
    throw RedisServerError(description: "no free port from 10,000 to 21,999")
}

/// Ports that this process gave out before: what was there may still be used.
private let given = Mutex(Set<UInt16>())

/// A socket that listens on this port of 127.0.0.1, or on a free one.
public func listener(port: UInt16 = 0) throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: port)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            unsafe bind(descriptor, generic, length) != 0 || listen(descriptor, 64) != 0
                || getsockname(descriptor, generic, &length) != 0
        }
    }
    if failed { throw RedisServerError(description: "port \(port) is not free: \(errno)") }
    return (descriptor, UInt16(bigEndian: address.sin_port))
}

func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

/// Connects to a port of 127.0.0.1.
func connect(port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: port)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            unsafe Glibc.connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    if result == 0 { return descriptor }
    close(descriptor)
    return nil
}

/// Starts a program with its output and errors going to `output` and its input coming from `input` (nothing if nil);
/// it inherits no other descriptor, whatever other threads open meanwhile.
func spawn(_ path: String, _ arguments: [String], input: Int32? = nil, output: Int32) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if let input {
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
    try unsafe closeOthers(&actions)
    var list = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe list.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let failure = unsafe posix_spawn(&process, path, &actions, nil, &list, environ)
    guard failure == 0 else { throw RedisServerError(description: "\(path) cannot be started: \(failure)") }
    return process
}

/// Makes the child close all descriptors from 3 on; Swift's Glibc module does not show glibc's function for it.
private func closeOthers(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>) throws {
    typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>?, Int32) -> Int32
    guard let symbol = unsafe dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
        throw RedisServerError(description: "this glibc is older than 2.34")
    }
    _ = unsafe unsafeBitCast(symbol, to: CloseFrom.self)(actions, 3)
}

/// Runs a program to its end and returns what it printed, without the line end at its end.
public func run(_ arguments: [String]) throws -> String {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw RedisServerError(description: "pipe: \(errno)") }
    let child = try spawn(arguments[0], arguments, output: ends[1])
    close(ends[1])
    defer { close(ends[0]) }
    var bytes: [UInt8] = []
    while let chunk = readChunk(ends[0]) { bytes += chunk }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    while bytes.last == 0x0A { bytes.removeLast() }
    let text = String(decoding: bytes, as: UTF8.self)
    guard status == 0 else { throw RedisServerError(description: "\(arguments): status \(status): \(text)") }
    return text
}

/// What `read(2)` brings; nil at the end or on an error.
func readChunk(_ descriptor: Int32, upTo count: Int = 65_536) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
        let got = unsafe read(descriptor, &buffer, count)
        if got > 0 { return Array(buffer[..<got]) }
        if got < 0, errno == EINTR { continue }
        return nil
    }
}

/// A thread that runs `body` once.
func detach(_ body: @escaping @Sendable () -> Void) throws {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body))
    let failure = unsafe pthread_create(
        &thread, nil,
        { argument in
            if let argument = unsafe argument { unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, box.toOpaque())
    guard failure == 0 else {
        unsafe box.release()
        throw RedisServerError(description: "no thread: \(failure)")
    }
    pthread_detach(thread)
}

/// Something to wait for: a condition that other threads make true.
@safe
public final class Signal: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    public init() {
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(lock)
        unsafe condition.deallocate()
        unsafe lock.deallocate()
    }

    /// Changes what the condition looks at, and wakes who waits.
    public func change<Result>(_ body: () throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(lock)
        defer {
            unsafe pthread_cond_broadcast(condition)
            unsafe pthread_mutex_unlock(lock)
        }
        return try body()
    }

    /// Waits until `condition` is true; false when `seconds` have passed before.
    public func wait(seconds: Int, until isTrue: () -> Bool) -> Bool {
        var end = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &end)
        end.tv_sec += seconds
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while !isTrue() {
            if unsafe pthread_cond_timedwait(condition, lock, &end) == ETIMEDOUT { return isTrue() }
        }
        return true
    }
}
