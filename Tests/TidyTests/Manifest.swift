import Foundation

/// The targets of Package.swift, read as text: name, order and dependencies.
struct Manifest {
    /// What each target below `Sources` depends on.
    private(set) var layers: [String: Set<String>] = [:]
    /// Targets from the highest to the lowest.
    private(set) var order: [String] = []

    /// Reads Package.swift of this repository.
    init() throws {
        let url = SourceFile.top.appendingPathComponent("Package.swift")
        let text = try String(contentsOf: url, encoding: .utf8)
        let targets = try Regex(
            #"\.(executableTarget|target|systemLibrary)\(\s*name:\s*"(\w+)"([^\]]*?dependencies:\s*\[([^\]]*)\])?"#)
        for part in Self.split(text) {
            guard let match = try targets.firstMatch(in: part), let name = match.output[2].substring else { continue }
            let list = match.output[4].substring ?? ""
            let names = list.matches(of: try Regex(#""(\w+)""#)).compactMap { $0.output[1].substring.map(String.init) }
            layers[String(name)] = Set(names)
            order.append(String(name))
        }
    }

    /// One piece of text for each target, so that one's dependencies are never taken for another's.
    private static func split(_ text: String) -> [Substring] {
        let starts = text.ranges(of: /\.(executableTarget|target|systemLibrary|testTarget)\(/).map(\.lowerBound)
        return zip(starts, starts.dropFirst() + [text.endIndex]).map { text[$0..<$1] }
    }
}
