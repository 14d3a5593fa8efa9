import Bytes
import Foundation
import Seeded

/// Random transactions on two tables: one with awkward columns and the usual replica identity, one whose whole old rows are
/// logged, with a key of two columns that changes.
struct FeedSource {
    static let schema = """
        create table t (
            id int primary key, n102 numeric(10, 2), nfree numeric, m money, ts timestamp, ts3 timestamp(3),
            tstz timestamptz, d date, tm time, j jsonb, big text, b boolean, arr int[], u uuid, by bytea, f8 double precision,
            gone text default 'x');
        alter table t alter column big set storage external;
        alter table t alter column j set storage external;
        create table f (id int, k2 text, v numeric(10, 2), big text, primary key (id, k2));
        alter table f alter column big set storage external;
        alter table f replica identity full;
        create table signals (id text primary key, type text not null, data text);
        create publication lantern for table t, f, signals;

        """

    private var random: SplitMix64
    /// The ids that are worked on: few, so that rows change often and come back.
    private let ids: Int

    init(seed: UInt64, ids: Int) {
        random = SplitMix64(seed: seed)
        self.ids = ids
    }

    /// A transaction of one to five changes.
    mutating func transaction() -> String {
        let changes = (0...random.below(5)).map { _ in random.chance(60) ? changeOfT() : changeOfF() }
        return "begin;\n\(changes.joined())" + (random.chance(4) ? "rollback;\n" : "commit;\n")
    }

    private mutating func changeOfT() -> String {
        let id = random.below(ids)
        switch random.below(20) {
        case 0..<7:
            return "insert into t (id, \(Self.columns.joined(separator: ", "))) values (\(id), "
                + Self.columns.map { value($0) }.joined(separator: ", ")
                + ") on conflict (id) do update set n102 = excluded.n102, j = excluded.j, ts = excluded.ts;\n"
        case 7..<16:
            let changed = (0...random.below(3)).map { _ in random.pick(Self.columns) }
            let assignments = Set(changed).sorted().map { "\($0) = \(value($0))" }
            return "update t set \(assignments.joined(separator: ", ")) where id = \(id);\n"
        case 16:
            // Of a large value that does not change the create has nothing: it changes as well.
            return "update t set id = \(id + ids), big = \(value("big")), j = \(value("j")) where id = \(id) "
                + "and not exists (select from t where id = \(id + ids));\n"
        default: return "delete from t where id in (\(id), \(id + ids));\n"
        }
    }

    private mutating func changeOfF() -> String {
        let (id, letter) = (random.below(ids), random.pick(["a", "b", "ü:%\"", "{c}"]))
        let key = "id = \(id) and k2 = '\(letter)'"
        switch random.below(10) {
        case 0..<4:
            return
                "insert into f values (\(id), '\(letter)', \(value("n102")), \(value("big"))) on conflict do nothing;\n"
        case 4..<6: return "update f set v = \(value("n102")) where \(key);\n"
        case 6..<8:
            let other = random.pick(["a", "b", "z"])
            return "update f set k2 = '\(other)' where \(key) and not exists (select from f where id = \(id) "
                + "and k2 = '\(other)');\n"
        default: return "delete from f where \(key);\n"
        }
    }

    static let columns = [
        "n102", "nfree", "m", "ts", "ts3", "tstz", "d", "tm", "j", "big", "b", "arr", "u", "by", "f8",
    ]

    private mutating func value(_ column: String) -> String {
        if random.chance(15) { return "null" }
        let number = random.below(2_000_000) - 1_000_000
        switch column {
        case "n102": return "\(number / 100).\(String(100 + abs(number) % 100).dropFirst())"
        case "nfree": return random.pick(["'NaN'", "\(number).50", "1e20", "0.000", "-0.00000\(abs(number))"])
        case "m": return "(\(number).25)::numeric::money"
        case "ts", "ts3", "tstz":
            return random.pick([
                "timestamp '2026-01-02 03:04:05' + interval '\(number) seconds 123456 microseconds'",
                "timestamp '1901-12-13 20:45:52' - interval '\(abs(number)) minutes'", "timestamp '2026-01-02'",
            ])
        case "d": return random.pick(["date '2026-01-31' + \(number / 100)", "'1600-02-29'", "'0001-01-01'"])
        case "tm": return "time '00:00' + interval '\(abs(number)) milliseconds'"
        case "j":
            return random.pick([
                "'{\"a\": [1, 2.50, null], \"ü\": \"\\\\u00e9 \\\"\"}'", "'null'", "'[]'", "'\(number)'",
                "jsonb_build_object('x', repeat('j\(number)', 900))",
            ])
        case "big": return random.pick(["''", "'short \(number)'", "repeat('x\(number)', 1200)", "'__debezium'"])
        case "b": return random.pick(["true", "false"])
        case "arr": return random.pick(["'{}'", "'{\(number),NULL,3}'"])
        case "u": return "'3f333df6-90a4-4fda-8dd3-\(String(1_000_000_000_000 + abs(number)).dropFirst())'"
        case "by": return random.pick(["''", "'\\xdeadbeef'", "decode(repeat('ab', 3000), 'hex')"])
        default: return random.pick(["\(number).125", "1e300", "'NaN'", "-1e-7", "0"])
        }
    }
}
