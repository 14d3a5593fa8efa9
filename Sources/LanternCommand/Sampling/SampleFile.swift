import Configuration
import Projections

/// The events of a sample's file, one a line.
struct SampleFile {
    /// The file cannot be used: a line `FILE:LINE: message` for each fault.
    struct Fault: Error {
        var lines: [String]

        /// The first of many are enough.
        init(lines: [String]) {
            self.lines = Array(lines.prefix(20))
            if lines.count > 20 { self.lines.append("and \(lines.count - 20) more lines") }
        }
    }

    let name: String
    private(set) var events: [SampleEvent] = []

    /// Reads `path`; `-` is stdin.
    init(_ path: String) throws(Fault) {
        guard let bytes = InputFile.read(path) else {
            throw Fault(lines: ["\(path): the sample cannot be read: check that it exists and that you may read it"])
        }
        try self.init(name: path == "-" ? "stdin" : path, bytes: bytes)
    }

    /// Blank lines are passed over.
    init(name: String, bytes: [UInt8]) throws(Fault) {
        self.name = name
        if let fault = Self.encodingFault(bytes) { throw Fault(lines: ["\(name):1: \(fault)"]) }
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        var reader = SampleLine()
        var faults: [String] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            do throws(SampleLine.Fault) {
                events.append(try reader.read(Array(line), number: index + 1))
            } catch {
                faults.append("\(name):\(index + 1): \(error.message)")
            }
        }
        if events.isEmpty, faults.isEmpty { faults = ["\(name): the sample has no events"] }
        guard faults.isEmpty else { throw Fault(lines: faults) }
    }

    /// What makes every line wrong at once; nil if nothing does.
    private static func encodingFault(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(4).contains(0) {
            return "the sample is UTF-16 or UTF-32: write it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)"
        }
        let first = bytes.drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }.prefix {
            $0 != 0x0A && $0 != 0x0D
        }
        let text = first.filter { $0 != 0x20 && $0 != 0x09 }
        if text == [UInt8(ascii: "{")] || text == [UInt8(ascii: "[")] {
            return
                "the sample is pretty-printed JSON: each event must be on one line (`jq -c .`, of a list `jq -c '.[]'`)"
        }
        return nil
    }

    /// Gives each event its topic, if only one is read or `topic` says which.
    mutating func place(in projections: [ProjectionPlan], topic: String?) throws(Fault) {
        var topics: [String] = []
        for name in projections.flatMap(\.topics).map(\.name) where !topics.contains(name) { topics.append(name) }
        let known = topics.joined(separator: ", ")
        var faults: [String] = []
        for index in events.indices {
            let name = events[index].topic ?? topic ?? (topics.count == 1 ? topics[0] : nil)
            if let name, topics.contains(name) {
                events[index].topic = name
            } else if let name {
                faults.append(
                    "\(self.name):\(events[index].line): no projection reads topic \(name); the projections read \(known)"
                )
            } else {
                faults.append(
                    "\(self.name):\(events[index].line): cannot tell which of the topics \(known) this is from: pass `--topic TOPIC`, or put \"@topic\" into the line"
                )
            }
        }
        guard faults.isEmpty else { throw Fault(lines: faults) }
    }
}
