/// What a rule that was taken changes.
struct OracleRuling {
    let reading: OracleReading
    let view: OracleView
    let projection: OracleProjection

    func changes(_ action: OracleAction) throws(OracleBad) -> [OracleChange] {
        var key = try reading.key(view.key)
        var deadline: Int?
        if action != .delete, try needsTime() {
            let time = try reading.time(projection.time)
            if let ttl = view.ttl { deadline = time + ttl.milliseconds }
            if case .buckets(let every, let retain) = view.kind {
                let start = time / 1_000 / every * every
                key += Array(":\(start)".utf8)
                deadline = (start + every + retain) * 1_000
            }
        }
        guard key.count <= 4_096 else { throw OracleBad("a row key over 4,096 bytes") }
        return try operations(action).map { OracleChange(key: key, operation: $0, deadline: deadline) }
    }

    private func needsTime() throws(OracleBad) -> Bool {
        switch view.kind {
        case .latest, .buckets: true
        default: view.ttl != nil
        }
    }

    private func operations(_ action: OracleAction) throws(OracleBad) -> [OracleChange.Operation] {
        switch action {
        case .delete: return [.delete]
        case .setAll: return [view.kind == .document ? try wholeDocument() : try wholeHash()]
        case .document(let fields): return [.replaceString(try reading.document(fields))]
        case .hash(let set, let unset, let increment):
            return try sets(set) + unset.map { .unsetField(Array($0.utf8)) } + increments(increment)
        case .increment(let number) where view.kind == .counter:
            if try reading.isLeftOut(number.value) { return [] }
            return [.increment(try reading.integer(number))]
        case .add, .remove, .increment, .maximum, .minimum, .score: return try members(action)
        }
    }

    private func sets(_ fields: [OracleField]) throws(OracleBad) -> [OracleChange.Operation] {
        var result: [OracleChange.Operation] = []
        for field in fields {
            if try reading.isLeftOut(field.value, evenNull: false) { continue }
            let name = Array(field.name.utf8)
            if let text = try reading.field(field.value) {
                result.append(.setField(name, text))
            } else {
                result.append(.unsetField(name))
            }
        }
        return result
    }

    private func increments(_ fields: [OracleIncrement]) throws(OracleBad) -> [OracleChange.Operation] {
        var result: [OracleChange.Operation] = []
        for field in fields {
            if try reading.isLeftOut(field.number.value) { continue }
            result.append(.incrementField(Array(field.name.utf8), try reading.integer(field.number)))
        }
        return result
    }

    /// A change of one member; left out with any of its optional values, but what else it reads is checked all the same
    /// ("whatever the table calls bad, in a rule that takes the event").
    private func members(_ action: OracleAction) throws(OracleBad) -> [OracleChange.Operation] {
        guard let source = view.member else { throw OracleBad("no member") }
        var isLeftOut = false
        for value in source.values {
            if try reading.isLeftOut(value) { isLeftOut = true } else { _ = try reading.member(value) }
        }
        let member = isLeftOut ? [] : try reading.member(source)
        let operation = try self.operation(action, member)
        guard !isLeftOut, let operation else { return [] }
        return [operation]
    }

    /// The change of this member; nil if its amount is left out.
    private func operation(_ action: OracleAction, _ member: [UInt8]) throws(OracleBad) -> OracleChange.Operation? {
        for value in action.values { if try reading.isLeftOut(value) { return nil } }
        switch action {
        case .remove: return .remove(member)
        case .increment(let number): return .incrementScore(member, try reading.integer(number))
        case .maximum(let number): return .maximum(member, try reading.double(number))
        case .minimum(let number): return .minimum(member, try reading.double(number))
        case .score(let number): return .score(member, try reading.double(number))
        default: break
        }
        switch view.kind {
        case .latest(let keep): return .addLatest(member, Double(try reading.time(projection.time)), keep: keep)
        case .unique: return .addUnique(member)
        default: return .add(member)
        }
    }

    private func wholeDocument() throws(OracleBad) -> OracleChange.Operation {
        guard let tree = reading.tree else { throw OracleBad("a tombstone has no value") }
        guard !tree.repeatsTopName else { throw OracleBad("a name at the top occurs twice") }
        return .replaceString(tree.bytes)
    }

    private func wholeHash() throws(OracleBad) -> OracleChange.Operation {
        guard let tree = reading.tree, tree.nodes[0].kind == .object else { throw OracleBad("no object") }
        guard !tree.repeatsTopName else { throw OracleBad("a name at the top occurs twice") }
        var fields: [(name: [UInt8], field: OracleEntry.Field)] = []
        for child in tree.children(0) {
            let text: [UInt8]
            switch try reading.found(child, in: tree) {
            case .nothing, .null: continue
            case .string(let string, _), .number(let string): text = string
            case .boolean(let yes): text = OracleReading.word(yes)
            case .structure(let node): text = tree.compact(node)
            }
            let (name, paired) = tree.name(child)
            guard paired else { throw OracleBad("an unpaired surrogate in a field's name") }
            fields.append((name, .text(text)))
        }
        return .replaceHash(fields)
    }
}
