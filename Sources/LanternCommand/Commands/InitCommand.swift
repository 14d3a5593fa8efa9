import CommandLine
import Configuration
import FoundationEssentials
import Glibc
import System

/// `lantern init`: a file to begin with, from events that are there.
struct InitCommand: Command {
    static let spec = CommandSpec(
        "init", "Propose a file from the events of some topics",
        discussion: """
            Reads some events from the start, the middle and the end of each partition, and proposes views that all of
            those events support: the newest state of each key, numbers by type and minute, a sum where a number and
            an identifier meet. Comments say what was seen. Half of the events are only used to try the file: a rule that
            they disprove is changed, and the file names the events that would still be parked.

            Nothing is changed in Kafka, Redis is not asked, and a file that exists is never overwritten.
            """,
        options: [
            OptionSpec("topic", "TOPIC", "a topic to look at; may be repeated", required: true, repeating: true),
            OptionSpec("kafka", "HOST:PORT", "where Kafka is", default: "localhost:9092"),
            OptionSpec(
                "kafka-property", "NAME=VALUE",
                "a property of librdkafka; ${NAME} in it is taken from the environment, and stays so in the file",
                repeating: true),
            OptionSpec("redis", "URL", "where the views will be", default: "redis://localhost:6379"),
            OptionSpec("events", "N", "how many events to look at, about", default: "\(SampleTaker.usual)"),
            OptionSpec("output", "FILE", "the file to write; - is stdout", default: "lantern.yaml", completion: .files),
        ],
        examples: [
            .init("lantern init --topic orders --topic customers", "Write lantern.yaml"),
            .init("lantern init --topic orders --output - | less", "Look at it first"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let topics: [String]
    let head: DraftHead
    let events: Int
    let path: String

    init(_ parsed: ParsedCommand) throws(UsageError) {
        var topics: [String] = []
        for topic in parsed.values("topic") where !topics.contains(topic) { topics.append(topic) }
        self.topics = topics
        var kafka = [(name: "bootstrap.servers", value: try parsed.requiredValue("kafka"))]
        for text in parsed.values("kafka-property") {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw parsed.error(.invalidValue, "'--kafka-property \(text)': expected NAME=VALUE")
            }
            kafka.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
        }
        head = DraftHead(kafka: kafka, redis: try parsed.requiredValue("redis"))
        events = try parsed.integer("events", in: 100...1_000_000) ?? SampleTaker.usual
        path = try parsed.requiredValue("output")
    }

    func run() -> ExitCode {
        if path != "-", unsafe access(path, F_OK) == 0 { return refuseToOverwrite() }
        do {
            let properties = try ConfigurationFile.read(text: head.probe, file: "the options").kafka
            let signals = try SignalPipe()
            let taker = try SampleTaker(topics, properties.map { ($0.name, $0.value) })
            Console.messages.write("reading some events of \(topics.joined(separator: ", "))\n")
            let samples = try taker.take(events) { signals.next() != nil }
            let draft = try Draft(samples, head, environment: ProcessInfo.processInfo.environment)
            for refusal in draft.refusals { Console.messages.write(TerminalText.visible(refusal) + "\n") }
            if draft.text.isEmpty { return Console.fail("no view can be proposed for these topics", .failed) }
            return write(draft)
        } catch let error as ConfigurationError {
            return Console.fail(error.description, .usage)
        } catch {
            return ErrorReport.explain(error)
        }
    }

    private func refuseToOverwrite() -> ExitCode {
        Console.fail("\(path) exists, and is not overwritten: pass another name with --output", .usage)
    }

    private func write(_ draft: Draft) -> ExitCode {
        if path == "-" {
            Console.output.write(draft.text)
        } else {
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor < 0, errno == EEXIST { return refuseToOverwrite() }
            let isWritten = descriptor >= 0 && Device(descriptor, environment: [:]).write(Array(draft.text.utf8))
            let reason = unsafe String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            if !isWritten { return Console.fail("\(path) could not be written: \(reason)", .failed) }
        }
        let counts =
            "\(DraftText.counted(draft.sampled, "event")) sampled, \(DraftText.count(draft.parked)) of them would be parked"
        Console.messages.write(counts + (path == "-" ? "\n" : "; read \(path), then: lantern run --config \(path)\n"))
        return .done
    }
}
