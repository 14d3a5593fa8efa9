import Foundation

/// GET requests for rows of `order`: each connection's come at random, all together so many a second on average.
///
/// The file has a line a request: its status, and the microseconds to the last byte of its answer, from when it was sent, or
/// was due while the one before was not answered. So a server that stands still is not asked less for that.
struct PacedReads {
    let port: UInt16
    let connections: Int
    let rate: Int
    let seconds: Int

    func run(file: URL) throws {
        let lines = try RowFile(file)
        let pace = Double(rate) / Double(connections)
        let threads = (0..<connections).map { number in
            ReadsOfConnection(port: port, rate: pace, seconds: seconds, number: number)
        }
        for thread in threads { try thread.start() }
        for thread in threads { for line in try thread.wait() { try lines.add(line) } }
        try lines.close()
    }
}
