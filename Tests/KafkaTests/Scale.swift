import Foundation

/// How much is done: little as a rule, all with LANTERN_LONG=1.
enum Scale {
    static let isLong = ProcessInfo.processInfo.environment["LANTERN_LONG"] == "1"

    static func count(_ usual: Int, long: Int) -> Int { isLong ? long : usual }
}
