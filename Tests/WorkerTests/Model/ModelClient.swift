/// One connection as the server sees it; it may outlive the lane's end of it.
final class ModelClient {
    /// What SELECT chose.
    var database: Int
    /// What came and was not carried out yet.
    var inbox: [UInt8] = []
    private var read = 0
    /// What was answered and is still on its way.
    var outbox: [UInt8] = []
    var watching: [ModelRedis.WatchedKey: ModelRedis.Stamp] = [:]
    /// The commands since MULTI.
    var queue: [[[UInt8]]]?
    var isAborted = false
    /// Its MULTI was refused: until the EXEC what it says is carried out bare.
    var isBare = false
    /// The server closes it once what it said is read.
    var isClosing = false

    init(database: Int = 0) { self.database = database }

    var hasCommands: Bool { read < inbox.count }

    func nextCommand() -> [[UInt8]]? {
        var at = read
        guard let count = number(&at) else { return nil }
        var arguments: [[UInt8]] = []
        for _ in 0..<count {
            guard let length = number(&at), at + length + 2 <= inbox.count else { return nil }
            arguments.append(Array(inbox[at..<at + length]))
            at += length + 2
        }
        read = at
        if read == inbox.count {
            inbox.removeAll()
            read = 0
        }
        return arguments
    }

    /// The number behind `*` or `$`; nil if its line is not complete.
    private func number(_ at: inout Int) -> Int? {
        var index = at + 1
        var value = 0
        while index + 1 < inbox.count {
            if inbox[index] == UInt8(ascii: "\r") {
                at = index + 2
                return value
            }
            value = value * 10 + Int(inbox[index]) - 48
            index += 1
        }
        return nil
    }
}
