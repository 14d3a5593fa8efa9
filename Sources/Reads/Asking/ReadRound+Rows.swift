import Projections
import Records
import Redis

extension ReadRound {
    /// One part's rows from their replies; nil if a member came, or moved too far, since its rank was looked up.
    mutating func take(
        _ index: Int, _ rest: inout ArraySlice<RedisValue>
    ) throws(ReadFailure) -> ReadAnswer.Part? {
        let part = parts[index]
        switch part.question {
        case .row(let key, let limit): return .row(try row(key, part.view, limit, &rest))
        case .rows(let keys):
            var rows: [StoredRow?] = []
            for key in keys { rows.append(try row(key, part.view, Self.members, &rest)) }
            return .rows(rows)
        case .ranking(_, let fromTop, _):
            let count = try integer(&rest)
            let pairs = try self.pairs(&rest)
            return fromTop
                ? .ranking(pairs, firstRank: 0, step: 1, count: count)
                : .ranking(pairs, firstRank: count - 1, step: -1, count: count)
        case .around(_, let member, let reach): return try around(index, member, reach, &rest)
        case .buckets(let buckets):
            var found: [ReadAnswer.Bucket] = []
            for bucket in buckets {
                guard case .fields(let fields)? = try row(bucket.key, part.view, 0, &rest)?.content else { continue }
                found.append(ReadAnswer.Bucket(start: bucket.start, fields: fields))
            }
            return .buckets(found)
        case .page:
            guard let (keys, cursor) = page(index) else { return nil }
            var rows: [StoredRow] = []
            for key in keys { if let row = try row(key, part.view, Self.members, &rest) { rows.append(row) } }
            return .page(rows, cursor: cursor)
        }
    }

    private mutating func around(
        _ index: Int, _ member: [UInt8], _ reach: Int, _ rest: inout ArraySlice<RedisValue>
    ) throws(ReadFailure) -> ReadAnswer.Part? {
        let reply = rest.popFirst() ?? .null
        if case .error(let text) = reply { throw Self.refusal(text) }
        guard let before = rank(index) else {
            guard let rank = reply.integer else { return .noMember }
            moved(index, to: rank)
            return nil
        }
        let count = try integer(&rest)
        let pairs = try self.pairs(&rest)
        guard let rank = reply.integer else { return .noMember }
        let first = max(0, before - Int64(reach + Self.slack))
        let from = max(0, rank - Int64(reach))
        let to = min(count - 1, rank + Int64(reach))
        guard from >= first, to < first + Int64(pairs.count) else {
            moved(index, to: rank)
            return nil
        }
        return .ranking(Array(pairs[Int(from - first)...Int(to - first)]), firstRank: from, step: 1, count: count)
    }

    private func row(
        _ key: [UInt8], _ view: ViewPlan, _ limit: Int, _ rest: inout ArraySlice<RedisValue>
    ) throws(ReadFailure) -> StoredRow? {
        let count = StoredRow.commandCount(view.kind)
        let replies = rest.prefix(count)
        rest = rest.dropFirst(count)
        do {
            return try StoredRow(key, kind: view.kind, limit: limit, replies: replies)
        } catch {
            throw .refused(error.message)
        }
    }

    private func integer(_ rest: inout ArraySlice<RedisValue>) throws(ReadFailure) -> Int64 {
        let reply = rest.popFirst() ?? .null
        if case .error(let text) = reply { throw Self.refusal(text) }
        return reply.integer ?? 0
    }

    private func pairs(_ rest: inout ArraySlice<RedisValue>) throws(ReadFailure) -> [StoredRow.Pair] {
        let reply = rest.popFirst() ?? .null
        if case .error(let text) = reply { throw Self.refusal(text) }
        return StoredRow.pairs(reply)
    }
}
