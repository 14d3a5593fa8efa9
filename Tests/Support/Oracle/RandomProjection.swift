import Bytes
import Seeded

/// Random valid projections: the same for the same seed.
public struct RandomProjection {
    private var random: SplitMix64
    private var topics: [OracleProjection.Topic] = []
    private var type: OracleValue?

    static let keyPath = OraclePath(["id"])
    static let types = ["A", "B", "C", "Ünï", "1", "true", "with blank"]
    /// Paths at which an event usually has something, by what that is.
    static let texts = ["s", "o.id", "имя", "id"]
    static let numbers = ["n", "amt", "o.n"]
    static let others = ["b", "o", "l", "o.deep.x", "missing", "s.x", "nul"]

    /// A valid projection over one to three topics with one to four views.
    public static func generate(seed: UInt64) -> OracleProjection {
        var generator = RandomProjection(random: SplitMix64(seed: seed))
        return generator.projection()
    }

    private init(random: SplitMix64) { self.random = random }

    private mutating func projection() -> OracleProjection {
        let names = ["orders", "kunden.v1", "t_3"].prefix(random.chance(60) ? 1 : 2 + random.below(2))
        for name in names {
            topics.append(
                OracleProjection.Topic(
                    name, key: random.chance(45) ? Self.keyPath : nil, compacted: random.chance(15)))
        }
        if random.chance(75) {
            type = .path(random.pick(["type", "meta.type", "тип"]))
            if random.chance(20) { type = random.pick([.header("typ-ä", optional: false), .key, .partition]) }
        }
        let time: OracleValue? =
            switch random.below(10) {
            case 0..<5: .path("at")
            case 5: .header("at", optional: false)
            case 6: .timestamp
            default: nil
            }
        let views = (0..<1 + random.below(4)).map { view($0) }
        return OracleProjection(
            name: "p\(random.below(10))", version: 1 + random.below(3), topics: topics, type: type, time: time,
            unknown: random.pick([.ignore, .ignore, .park, .halt]), onError: random.pick([.park, .park, .skip, .halt]),
            views: views)
    }

    // MARK: Views

    /// What the rules of the view that is being made may use.
    private struct Scope {
        var index: Int
        var topics: [OracleProjection.Topic]
        /// It has a rule for tombstones: its key and member are made of what those have.
        var tombstones: Bool
        var declared: Bool { topics.count == 1 && topics[0].key != nil }
    }

    private mutating func view(_ index: Int) -> OracleView {
        let plain = topics.filter { !$0.compacted }
        let wantsFree = !plain.isEmpty && random.chance(45)
        guard wantsFree else {
            let topic = random.pick(topics)
            let scope = Scope(index: index, topics: [topic], tombstones: random.chance(50))
            return ordered(scope)
        }
        let all = plain.count == topics.count && random.chance(50)
        let some = all ? topics : [random.pick(plain)]
        let scope = Scope(index: index, topics: some, tombstones: random.chance(15))
        return free(scope, from: all ? nil : some.map(\.name))
    }

    /// A view of which any event may feed any entry.
    private mutating func free(_ scope: Scope, from: [String]?) -> OracleView {
        let kinds: [OracleView.Kind] = [
            .hash, .counter, .set, .sortedSet, .unique, .latest(keep: 1 + random.below(4)), buckets(),
        ]
        let kind = random.pick(kinds)
        let scoring = random.below(3)
        let member: OracleMember? =
            switch kind {
            case .set, .sortedSet, .unique, .latest: self.member(scope)
            default: nil
            }
        let key = template(scope, owned: false)
        let events = events(scope) { generator in
            switch kind {
            case .hash, .buckets:
                .hash(set: [], unset: [], increment: generator.increments(scope))
            case .counter: .increment(generator.amount(scope))
            case .sortedSet: generator.scoring(scoring, scope)
            default: .add
            }
        }
        var ttl: OracleView.TimeToLive?
        if case .buckets = kind {} else if random.chance(20) { ttl = approximate() }
        return OracleView(
            name: "v\(scope.index)", kind: kind, key: key, from: topics.count > 1 ? from : nil, member: member,
            ttl: ttl, events: events)
    }

    private mutating func buckets() -> OracleView.Kind {
        .buckets(
            everySeconds: random.pick([1, 7, 60, 3_600, 86_400]), retainSeconds: random.pick([1, 3_600, 864_000]))
    }

    private mutating func approximate() -> OracleView.TimeToLive {
        .init(milliseconds: random.pick([1_500, 60_000, 2_592_000_000]), approximate: true)
    }

