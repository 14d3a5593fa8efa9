internal import Bytes
internal import Projections

/// What one event changes. Views write into it; it enters the views when `project` returns, all of it or nothing.
public struct Changes: ~Copyable {
    /// What is known of a view of the plan.
    struct View {
        var name: String
        var ownership: ViewDeclaration.Ownership
        /// For each topic whether the view reads it.
        var reads: [Bool]
        /// The hash fields that are only ever incremented.
        var sums: [[UInt8]]
    }

    var fold: SwiftFold
    private var names = ValueWriter()
    private var values = ValueWriter()
    /// For each place in `Declarations` the view's place in the plan, or −1.
    private let places: ContiguousArray<Int32>
    private let views: ContiguousArray<View>
    private var topic = 0
    /// The event's key, if some view's members must equal it.
    private var key = ByteBuffer()
    private let needsKey: Bool
    private var hasKey = false

    init(
        plan: ProjectionPlan, naming: RowNaming, places: ContiguousArray<Int32>, views: ContiguousArray<View>,
        limits: Limits
    ) {
        fold = SwiftFold(plan: plan, naming: naming, limits: limits)
        self.places = places
        self.views = views
        needsKey = views.contains { $0.ownership == .member }
    }

    mutating func begin(_ event: borrowing Projections.Event) {
        fold.begin()
        topic = event.topic
        guard needsKey else { return }
        key.removeAll(keeping: 1 << 16)
        hasKey = event.key != nil
        if let bytes = event.key { key.append(bytes) }
    }

    // MARK: - Checks

    /// The place in the plan of a view that reads this event's topic.
    private func place(_ declaration: Int32) throws(ProjectionError) -> Int {
        let place = Int(declaration) < places.count ? Int(places[Int(declaration)]) : -1
        guard place >= 0 else {
            throw ProjectionError(
                "the view of \(Declarations.view(at: declaration).key) is not a stored property of the projection")
        }
        guard views[place].reads[topic] else {
            throw ProjectionError("it does not read this event's topic: see its `from`", view: views[place].name)
        }
        return place
    }

    private func named(_ place: Int, _ error: ProjectionError) -> ProjectionError {
        var error = error
        error.view = error.view ?? views[place].name
        return error
    }

    private func checkNumber(_ number: Int64, _ place: Int) throws(ProjectionError) {
        guard number.magnitude <= 1 << 53 else {
            throw ProjectionError("\(number) is beyond ±2^53", view: views[place].name)
        }
    }

    /// A time that an event may have; −1 for the event's own.
    private func checked(_ time: Int64?, _ place: Int) throws(ProjectionError) -> Int64 {
        guard let time else { return -1 }
        guard time >= 0, time <= EventTime.last else {
            throw ProjectionError(
                "the time \(time) is not between 1970 and the year 9999 (in milliseconds since 1970)",
                view: views[place].name)
        }
        return time
    }

    /// A field is either set or incremented (Projections.md, "Kinds of views"): a hash says which are its sums.
    private func checkField(_ place: Int, isSum: Bool) throws(ProjectionError) {
        let view = views[place].ownership
        guard view != .shared, isSum || !views[place].sums.isEmpty else { return }
        var isDeclared = false
        for sum in views[place].sums where names.bytes.span.isEqual(to: sum.span) { isDeclared = true }
        if isDeclared == isSum { return }
        let field = names.bytes.span.readable
        throw ProjectionError(
            isSum
                ? "`\(field)` is incremented, but the view's `sums` do not name it: add it there"
                : "`\(field)` is one of the view's `sums`, which can only be incremented",
            view: views[place].name)
    }

    private mutating func writeName<Name: RowValue & ~Copyable & ~Escapable>(
        _ name: borrowing Name, _ place: Int
    ) throws(ProjectionError) {
        names.begin(.member)
        do throws(ProjectionError) { try name.write(to: &names) } catch { throw named(place, error) }
    }

    // MARK: - Recording

    mutating func record(_ operation: ChangeCode.Operation, _ declaration: Int32) throws(ProjectionError) {
        fold.record(operation, view: try place(declaration))
    }

