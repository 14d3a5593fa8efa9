import Records
@testable import Worker

/// Partitions in memory: records at offsets, gaps where transaction markers stand, and what a fold of them must leave.
struct ModelLog {
    struct Record {
        var offset: Int64
        var row: Int
        var number: Int
        var isBad: Bool
        /// In place of the usual one.
        var text: String?
        var key: [UInt8] { Array("k\(row)".utf8) }
        var value: [UInt8] { Array((text ?? "{\"r\":\"\(row)\",\"n\":\(isBad ? "\"x\"" : "\(number)")}").utf8) }
    }

    struct Row: Equatable {
        var count = 0
        var sum = 0
        var last: Int64 = -1
    }

    /// What is in Redis once all events below an offset are applied.
    struct State: Equatable {
        var rows: [Int: Row] = [:]
        var parked: Set<Int64> = []
        var parkedRows: Set<Int> = []
    }

    private(set) var records: [[Record?]]
    private(set) var states: [[State]]
    /// Where the log begins, for each partition.
    var low: [Int64]

    init(partitions: Int) {
        records = Array(repeating: [], count: partitions)
        states = Array(repeating: [State()], count: partitions)
        low = Array(repeating: 0, count: partitions)
    }

    var partitions: Int { records.count }
    func end(_ partition: Int) -> Int64 { Int64(records[partition].count) }

    mutating func append(_ partition: Int, row: Int, number: Int, isBad: Bool = false, value: String? = nil) {
        let record = Record(offset: end(partition), row: row, number: number, isBad: isBad, text: value)
        var state = states[partition][records[partition].count]
        if isBad || state.parkedRows.contains(row) {
            state.parked.insert(record.offset)
            state.parkedRows.insert(row)
        } else {
            var entry = state.rows[row] ?? Row()
            entry.count += 1
            entry.sum += number
            entry.last = record.offset
            state.rows[row] = entry
        }
        records[partition].append(record)
        states[partition].append(state)
    }

    /// What the events below `next` leave, with what an operator decided about some of them; an edited one has `edited`.
    func state(_ partition: Int, below next: Int64, _ ledger: [Int64: LedgerEntry], parks: Bool, edited: Int) -> State {
        var state = State()
        for record in records[partition].prefix(Int(next)).compactMap({ $0 }) {
            var record = record
            switch ledger[record.offset]?.decision {
            case .skip: continue
            case .edit: (record.isBad, record.number) = (false, edited)
            case nil: break
            }
            if parks, record.isBad || state.parkedRows.contains(record.row) {
                state.parked.insert(record.offset)
                state.parkedRows.insert(record.row)
            } else if !record.isBad {
                state.rows[record.row, default: Row()].count += 1
                state.rows[record.row, default: Row()].sum += record.number
                state.rows[record.row, default: Row()].last = record.offset
            }
        }
        return state
    }

    /// What a leader elected out of turn does.
    mutating func truncate(_ partition: Int, to count: Int) {
        records[partition].removeLast(records[partition].count - count)
    }

    /// A transaction's control record: an offset without an event.
    mutating func appendMarker(_ partition: Int) {
        records[partition].append(nil)
        states[partition].append(states[partition][states[partition].count - 1])
    }
}
