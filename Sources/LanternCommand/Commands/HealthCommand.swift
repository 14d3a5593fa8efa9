import CommandLine
import Configuration
import Gateway

/// `lantern health`: a gateway's verdict as an exit code, for containers that have no other HTTP client.
struct HealthCommand: Command {
    static let spec = CommandSpec(
        "health", "Ask a gateway whether all is well, and exit accordingly",
        discussion: """
            Writes the answer to stdout. /health is the verdict, /livez whether the process must be restarted, /readyz whether
            it has its partitions.
            """,
        options: [
            OptionSpec("url", "URL", "what is asked", default: "http://\(GatewaySettings.usualAddress)/health"),
            OptionSpec(
                "ca", "FILE", "with https://: the PEM file of the authority to trust; default: the system's",
                completion: .files),
            OptionSpec("timeout", "TIME", "how long an answer may take", default: "5s"),
        ],
        examples: [
            .init("lantern health", "The verdict of the gateway on this machine"),
            .init("lantern health --url http://127.0.0.1:8080/livez --timeout 2s", "For a container's health check"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let url: HTTPProbe.Address
    let authority: String?
    let timeoutMilliseconds: Int

    init(_ parsed: ParsedCommand) throws(UsageError) {
        let text = try parsed.requiredValue("url")
        guard let url = HTTPProbe.Address(text) else {
            throw parsed.error(
                .invalidValue,
                "'--url \(text)': expected http://HOST:PORT/PATH or https://HOST:PORT/PATH")
        }
        self.url = url
        authority = parsed.value("ca")
        if authority != nil, !url.usesTLS {
            throw parsed.error(.invalidValue, "'--ca' has an effect only with https://")
        }
        timeoutMilliseconds = try PromotionOptions.time("timeout", parsed, in: 100...600_000)
    }

    func run() -> ExitCode {
        do throws(HTTPProbe.Failure) {
            let answer = try HTTPProbe.ask(url, authority: authority, timeoutMilliseconds: timeoutMilliseconds)
            Console.output.write(answer.body)
            return answer.status == 200 ? .done : .failed
        } catch {
            return Console.fail(error.message, .unreachable)
        }
    }
}
