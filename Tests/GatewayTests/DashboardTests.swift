import Foundation
import Testing

@testable import Gateway

@Suite struct `The page` {
    @Test func `has all of its files in the program, and is small`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Gateway/Dashboard/Page")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(Dashboard.files.map { $0.path == "/" ? "index.html" : String($0.path.dropFirst()) }) == Set(names))
        for file in Dashboard.files {
            let name = file.path == "/" ? "index.html" : String(file.path.dropFirst())
            #expect(file.content == Array(try Data(contentsOf: folder.appending(path: name))), "\(name)")
        }
        // The module for other programs is beside the page.
        let own = Dashboard.files.filter { $0.path != "/lantern.js" }
        #expect(own.reduce(0) { $0 + $1.content.count } < 60_000)
    }

    /// The policy that every response carries forbids all of this.
    @Test func `asks for nothing elsewhere, and runs nothing that is written into it`() throws {
        for file in Dashboard.files where file.path != "/icon.svg" {
            let text = String(decoding: file.content, as: UTF8.self).replacing("http://www.w3.org/2000/svg", with: "")
            for word in [
                "http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                "style=", "onclick=", "document.cookie",
            ] {
                #expect(!text.contains(word), "\(file.path): \(word)")
            }
        }
    }
}