    /// A view whose entries belong to one message key each.
    private mutating func ordered(_ scope: Scope) -> OracleView {
        let topic = scope.topics[0]
        let kinds: [OracleView.Kind] =
            topic.compacted ? [.hash, .document] : [.hash, .hash, .document, .counter, .set, .sortedSet]
        let kind = random.pick(kinds)
        let wholeOnly = topic.compacted || random.chance(30)
        var member: OracleMember?
        var ownsByMember = false
        if kind == .set || kind == .sortedSet {
            ownsByMember = random.chance(30)
            member =
                ownsByMember
                ? .value(scope.declared && random.chance(50) ? .path(Self.keyPath, optional: false) : .key)
                : self.member(scope)
        }
        let key = template(scope, owned: !ownsByMember)
        let scoring = random.below(4)
        let events = events(scope) { generator in
            if !ownsByMember, generator.random.chance(20) { return .delete }
            switch kind {
            case .hash: return wholeOnly ? .setAll : generator.hash(scope)
            case .document:
                return generator.random.chance(50) ? .setAll : .document(generator.fields(scope, document: true))
            case .counter: return .increment(generator.amount(scope))
            case .set: return generator.random.chance(60) ? .add : .remove
            default: return generator.random.chance(25) ? .remove : generator.scoring(scoring, scope)
            }
        } tombstone: { generator in
            if !topic.compacted, kind == .hash, !wholeOnly, generator.random.chance(30) {
                return generator.hash(scope, dead: true)
            }
            if !topic.compacted, member != nil, ownsByMember || generator.random.chance(50) { return .remove }
            return .delete
        }
        var ttl: OracleView.TimeToLive?
        if random.chance(30) {
            ttl =
                (kind == .hash && wholeOnly) || kind == .document
                ? .init(milliseconds: random.pick([1_000, 86_400_000, 2_592_000_000]), approximate: false)
                : topic.compacted ? nil : approximate()
        }
        return OracleView(
            name: "v\(scope.index)", kind: kind, key: key, from: topics.count > 1 ? [topic.name] : nil, member: member,
            ttl: ttl, events: events)
    }

    // MARK: Rules

    private mutating func events(
        _ scope: Scope, _ action: (inout RandomProjection) -> OracleAction,
        tombstone: ((inout RandomProjection) -> OracleAction)? = nil
    ) -> [OracleEventRules] {
        var names: [OracleEventRules.Name] = []
        if type != nil {
            for name in Self.types where random.chance(35) { names.append(.named(name)) }
        }
        if names.isEmpty || random.chance(30) { names.append(.any) }
        var result = names.map { OracleEventRules($0, rules(scope, action)) }
        if scope.tombstones, let tombstone {
            result.append(OracleEventRules(.tombstone, [OracleRule(tombstone(&self))]))
        }
        return result
    }

    private mutating func rules(_ scope: Scope, _ action: (inout RandomProjection) -> OracleAction) -> [OracleRule] {
        if random.chance(70) { return [OracleRule(action(&self))] }
        var rules: [OracleRule] = []
        for _ in 0..<1 + random.below(3) {
            rules.append(OracleRule(action(&self), when: (0..<1 + random.below(2)).map { conditionAt($0) }))
        }
        if rules.count > 1, random.chance(50) { rules.append(OracleRule(action(&self))) }
        return rules
    }

    private mutating func conditionAt(_ index: Int) -> OracleCondition {
        // Two conditions of one rule have different paths.
        let values: [[OracleValue]] = [
            [.path("b"), .path("n"), .path("s"), .path("missing"), .header("h", optional: false)],
            [.path("o.id"), .path("o"), .path("nul"), .key, .partition],
        ]
        let constants: [OracleValue] = [
            .plain("true"), .plain("false"), .plain("0"), .plain("1"), .text("x"), .text("ü"), .text("a1"),
            .plain("null"),
            .plain("5.0"),
        ]
        let count = 1 + random.below(3)
        var chosen: [OracleValue] = []
        for _ in 0..<count {
            let constant = random.pick(constants)
            if !chosen.contains(constant) { chosen.append(constant) }
        }
        return OracleCondition(random.pick(values[index]), anyOf: chosen)
    }

    private mutating func hash(_ scope: Scope, dead: Bool = false) -> OracleAction {
        let set = random.chance(70) ? fields(scope, document: false, dead: dead) : []
        let names = Set(set.map(\.name))
        let unset = random.chance(30) ? ["a", "b", "x"].filter { !names.contains($0) && random.chance(50) } : []
        let increment = random.chance(40) ? increments(scope, dead: dead).filter { !unset.contains($0.name) } : []
        if set.isEmpty, unset.isEmpty, increment.isEmpty {
            return .hash(set: [OracleField("a", .plain("1"))], unset: [], increment: [])
        }
        return .hash(set: set, unset: unset, increment: increment)
    }

