import Records

/// `version>=7`: a field of a hash compared with a number, or with a text.
public struct FieldCondition: Sendable, Equatable {
    public enum Comparison: String, Sendable, CaseIterable {
        // The longer ones first: `>=` is not `>` and `=`.
        case atLeast = ">="
        case atMost = "<="
        case more = ">"
        case less = "<"
        case equal = "="
    }

    public var field: String
    public var comparison: Comparison
    public var value: String

    /// nil if `text` is not FIELD, a comparison and a value; other comparisons than `=` need an integer.
    public init?(_ text: String) {
        guard let start = text.firstIndex(where: { "<>=".contains($0) }),
            let comparison = Comparison.allCases.first(where: { text[start...].hasPrefix($0.rawValue) })
        else { return nil }
        field = String(text[..<start])
        self.comparison = comparison
        value = String(text[start...].dropFirst(comparison.rawValue.count))
        if field.isEmpty || value.isEmpty { return nil }
        if comparison == .equal { return }
        // However it is spelled, it is said as the number that is compared.
        guard let number = Int64(value) else { return nil }
        value = "\(number)"
    }

    public var text: String { field + comparison.rawValue + value }

    /// The field's value in the row; nil without it.
    func found(in row: StoredRow?) -> String? {
        guard case .fields(let pairs)? = row?.content,
            let pair = pairs.first(where: { $0.name.elementsEqual(field.utf8) })
        else { return nil }
        return String(validating: pair.value, as: UTF8.self)
    }

    /// Whether a row with that value is the one that is waited for.
    func holds(for found: String?) -> Bool {
        guard let found else { return false }
        if comparison == .equal, found == value { return true }
        guard let number = Int64(found), let wanted = Int64(value) else { return false }
        return switch comparison {
        case .atLeast: number >= wanted
        case .atMost: number <= wanted
        case .more: number > wanted
        case .less: number < wanted
        case .equal: number == wanted
        }
    }
}
