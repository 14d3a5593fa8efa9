import Foundation
import Testing

/// What a reader may rely on everywhere in this repository.
@Suite struct Tidy {
    /// C libraries, each behind one module.
    private let bridges = [
        "CRdkafka": "Kafka", "CHiredis": "Redis", "CYaml": "Configuration", "CXxhash": "Bytes",
        "CSimdjson": "Formats", "CSystem": "System", "CMicrohttpd": "Gateway",
        "CGnuTLS": "Gateway", "CCurl": "Registry", "CNumberText": "Formats",
    ]

    /// Files over 400 lines: pure state machines, each named here on purpose.
    private let largeFiles: Set<String> = []
    /// Functions over 70 lines: `path name`, each named here on purpose.
    private let largeFunctions: Set<String> = []

    private let systemModules: Set = [
        "Swift", "Glibc", "Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch", "Synchronization",
        "_Concurrency",
    ]

    @Test func `C libraries are imported by their own module only`() throws {
        let sources = try SourceFile.all()
        #expect(sources.count > 20, "no sources found below \(SourceFile.top.path)")
        for file in sources {
            for (line, module) in file.imports {
                guard let bridge = bridges[module] else { continue }
                #expect(file.module == bridge, "\(file):\(line): \(module) may be imported by \(bridge) only")
            }
        }
    }

    @Test func `modules import only what stands below them in Package.swift`() throws {
        let layers = try Manifest().layers
        #expect(layers["Worker"]?.contains("Kafka") == true, "Package.swift could not be read: \(layers)")
        #expect(layers["Projections"] == ["Bytes"])
        #expect(layers["Bytes"] == ["CXxhash"])
        #expect(layers["System"] == ["CSystem"])
        for file in try SourceFile.all() {
            let allowed = try #require(layers[file.module], "\(file) belongs to no target")
            for (line, module) in file.imports where !systemModules.contains(module) {
                #expect(allowed.contains(module), "\(file):\(line): \(file.module) does not depend on \(module)")
            }
        }
    }

    @Test func `a file imports what it uses: no module hands on another's names`() throws {
        for file in try SourceFile.all() + SourceFile.tests() {
            for (index, line) in file.code.enumerated() where line.contains("@_exported") {
                Issue.record("\(file):\(index + 1): import the module where it is used")
            }
        }
    }

    /// What decides must be decidable by a test: it sees no server, no thread and no time but what it is told. Of Redis it
    /// knows replies and error codes only.
    @Test func `the machine imports nothing of Kafka, the system or a clock`() throws {
        let pure: Set = ["Bytes", "Projections", "Records", "Redis"]
        let files = try SourceFile.all().filter { $0.path.hasPrefix("Sources/Worker/Machine/") }
        #expect(files.count > 10, "no machine found")
        for file in files {
            for (line, module) in file.imports {
                #expect(pure.contains(module), "\(file):\(line): the machine does not import \(module)")
            }
            for (index, line) in file.code.enumerated() {
                for word in ["RedisConnection", "RedisLink", "WorkerSession.now"] {
                    #expect(!line.contains(word), "\(file):\(index + 1): the machine does not use \(word)")
                }
            }
        }
    }

