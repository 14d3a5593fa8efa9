/// One change of one entry of the model.
struct OracleChange {
    enum Operation {
        case delete
        /// DEL and HSET of all fields; none leaves no row.
        case replaceHash([(name: [UInt8], field: OracleEntry.Field)])
        case replaceString([UInt8])
        case setField([UInt8], [UInt8])
        case unsetField([UInt8])
        case incrementField([UInt8], Int)
        case increment(Int)
        case add([UInt8])
        case remove([UInt8])
        case incrementScore([UInt8], Int)
        case maximum([UInt8], Double)
        case minimum([UInt8], Double)
        case score([UInt8], Double)
        case addLatest([UInt8], Double, keep: Int)
        case addUnique([UInt8])
    }

    var key: [UInt8]
    var operation: Operation
    /// A deadline that the entry gets, in milliseconds since 1970.
    var deadline: Int?
}

extension OracleChange.Operation {
    /// The kind of entry that the change begins where there is none; nil if it begins none.
    var kind: OracleEntry.Kind? {
        switch self {
        case .delete, .replaceHash, .replaceString, .remove, .unsetField: nil
        case .setField, .incrementField: .hash
        case .increment: .counter
        case .add: .set
        case .incrementScore, .maximum, .minimum, .score: .sortedSet
        case .addLatest(_, _, let keep): .latest(keep: keep)
        case .addUnique: .unique
        }
    }
}
