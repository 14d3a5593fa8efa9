import Bytes
import CommandLine
import Glibc
import Projections
import Records
import Redis

/// The rows' place in Redis for the time of a measurement: names that neither a view nor another run can have.
struct ScratchRedis: ~Copyable {
    /// No projection can be called so: their names have no dots.
    let owner: String
    private var connection: RedisConnection
    private var reply = Reply()
    private var transaction = CommandBuffer(capacity: 1 << 16)
    private let timeout: Int
    private(set) var transactions = 0
    private(set) var commands = 0
    /// What Redis refused first, if anything.
    private(set) var refusal: String?

    var naming: RowNaming { .under(KeySpace.scratch(owner)) }

    init(_ options: RedisOptions) throws(RedisError) {
        owner = "bench.\(String(UInt32.random(in: .min ... .max), radix: 16))"
        timeout = options.commandTimeoutMilliseconds
        connection = try RedisConnection.open(options)
    }

    /// MULTI, the changes, EXEC: encoded, not sent.
    mutating func encode(_ changes: inout Changeset) {
        transaction.removeAll(keeping: 4 << 20)
        transaction.begin(1)
        transaction.argument("MULTI")
        changes.encode(into: &transaction)
        transaction.begin(1)
        transaction.argument("EXEC")
        transactions += 1
        commands += transaction.commandCount - 2
        changes.removeAll()
    }

    /// Sends what is encoded and waits for every reply.
    mutating func execute() throws(RedisError) {
        var sent = 0
        var answered = 0
        let total = transaction.bytes.count
        while answered < transaction.commandCount {
            if sent < total {
                sent += try Self.write(transaction, from: sent, to: &connection)
            } else if connection.hasPendingOutput {
                try connection.flush()
            }
            let received = try connection.receive()
            while answered < transaction.commandCount, try connection.nextReply(&reply) {
                answered += 1
                if refusal == nil, reply.firstError != nil { refusal = readableText(reply.firstErrorBytes.array) }
            }
            if received || answered == transaction.commandCount { continue }
            let events = Int16(POLLIN) | (sent < total || connection.hasPendingOutput ? Int16(POLLOUT) : 0)
            var descriptor = pollfd(fd: connection.descriptor, events: events, revents: 0)
            if unsafe poll(&descriptor, 1, Int32(clamping: timeout)) == 0 {
                throw RedisError(.timeout, "Redis did not reply within \(timeout) ms.")
            }
        }
    }

    private static func write(
        _ commands: borrowing CommandBuffer, from start: Int, to connection: inout RedisConnection
    ) throws(RedisError) -> Int {
        try connection.write(commands.bytes.span(start..<commands.bytes.count))
    }

    /// Seconds of CPU that the server has used; what others made it do counts too.
    mutating func serverSeconds() throws(RedisError) -> Double {
        let text = try connection.command("INFO", "cpu").text ?? ""
        var sum = 0.0
        for line in text.split(whereSeparator: \.isNewline) {
            for name in ["used_cpu_sys:", "used_cpu_user:"] where line.hasPrefix(name) {
                sum += Double(line.dropFirst(name.count)) ?? 0
            }
        }
        return sum
    }

    /// Removes every scratch row; returns how many there were.
    mutating func removeRows() throws(RedisError) -> Int {
        var found: [[UInt8]] = []
        try connection.scan(match: Array("\(KeySpace.scratch(owner))*".utf8)) { keys in
            found += keys
            return true
        }
        for start in stride(from: 0, to: found.count, by: 1_000) {
            let slice = Array(found[start..<min(start + 1_000, found.count)])
            try connection.command([Array("UNLINK".utf8)] + slice, timeoutMilliseconds: 30_000)
        }
        return found.count
    }
}
