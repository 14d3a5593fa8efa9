import Bytes
import Projections
import Redis

extension Lane where Log: ~Copyable, Link: ~Copyable {
    /// Looks at the rows that the last batch touched: what broke in it is still visible in most cases.
    mutating func checkRows(_ slot: Int) {
        do {
            switch try lookAtRows(machine.touched(slot)) {
            case .sound: machine.rowsChecked(slot, damage: nil, now: services.now())
            case .damaged(let words): machine.rowsChecked(slot, damage: words, now: services.now())
            case .refused(let text):
                services.report(.redis("checking rows: \(readableText(text))"))
                machine.readingRefused([slot], text, of: "the rows of its last batch", now: services.now())
            }
        } catch {
            lostLink(error)
        }
    }

    /// Looks for the first row that could not take its changes: another type, no integer, no headroom.
    mutating func lookAtRows(_ entries: [TouchedEntry]) throws(RedisError) -> RowCheck {
        for entry in entries {
            guard let values = try link?.roundTrip(Self.questions(about: entry)) else { return .sound }
            let check = judge(values, of: entry)
            guard case .sound = check else { return check }
        }
        return .sound
    }

    private static func questions(about entry: TouchedEntry) -> CommandBuffer {
        var questions: [(StaticString, [UInt8]?)] = [("TYPE", nil)]
        questions += entry.incrementedFields.map { ("HGET", $0) }
        questions += entry.incrementedMembers.map { ("ZSCORE", $0) }
        if entry.isIncrementedCounter { questions.append(("GET", nil)) }
        var commands = CommandBuffer()
        for (name, element) in questions {
            commands.begin(element == nil ? 2 : 3)
            commands.argument(name)
            commands.argument(entry.key)
            if let element { commands.argument(element) }
        }
        return commands
    }

    private func judge(_ values: [RedisValue], of entry: TouchedEntry) -> RowCheck {
        // A field of a row of another type is an error as well: the type speaks first.
        if case .error(let text) = values[0] { return .refused(text) }
        guard let type = values[0].text else { return .refused(Array("ERR TYPE answered \(values[0])".utf8)) }
        let place = "view \(settings.plan.views[entry.view].name), key \(readableText(entry.key))"
        if type != "none", type != entry.expectedType, !entry.isDeletedOrReplaced {
            return .damaged("\(place): it holds a \(type), but the view needs a \(entry.expectedType)")
        }
        if type == "none" || type != entry.expectedType { return .sound }
        if let text = refusal(in: values) { return .refused(text) }
        for text in values.dropFirst().compactMap(\.text) {
            if entry.incrementedMembers.isEmpty {
                // Within one increment of the bound counts: the increment is at most 2^53.
                guard let number = Int64(text), number.magnitude < UInt64(Int64.max) - (1 << 53) else {
                    return .damaged("\(place): \(text) is not an integer that can still be incremented")
                }
            } else if let number = Double(text), number.magnitude >= 0x1p53 {
                return .damaged("\(place): the score \(text) is beyond ±2^53")
            }
        }
        return .sound
    }
}
