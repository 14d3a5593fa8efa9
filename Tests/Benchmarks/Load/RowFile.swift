import Foundation

/// Lines of bytes, written in large pieces.
final class RowFile {
    private let handle: FileHandle
    private var pending = Data()

    init(_ url: URL) throws {
        guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
            throw ToolError("\(url.path) cannot be written")
        }
        handle = try FileHandle(forWritingTo: url)
    }

    func add(_ line: String) throws { try add(Array(line.utf8)) }

    func add(_ line: [UInt8]) throws {
        pending.append(contentsOf: line)
        pending.append(0x0A)
        if pending.count > 1 << 20 { try flush() }
    }

    func close() throws {
        try flush()
        try handle.close()
    }

    private func flush() throws {
        try handle.write(contentsOf: pending)
        pending.removeAll(keepingCapacity: true)
    }
}