    private mutating func scoring(_ scoring: Int, _ scope: Scope) -> OracleAction {
        switch scoring {
        case 0: .increment(amount(scope))
        case 1: .maximum(score())
        case 2: .minimum(score())
        default: .score(score())
        }
    }

    // MARK: Values

    private mutating func increments(_ scope: Scope, dead: Bool = false) -> [OracleIncrement] {
        ["x", "y:ä"].prefix(1 + random.below(2)).map { OracleIncrement($0, amount(scope, dead: dead)) }
    }

    private mutating func amount(_ scope: Scope, dead: Bool = false) -> OracleNumber {
        if dead || scope.tombstones && scope.topics.count > 1 || random.chance(25) {
            return OracleNumber(
                random.pick([.plain("1"), .plain("0"), .plain("-7"), .plain("1000"), .partition, .offset]))
        }
        return OracleNumber(
            .path(random.pick(Self.numbers) + (random.chance(30) ? "?" : "")),
            scale: random.chance(50) ? random.pick([1, 2, 3, 15]) : nil)
    }

    private mutating func score() -> OracleNumber {
        if random.chance(15) { return OracleNumber(random.pick([.plain("1.5"), .plain("-3e2"), .offset, .timestamp])) }
        return OracleNumber(
            .path(random.pick(Self.numbers) + (random.chance(30) ? "?" : "")), scale: random.chance(20) ? 2 : nil)
    }

    private mutating func fields(_ scope: Scope, document: Bool, dead: Bool = false) -> [OracleField] {
        var result: [OracleField] = []
        for name in ["a", "b", "c:ä\"\n", "{@}"] where result.isEmpty || random.chance(45) {
            result.append(OracleField(name, fieldValue(dead: dead)))
        }
        return result
    }

    private mutating func fieldValue(dead: Bool) -> OracleValue {
        let constants: [OracleValue] = [
            .text("x"), .text("ü \"q\" \\ \n"), .plain("paid"), .plain("007"), .plain("1.50"), .plain("-0"),
            .plain("1e3"),
            .plain("true"), .text("true"), .plain("yes"), .text("$x"), .text("{a}"), .plain("12345678901234567890"),
        ]
        let meta: [OracleValue] = [.key, .timestamp, .partition, .offset]
        switch random.below(10) {
        case 0, 1: return random.pick(constants)
        case 2: return random.pick(meta)
        case 3: return .header(random.pick(["h", "at", "kopf-ü"]), optional: random.chance(60))
        default:
            if dead { return random.pick(meta) }
            let path = random.pick(Self.texts + Self.numbers + Self.others)
            let usuallyMissing = path == "missing" || path == "s.x"
            return .path(path + (random.chance(usuallyMissing ? 90 : 35) ? "?" : ""))
        }
    }

    private mutating func member(_ scope: Scope) -> OracleMember {
        var sources: [OracleValue] = [.key, .partition, .header("h", optional: false)]
        if scope.declared { sources.append(.path(Self.keyPath, optional: false)) }
        if !scope.tombstones { sources += ["s", "n", "b", "id", "имя", "s", "amt"].map { OracleValue.path($0) } }
        let source = random.pick(sources)
        switch random.below(10) {
        case 0: return .value(.header("h", optional: true))
        case 1, 2:
            return .template(
                OracleTemplate([
                    .literal(random.pick(["m-", "ü%", "*"])), .placeholder(source), .literal(":"),
                    .placeholder(random.pick(sources)),
                ]))
        case 3 where !scope.tombstones: return .value(.path(random.pick(["s?", "n?", "o.id?", "nul?"])))
        default: return .value(source)
        }
    }

    private mutating func template(_ scope: Scope, owned: Bool) -> OracleTemplate {
        var parts: [OracleTemplate.Part] = [
            .literal(random.pick(["v\(scope.index):", "v\(scope.index)-ü ", "v\(scope.index)*"]))
        ]
        var sources: [OracleValue] = [.partition]
        if random.chance(20) { sources += [.offset, .timestamp, .header("h", optional: false)] }
        if !scope.tombstones { sources += [.path("o.id"), .path("n"), .path("s"), .path("id")] }
        var placeholders: [OracleValue] = []
        if owned {
            placeholders.append(scope.declared && random.chance(60) ? .path(Self.keyPath, optional: false) : .key)
        }
        if random.chance(owned ? 15 : 60) { placeholders.append(random.pick(sources)) }
        if random.chance(10) { placeholders.append(random.pick(sources)) }
        if placeholders.count > 1, random.chance(50) { placeholders.reverse() }
        for (index, value) in placeholders.enumerated() {
            if index > 0 { parts.append(.literal(random.pick([":", ":x:", ":ä"]))) }
            parts.append(.placeholder(value))
        }
        if random.chance(15) { parts.append(.literal(":end")) }
        return OracleTemplate(parts)
    }
}