    mutating func set<Name: RowValue & ~Copyable & ~Escapable, Value: RowValue & ~Copyable & ~Escapable>(
        _ declaration: Int32, _ name: borrowing Name, to value: borrowing Value
    ) throws(ProjectionError) {
        let place = try place(declaration)
        let replaces = views[place].ownership == .whole
        try writeName(name, place)
        try checkField(place, isSum: false)
        values.begin(.field)
        do throws(ProjectionError) { try value.write(to: &values) } catch { throw named(place, error) }
        if names.outcome != .value { return }
        switch values.outcome {
        case .value:
            fold.record(.setField, view: place, replaces: replaces, name: names.bytes, value: values.bytes)
        case .nothing where !replaces, .unavailable where !replaces: return
        case .unavailable:
            throw ProjectionError(
                "field `\(names.bytes.span.readable)` of a row that is written whole is not in the event (TOAST): "
                    + "`ALTER TABLE … REPLICA IDENTITY FULL` makes it part of every event", view: views[place].name)
        case .nothing, .null:
            fold.record(.unsetField, view: place, replaces: replaces, name: names.bytes)
        }
    }

    mutating func unset<Name: RowValue & ~Copyable & ~Escapable>(
        _ declaration: Int32, _ name: borrowing Name
    ) throws(ProjectionError) {
        let place = try place(declaration)
        try writeName(name, place)
        if names.outcome == .value { fold.record(.unsetField, view: place, name: names.bytes) }
    }

    mutating func setDocumentField<Name: RowValue & ~Copyable & ~Escapable, Value: RowValue & ~Copyable & ~Escapable>(
        _ declaration: Int32, _ name: borrowing Name, to value: borrowing Value
    ) throws(ProjectionError) {
        let place = try place(declaration)
        try writeName(name, place)
        values.begin(.document)
        do throws(ProjectionError) { try value.write(to: &values) } catch { throw named(place, error) }
        if names.outcome != .value { return }
        if values.outcome == .value {
            fold.record(.setDocument, view: place, replaces: false, name: names.bytes, value: values.bytes)
        } else {
            fold.record(.setDocument, view: place, name: names.bytes)
        }
    }

    mutating func incrementField<Name: RowValue & ~Copyable & ~Escapable>(
        _ declaration: Int32, _ name: borrowing Name, by number: Int64, time: Int64? = nil
    ) throws(ProjectionError) {
        let place = try place(declaration)
        try checkNumber(number, place)
        try writeName(name, place)
        try checkField(place, isSum: true)
        let time = try checked(time, place)
        if names.outcome != .value { return }
        fold.record(.incrementField, view: place, time: time, name: names.bytes, number: number)
    }

    mutating func incrementCounter(_ declaration: Int32, by number: Int64) throws(ProjectionError) {
        let place = try place(declaration)
        try checkNumber(number, place)
        fold.record(.incrementCounter, view: place, number: number)
    }

    mutating func incrementMember<Member: RowValue & ~Copyable & ~Escapable>(
        _ declaration: Int32, _ member: borrowing Member, by number: Int64
    ) throws(ProjectionError) {
        let place = try place(declaration)
        try checkNumber(number, place)
        try writeMember(member, place)
        if names.outcome != .value { return }
        fold.record(.incrementMember, view: place, name: names.bytes, number: number)
    }

    mutating func change<Member: RowValue & ~Copyable & ~Escapable>(
        _ operation: ChangeCode.Operation, _ declaration: Int32, _ member: borrowing Member, score: Double = 0,
        time: Int64? = nil
    ) throws(ProjectionError) {
        let place = try place(declaration)
        guard score.isFinite else {
            throw ProjectionError("a score must be a finite number, not \(score)", view: views[place].name)
        }
        try writeMember(member, place)
        let time = try checked(time, place)
        if names.outcome != .value { return }
        fold.record(operation, view: place, time: time, name: names.bytes, score: score == 0 ? 0 : score)
    }

    private mutating func writeMember<Member: RowValue & ~Copyable & ~Escapable>(
        _ member: borrowing Member, _ place: Int
    ) throws(ProjectionError) {
        try writeName(member, place)
        guard views[place].ownership == .member, names.outcome == .value else { return }
        guard hasKey, names.bytes.span.isEqual(to: key.span) else {
            throw ProjectionError(
                "`\(names.bytes.span.readable)` is not the event's key, and the members of a view `ofKeys` are",
                view: views[place].name)
        }
    }
}
