internal import Projections

/// A rule with the places of its parts, until all checks are done.
struct PlacedRule {
    struct Change {
        var plan: ChangePlan
        var position: Position
    }

    struct Condition {
        var plan: Rule.Condition
        var position: Position
    }

    var conditions: [Condition] = []
    var changes: [Change] = []
    var position: Position

    var rule: Rule { Rule(conditions: conditions.map(\.plan), changes: changes.map(\.plan)) }
}

struct PlacedEvent {
    var event: EventName
    var position: Position
    var rules: [PlacedRule]
}

extension ChangePlan {
    /// The word that the file has for it.
    var word: String {
        switch self {
        case .setField, .setAll, .setDocument: "set"
        case .unsetField: "unset"
        case .incrementField, .increment: "increment"
        case .maximum: "max"
        case .minimum: "min"
        case .score: "score"
        case .add: "add"
        case .remove: "remove"
        case .delete: "delete"
        }
    }

    /// Whether the order of changes to an entry makes no difference (Projections.md, "Order").
    var isOrderFree: Bool {
        switch self {
        case .incrementField, .increment, .maximum, .minimum, .add: true
        case .setField, .unsetField, .setAll, .setDocument, .score, .remove, .delete: false
        }
    }
}