    /// More than this is not held in the head; what is many by its nature says so.
    @Test func `a type of Worker has fifteen stored properties at most, or says why it has more`() throws {
        var count = 0
        for file in try SourceFile.all() where file.module == "Worker" {
            for type in TypeSize.types(of: file) {
                count += 1
                guard type.properties > 15 else { continue }
                let comment = file.lines[..<(type.line - 1)].reversed().prefix { $0.contains("///") }
                #expect(
                    comment.contains { $0.contains("Many properties:") },
                    "\(file):\(type.line): \(type.name) has \(type.properties) stored properties")
            }
        }
        #expect(count > 60)
        let text =
            "struct A {\n    let a = 1, b: Int { 2 }\n    var c: Int\n    var d: Int {\n        let e = 1\n    }\n    static var f = 1\n}"
        #expect(TypeSize.types(of: SourceFile(path: "Sources/M/F.swift", text: text)).first?.properties == 2)
    }

    @Test func `targets depend only on targets that stand below them`() throws {
        let manifest = try Manifest()
        for (index, name) in manifest.order.enumerated() {
            for dependency in manifest.layers[name] ?? [] {
                let place = try #require(manifest.order.firstIndex(of: dependency), "\(dependency) is no target")
                #expect(place > index, "\(name) stands below \(dependency) and depends on it")
            }
        }
    }

    @Test func `nothing is left undone, and nothing gives up on data`() throws {
        let unfinished = ["TODO", "FIXME", "XXX"]
        let crashing = ["fatalError(", "preconditionFailure(", "try!", "as!"]
        for file in try SourceFile.all() {
            for (index, line) in file.lines.enumerated() {
                for word in unfinished where contains(line, word: word) {
                    Issue.record("\(file):\(index + 1): \(word)")
                }
            }
            for (index, line) in file.code.enumerated() {
                for word in crashing where line.utf8.contains(word.utf8) && !isOperatorPrefix(line, word) {
                    Issue.record("\(file):\(index + 1): \(word)")
                }
            }
        }
    }

    @Test func `files and functions stay small`() throws {
        var lengths: [Int] = []
        for file in try SourceFile.all() {
            lengths.append(file.lines.count)
            if !largeFiles.contains(file.path) {
                #expect(file.lines.count <= 401, "\(file) has \(file.lines.count - 1) lines, 400 are allowed")
            }
            for function in FunctionLength.functions(of: file)
            where function.count > 70 && !largeFunctions.contains("\(file.path) \(function.name)") {
                Issue.record("\(file):\(function.line): \(function.name) has \(function.count) lines, 70 are allowed")
            }
        }
        let median = lengths.sorted()[lengths.count / 2]
        #expect(median <= 130, "the median file has \(median) lines, near 100 is meant")
    }

    @Test func `only Records knows the names of Lantern's keys`() throws {
        for file in try SourceFile.all() where file.module != "Records" {
            for (index, line) in file.lines.enumerated() where line.contains("\"lantern:") {
                // How messages on stderr begin.
                if file.path == "Sources/LanternCommand/Console.swift", line.contains("\"lantern:\"") { continue }
                Issue.record("\(file):\(index + 1): a key's name; KeySpace makes them")
            }
        }
    }

    @Test func `the top level holds only what the layout names`() throws {
        let allowed: Set = [
            "Package.swift", "Package.resolved", "Sources", "Tests", "deploy", "scripts", "README.md", "LICENSE",
        ]
        for name in try FileManager.default.contentsOfDirectory(atPath: SourceFile.top.path) where !name.hasPrefix(".")
        {
            #expect(allowed.contains(name), "\(name) at the top level")
        }
    }

    /// They are planted by `scripts/planted`, which takes too long to be run each time: a text that has changed is noticed here.
    @Test func `every mistake that scripts/planted makes has its place in the sources`() throws {
        let check = Process()
        check.executableURL = SourceFile.top.appendingPathComponent("scripts/planted")
        check.arguments = ["--check"]
        let output = Pipe()
        check.standardOutput = output
        try check.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        check.waitUntilExit()
        #expect(check.terminationStatus == 0, "\(said)")
    }

    @Test func `the rules themselves see what they are meant to see`() {
        let text = """
            @preconcurrency internal import struct CYaml.yaml_parser_t // import CXxhash
            /* try! /* as! */ fatalError( */ let a = "try! \\(f("}")) {"
            func long(_ a: () -> Void = { }) -> Int {
                let b = #"as! " \\"#; let c = \"""
                } fatalError(
                \"""
                return try! 1
            }
            """
        let file = SourceFile(path: "Sources/M/F.swift", text: text)
        #expect(file.imports.map(\.module) == ["CYaml"])
        #expect(file.code.filter { $0.contains("try!") }.count == 1)
        #expect(!file.code.contains { $0.contains("fatalError") || $0.contains("as!") })
        #expect(FunctionLength.functions(of: file) == [.init(name: "long", line: 3, count: 6)])
        #expect(file.module == "M")
        #expect(!contains("aTODOb", word: "TODO") && contains("// TODO: x", word: "TODO"))
    }

    private func contains(_ line: String, word: String) -> Bool {
        guard line.utf8.contains(word.utf8) else { return false }
        return line.ranges(of: word).contains { range in
            let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
            let after = range.upperBound < line.endIndex ? line[range.upperBound] : " "
            return !before.isLetter && !after.isLetter
        }
    }

    /// `as!` and `try!` as ends of longer words, such as `has!=`.
    private func isOperatorPrefix(_ line: String, _ word: String) -> Bool {
        line.ranges(of: word).allSatisfy { range in
            range.lowerBound > line.startIndex && line[line.index(before: range.lowerBound)].isLetter
        }
    }
}
