import Projections
import Reads
import Records

/// Rows as JSON, typed as their view says: what is incremented is a number, a document is JSON itself, other fields are texts.
struct RowOutput: Sendable {
    /// Fields that are only ever incremented.
    private let numbers: Set<[UInt8]>

    init(_ view: ViewPlan) {
        let changes = view.rules.flatMap(\.rules).flatMap(\.changes)
        numbers = Set(
            changes.compactMap { change in
                if case .incrementField(let name, _) = change { Array(name.utf8) } else { nil }
            })
    }

    func write(_ part: ReadAnswer.Part, to output: inout JSONOutput) {
        switch part {
        case .row(let row): write(row, to: &output)
        case .rows(let rows):
            output.object { output in
                output.name("rows")
                output.array { output in for row in rows { write(row, to: &output) } }
            }
        case .page(let rows, let cursor):
            output.object { output in
                output.name("rows")
                output.array { output in for row in rows { write(row, to: &output) } }
                output.name("cursor")
                if cursor == [UInt8(ascii: "0")] { output.null() } else { output.string(cursor) }
            }
        case .ranking(let pairs, let first, let step, let count):
            output.object { output in write(pairs, first, step, count, to: &output) }
        case .noMember: output.null()
        case .buckets(let buckets): write(buckets, to: &output)
        }
    }

    private func write(_ row: StoredRow?, to output: inout JSONOutput) {
        guard let row else { return output.null() }
        output.object { output in
            output.name("key")
            output.string(row.key)
            switch row.content {
            case .fields(let pairs):
                output.name("fields")
                write(fields: pairs, to: &output)
            case .text(let text) where JSONOutput.isNumber(text):
                output.name("value")
                output.raw(text)
            case .text(let text):
                output.name("value")
                if Self.isDocument(text) { output.raw(text) } else { output.string(text) }
            case .members(let members, let count):
                output.name("members")
                output.array { output in for member in members { output.string(member) } }
                output.name("count")
                output.number(count)
            case .scored(let pairs, let count): write(pairs, 0, 1, count, to: &output)
            case .estimate(let count):
                output.name("count")
                output.number(count)
            }
        }
    }

    /// Whether Lantern can have written it as a document; another program's text stays a text.
    private static func isDocument(_ text: [UInt8]) -> Bool {
        guard String(validating: text, as: UTF8.self) != nil, let first = text.first, let last = text.last else {
            return false
        }
        return switch (first, last) {
        case (UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "["), UInt8(ascii: "]")): true
        case (UInt8(ascii: "\""), UInt8(ascii: "\"")): text.count > 1
        default: ["true", "false", "null"].contains { text.elementsEqual($0.utf8) }
        }
    }

    private func write(fields pairs: [StoredRow.Pair], to output: inout JSONOutput) {
        output.object { output in
            for pair in pairs {
                output.name(pair.name)
                if numbers.contains(pair.name) {
                    output.number(orText: pair.value)
                } else {
                    output.string(pair.value)
                }
            }
        }
    }

    private func write(
        _ pairs: [StoredRow.Pair], _ first: Int64, _ step: Int64, _ count: Int64, to output: inout JSONOutput
    ) {
        output.name("members")
        output.array { output in
            for (index, pair) in pairs.enumerated() {
                output.object { output in
                    output.name("member")
                    output.string(pair.name)
                    output.name("score")
                    output.number(orText: pair.value)
                    output.name("rank")
                    output.number(first + step * Int64(index) + 1)
                }
            }
        }
        output.name("count")
        output.number(count)
    }

    private func write(_ buckets: [ReadAnswer.Bucket], to output: inout JSONOutput) {
        var sums: [[UInt8]: Int64] = [:]
        var isExact = true
        for pair in buckets.flatMap(\.fields) {
            let value = Int64(String(decoding: pair.value, as: UTF8.self)) ?? 0
            let (sum, overflow) = sums[pair.name, default: 0].addingReportingOverflow(value)
            sums[pair.name] = sum
            if overflow { isExact = false }
        }
        output.object { output in
            output.name("sum")
            if isExact {
                output.object { output in
                    for (name, sum) in sums.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                        output.name(name)
                        output.number(sum)
                    }
                }
            } else {
                output.null()
            }
            output.name("buckets")
            output.array { output in
                for bucket in buckets {
                    output.object { output in
                        output.name("start")
                        output.number(bucket.start)
                        output.name("fields")
                        write(fields: bucket.fields, to: &output)
                    }
                }
            }
        }
    }
}
