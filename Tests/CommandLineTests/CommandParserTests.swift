import CommandLine
import Testing

/// A tree as the parser tests use it.
let sample = CommandSpec(
    "tool", "does things",
    subcommands: [
        CommandSpec(
            "run", "run what a file says", discussion: "It runs until it is told to stop.",
            options: [
                OptionSpec("config", "FILE", "what to run", required: true, completion: .files),
                OptionSpec("rate", "N", "events per second", default: "100"),
                OptionSpec("format", "WORD", "how to write", completion: .choices(["text", "json"])),
                OptionSpec(flag: "until-end", "stop at the end"),
            ],
            examples: [.init("tool run --config a.yaml", "Run it")], exitCodes: [.init(0, "done"), .init(2, "usage")]),
        CommandSpec(
            "parked", "held back events",
            subcommands: [
                CommandSpec("list", "list them"),
                CommandSpec(
                    "show", "show one",
                    arguments: [
                        ArgumentSpec("PLACE", "where"), ArgumentSpec("KEY", "keys", optional: true, repeating: true),
                    ]),
            ]),
    ])

@Suite struct `Command lines` {
    private func command(_ words: String...) throws -> ParsedCommand {
        guard case .command(let parsed) = try CommandParser(sample).parse(words) else {
            throw UsageError(.unknownCommand, "no command: \(words)")
        }
        return parsed
    }

    private func mistake(_ words: String...) -> UsageError? {
        do throws(UsageError) {
            _ = try CommandParser(sample).parse(words)
            return nil
        } catch {
            return error
        }
    }

    @Test func `values stand behind a blank or an equals sign`() throws {
        let parsed = try command("run", "--config", "a.yaml", "--rate=1_000", "--until-end")
        #expect(parsed.value("config") == "a.yaml")
        #expect(try parsed.integer("rate", in: 1...10_000) == 1_000)
        #expect(parsed.flag("until-end"))
        #expect(parsed.path == ["tool", "run"])
    }

    @Test func `a default is taken where the option is not given`() throws {
        let parsed = try command("run", "--config", "a")
        #expect(parsed.value("rate") == "100")
        #expect(parsed.value("format") == nil)
        #expect(!parsed.flag("until-end"))
    }

    @Test func `arguments mix with options, and two dashes end the options`() throws {
        let parsed = try command("parked", "show", "-", "-5", "--", "--key", "--")
        #expect(parsed.argument("PLACE") == "-")
        #expect(parsed.arguments("KEY") == ["-5", "--key", "--"])
    }

    @Test(arguments: [
        (["rnu"], UsageError.Code.unknownCommand, "run" as String?),
        (["parked", "lits"], .unknownCommand, "list"),
        (["parkd", "list"], .unknownCommand, "parked"),
        (["zzzzzz"], .unknownCommand, nil),
        (["run", "--confg", "a"], .unknownOption, "--config"),
        (["run", "--until_end"], .unknownOption, "--until-end"),
        (["run", "--until"], .unknownOption, "--until-end"),
        (["run", "-x"], .unknownOption, nil),
        (["--config", "a", "run"], .unknownOption, nil),
        (["run"], .missingOption, nil),
        ([], .missingCommand, nil),
        (["parked"], .missingCommand, nil),
        (["run", "--config"], .missingValue, nil),
        (["run", "--config", "--until-end"], .missingValue, nil),
        (["run", "--config="], .missingValue, nil),
        (["run", "--config", "a", "--config", "b"], .repeatedOption, nil),
        (["run", "--until-end=yes"], .unexpectedValue, nil),
        (["run", "--config", "a", "--format", "jsno"], .invalidValue, "json"),
        (["run", "--config", "a", "b"], .unexpectedArgument, nil),
        (["parked", "show"], .missingArgument, nil),
    ])
    func `a mistake is named, with what was probably meant`(
        words: [String], code: UsageError.Code, suggestion: String?
    ) throws {
        let error = try #require(throws: UsageError.self) { try CommandParser(sample).parse(words) }
        #expect(error.code == code)
        #expect(error.suggestion == suggestion)
        #expect(error.description.contains("tool"), "no way on: \(error)")
    }

    @Test func `a number out of range is refused with the range`() throws {
        let parsed = try command("run", "--config", "a", "--rate", "0")
        let error = try #require(throws: UsageError.self) { try parsed.integer("rate", in: 1...10) }
        #expect(error.message == "'--rate 0': expected an integer from 1 to 10")
    }

    @Test func `help works at every level and in both forms`() throws {
        for words in [["--help"], ["-h"], ["help"]] {
            guard case .help(let text) = try CommandParser(sample).parse(words) else { throw failure(words) }
            #expect(text.contains("COMMANDS\n  run     run what a file says\n  parked  held back events\n"))
        }
        for words in [["run", "--help"], ["help", "run"], ["run", "--config", "-h"], ["run", "x", "y", "--help"]] {
            guard case .help(let text) = try CommandParser(sample).parse(words) else { throw failure(words) }
            #expect(text.hasPrefix("run what a file says.\n\nUSAGE\n  tool run --config FILE [--rate N]"))
            #expect(text.contains("--rate N       events per second (default: 100)"))
            #expect(text.contains("--format WORD  how to write: text, json"))
            #expect(text.contains("EXIT CODES\n  0  done\n  2  usage\n"))
            #expect(text.contains("  # Run it\n  tool run --config a.yaml\n"))
        }
        guard case .version = try CommandParser(sample).parse(["--version"]) else { throw failure(["--version"]) }
    }

    private func failure(_ words: [String]) -> UsageError {
        UsageError(.unknownCommand, "unexpected outcome: \(words)")
    }

    @Test func `distances count insertions, deletions, replacements and swaps`() {
        #expect(Suggestion.distance("", "abc") == 3)
        #expect(Suggestion.distance("status", "status") == 0)
        #expect(Suggestion.distance("satus", "status") == 1)
        #expect(Suggestion.distance("sttaus", "status") == 1)
        #expect(Suggestion.distance("kitten", "sitting") == 3)
        #expect(Suggestion.nearest(to: "frsh", among: ["yes", "fresh"]) == "fresh")
        #expect(Suggestion.nearest(to: "x", among: ["yes", "fresh"]) == nil)
    }
}
