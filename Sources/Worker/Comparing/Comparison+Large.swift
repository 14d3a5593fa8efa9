import Redis

/// A large row of which some parts are still to be decided.
struct PartialRow {
    var view: Int
    var open = 0
    var isComplete = false
    var differences: [FieldDifference] = []
}

// Rows of many members are compared some members at a time: what is not in memory cannot fill it.
extension Comparison {
    private static let membersPerUnit = 250
    /// More differences of one row than these are not listed.
    private static let mostFields = 1_000

    mutating func addLarge(_ view: Int, _ key: [UInt8]) throws {
        guard partial[key] == nil else { return }
        partial[key] = PartialRow(view: view)
        for side in [pair.home, pair.database] {
            var cursor = Self.start
            repeat {
                let page = try pair.members(of: key, views[view].kind, side: side, from: cursor)
                cursor = page.next
                try addParts(view, key, page.members)
            } while cursor != Self.start && !isCancelled()
        }
        partial[key]?.isComplete = true
        complete(key)
    }

    private mutating func addParts(_ view: Int, _ key: [UInt8], _ members: [[UInt8]]) throws {
        for start in stride(from: 0, to: members.count, by: Self.membersPerUnit) {
            let part = Array(members[start..<min(start + Self.membersPerUnit, members.count)])
            partial[key]?.open += 1
            try look(at: [ComparedUnit(view: view, key: key, members: part)])
        }
    }

    /// A part in which members move is divided: those that are decided do not wait for the others.
    mutating func takePart(
        _ unit: ComparedUnit, _ before: RedisValue, _ live: RedisValue, _ build: RedisValue, _ look: DatabasePair.Look
    ) {
        var (moved, differing) = (unit, unit)
        (moved.members, differing.members) = ([], [])
        moved.note(isStill: false)
        differing.note(isStill: true)
        var (movedValues, differingValues): ([RedisValue], [RedisValue]) = ([], [])
        var verdicts: [FieldDifference] = []
        let (old, now, other) = (before.elements ?? [], live.elements ?? [], build.elements ?? [])
        for (index, member) in (unit.members ?? []).enumerated() where index < min(old.count, now.count, other.count) {
            if old[index] != now[index] {
                moved.members?.append(member)
                movedValues.append(now[index])
            } else if now[index] != other[index] {
                differing.members?.append(member)
                differingValues.append(now[index])
                verdicts.append(
                    FieldDifference(
                        member, live: RowComparison.part(now[index]), build: RowComparison.part(other[index])))
            }
        }
        let isDecided = isDifferent(&differing)
        if isDecided { differingValues = [] }
        for (var part, values) in [(moved, movedValues), (differing, differingValues)] where !values.isEmpty {
            part.before = (.array(values), look.liveAt)
            partial[unit.key]?.open += 1
            keep(part)
        }
        decide(unit, isDecided && !verdicts.isEmpty ? .changed(verdicts) : .same)
    }

    mutating func decidePart(_ unit: ComparedUnit, _ verdict: RowComparison) {
        if case .changed(let fields) = verdict {
            let known = Set(partial[unit.key]?.differences.map(\.field) ?? [])
            for field in fields
            where !known.contains(field.field) && (partial[unit.key]?.differences.count ?? 0) < Self.mostFields {
                partial[unit.key]?.differences.append(field)
            }
        }
        partial[unit.key]?.open -= 1
        complete(unit.key)
    }

    private mutating func complete(_ key: [UInt8]) {
        guard let row = partial[key], row.isComplete, row.open == 0 else { return }
        partial[key] = nil
        report(row.view, key, row.differences.isEmpty ? .same : .changed(row.differences))
    }
}
