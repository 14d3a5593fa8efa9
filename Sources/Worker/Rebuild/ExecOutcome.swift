import Bytes
import Redis

/// What the replies to a transaction say.
enum ExecOutcome: Equatable {
    case applied
    /// What it watched has changed: nothing was done.
    case changed
    /// Redis refused it, in these words: nothing was done.
    case refused(String)
    /// Some of its commands failed: the others were carried out.
    case torn(String)

    /// From the replies to MULTI, the commands and EXEC.
    init(_ replies: [RedisValue]) {
        switch replies.last {
        case .array(let results)?:
            for case .error(let text) in results {
                self = .torn(readableText(text))
                return
            }
            self = .applied
        case .null?: self = .changed
        default:
            // The causes come before the EXECABORT that ends them.
            for case .error(let text) in replies {
                self = .refused(readableText(text))
                return
            }
            self = .refused("Redis's reply to EXEC is not one of its own")
        }
    }
}
