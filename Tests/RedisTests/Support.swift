import Bytes
import Glibc
import PatientRedis
import RedisServer
import System
import Testing

@testable import Redis

/// One server for all tests that leave its settings alone; each uses keys of its own.
enum Shared {
    static let server = Result { try RedisServer() }
}

extension RedisOptions {
    /// Tests of time-outs set their own.
    init(_ url: String) throws { try self.init(patient: url) }
}

/// Opens a connection to the shared server.
func connection() throws -> RedisConnection { try .open(RedisOptions(Shared.server.get().url)) }

/// The reply that `bytes` are, through the reader.
func parse(_ text: String, limits: ReplyLimits = .none) throws -> RedisValue? {
    var reader = ReplyReader(limits: limits)
    reader.feed(Array(text.utf8))
    var reply = Reply()
    return try reader.next(into: &reply) ? reply.value : nil
}

extension ReplyReader {
    mutating func feed(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        _ = unsafe append(upTo: bytes.count) { room in
            unsafe room.copyBytes(from: bytes)
            return bytes.count
        }
    }
}

extension RedisConnection {
    /// The first reply to one command, error or not.
    mutating func answer(_ arguments: String...) throws -> RedisValue {
        var buffer = CommandBuffer()
        buffer.begin(arguments.count)
        for each in arguments { buffer.argument(text: each) }
        return try roundTrip(buffer)[0]
    }

    mutating func code(_ arguments: String...) throws -> RedisErrorCode? {
        var buffer = CommandBuffer()
        buffer.begin(arguments.count)
        for each in arguments { buffer.argument(text: each) }
        guard case .error(let text) = try roundTrip(buffer)[0] else { return nil }
        return RedisErrorCode(text.span)
    }
}

/// The kind of error with which opening fails; nil if it succeeds.
func openFailure(_ options: RedisOptions, interrupt: Int32? = nil) -> RedisError? {
    do throws(RedisError) {
        _ = try RedisConnection.open(options, interrupt: interrupt)
        return nil
    } catch {
        return error
    }
}

func bulk(_ text: String) -> RedisValue { .bulk(Array(text.utf8)) }
func simple(_ text: String) -> RedisValue { .simple(Array(text.utf8)) }

/// Makes a folder, instead of a file where there is one.
func makeFolder(_ path: String) throws {
    _ = unsafe unlink(path)
    try #require(unsafe mkdir(path, 0o700) == 0, "mkdir \(path): \(errno)")
}

/// Writes a file again.
func writeFile(_ path: String, _ text: String) throws {
    // Newer glibc takes no nil; older ones do.
    let opened = unsafe fopen(path, "w")
    let file = unsafe try #require(unsafe opened, "\(path) cannot be written")
    unsafe fputs(text, file)
    unsafe fclose(file)
}

/// Asks again and again until `condition` is true; fails after `seconds`.
func eventually(seconds: Int = 120, _ what: Comment, _ condition: () throws -> Bool) throws {
    let deadline = Deadline(milliseconds: seconds * 1000)
    while try !condition() { try #require(!deadline.hasPassed, what) }
}
