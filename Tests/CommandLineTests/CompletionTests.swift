import ChildProcess
import CommandLine
import Foundation
import Testing

@Suite struct `Shell completion` {
    /// Runs a shell on a script read from stdin; nil if there is no such shell.
    private func run(_ shell: String, _ arguments: [String], script: String) throws -> (text: String, code: Int32)? {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell)") else { return nil }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("completion-\(UUID()).\(shell)")
        try script.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/\(shell)")
        process.arguments = arguments + [file.path]
        return try process.finish()
    }

    @Test(arguments: CompletionScript.Shell.allCases)
    func `a script passes its shell's own check`(shell: CompletionScript.Shell) throws {
        let script = CompletionScript.script(for: shell, of: sample)
        #expect(script.contains("until-end"))
        guard let result = try run(shell.rawValue, ["-n"], script: script) else {
            print("SKIPPED: \(shell) is not installed here, so its completion script was not checked by it")
            return
        }
        #expect(result.code == 0, "\(result.text)")
    }

    @Test(arguments: [
        (["tool", ""], ["run", "parked", "--help", "help", "--version"]),
        (["tool", "r"], ["run"]),
        (["tool", "parked", ""], ["list", "show", "--help"]),
        (["tool", "run", "--u"], ["--until-end"]),
        (["tool", "run", "--format", ""], ["text", "json"]),
        (["tool", "run", "--rate", ""], []),
        (["tool", "run", "--until-end", "--r"], ["--rate"]),
    ])
    func `bash offers what may follow`(words: [String], expected: [String]) throws {
        var script = CompletionScript.script(for: .bash, of: sample)
        let typed = words.map { "'\($0)'" }.joined(separator: " ")
        script += "COMP_WORDS=(\(typed)); COMP_CWORD=\(words.count - 1); _tool; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
        let result = try #require(try run("bash", [], script: script), "bash is needed, and by scripts/ too")
        #expect(result.code == 0)
        #expect(result.text.split(separator: "\n").map(String.init) == expected)
    }
}
