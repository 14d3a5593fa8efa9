/// Replies as bytes.
enum RESP {
    static let ok = status("OK")
    static let null = Array("$-1\r\n".utf8)
    static func status(_ text: String) -> [UInt8] { Array("+\(text)\r\n".utf8) }
    static func error(_ text: String) -> [UInt8] { Array("-\(text)\r\n".utf8) }
    static func integer(_ number: Int64) -> [UInt8] { Array(":\(number)\r\n".utf8) }
    static func bulk(_ bytes: [UInt8]) -> [UInt8] { Array("$\(bytes.count)\r\n".utf8) + bytes + Array("\r\n".utf8) }
    static func array(_ elements: [[UInt8]]) -> [UInt8] {
        Array("*\(elements.count)\r\n".utf8) + elements.flatMap { $0 }
    }
}
