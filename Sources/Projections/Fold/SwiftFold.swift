package import Bytes

/// Folds what code says of an event, change by change, into a changeset: the Swift form's counterpart of `Fold`, with the
/// same keys, times and limits.
///
/// `begin`, then any number of `record`, then `finish`: until then nothing is in the changeset. In steady state nothing is
/// allocated.
package struct SwiftFold: ~Copyable {
    /// A row that the event changes, and its changes in order.
    ///
    /// (Not private: Swift 6.3.1 then compiles no module that stores a fold, "Broken module found".)
    struct Row {
        var view: Int
        /// Of which time; −1 is the event's.
        var time: Int64
        var first: Int32
        var last: Int32
    }

    /// A change, and the next one of its row; −1 is the end.
    struct Call {
        var change: StagedChange
        var next: Int32 = -1
    }

    let plan: ProjectionPlan
    let program: FoldProgram
    var stage = FoldStage()
    private var rows = ReusableArray<Row>()
    private var calls = ReusableArray<Call>()

    /// `plan` has views without rules; `naming` says what is before each row's key.
    package init(plan: ProjectionPlan, naming: RowNaming, limits: Limits = Limits()) {
        self.plan = plan
        program = FoldProgram(viewsOf: plan, prefix: naming.prefix, longestKey: limits.keyBytes)
    }

    /// Forgets what was recorded.
    package mutating func begin() {
        stage.removeAll()
        rows.removeAll()
        calls.removeAll(keeping: 1 << 16)
    }

    /// Records a change of `view` (its place in the plan).
    ///
    /// - time: the bucket's or the member's time in milliseconds since 1970; −1 is the event's.
    /// - replaces: the event's changes of this row are its whole new content: what it held is deleted first.
    package mutating func record(
        _ operation: ChangeCode.Operation, view: Int, time: Int64 = -1, replaces: Bool = false,
        name: borrowing ByteBuffer, number: Int64 = 0, score: Double = 0
    ) {
        var change = StagedChange(operation: operation)
        change.name = stage.add(name)
        change.nameHash = ByteHash.hash(name.span, seed: program.seed)
        change.number = number
        change.score = score
        append(change, view: view, time: time, replaces: replaces)
    }

    /// Records that a field of `view` is set; of a document, what JSON it is.
    package mutating func record(
        _ operation: ChangeCode.Operation, view: Int, replaces: Bool, name: borrowing ByteBuffer,
        value: borrowing ByteBuffer
    ) {
        var change = StagedChange(operation: operation)
        change.name = stage.add(name)
        change.nameHash = ByteHash.hash(name.span, seed: program.seed)
        change.value = operation == .setDocument ? stage.addMember(name, value) : stage.add(value)
        append(change, view: view, time: -1, replaces: replaces)
    }

    /// Records a change of the whole row, or of a counter.
    package mutating func record(_ operation: ChangeCode.Operation, view: Int, number: Int64 = 0) {
        var change = StagedChange(operation: operation)
        change.number = number
        append(change, view: view, time: -1, replaces: false)
    }

    private mutating func append(_ change: StagedChange, view: Int, time: Int64, replaces: Bool) {
        let (row, isNew) = row(view, time)
        if isNew, replaces { append(StagedChange(operation: .delete), to: row) }
        append(change, to: row)
    }

    private mutating func row(_ view: Int, _ time: Int64) -> (Int, isNew: Bool) {
        var index = rows.count - 1
        while index >= 0 {
            if rows[index].view == view, rows[index].time == time { return (index, false) }
            index -= 1
        }
        rows.append(Row(view: view, time: time, first: -1, last: -1))
        return (rows.count - 1, true)
    }

    private mutating func append(_ change: StagedChange, to row: Int) {
        let index = Int32(calls.count)
        calls.append(Call(change: change))
        if rows[row].last >= 0 { calls[Int(rows[row].last)].next = index } else { rows[row].first = index }
        rows[row].last = index
    }

    /// Lets all that was recorded enter `changes`, or nothing of it: then the event is bad, or the changeset must close.
    package mutating func finish(
        _ event: borrowing Event, decoded: borrowing DecodedValue, into changes: inout Changeset
    ) -> ProjectionOutcome {
        if rows.isEmpty { return .projected }
        do throws(FoldFault) {
            try program.checkKey(event, decoded, &stage.scratch)
            for index in rows.indices {
                do throws(FoldFault) {
                    try stageRow(rows[index], event, decoded)
                } catch {
                    throw error.of(view: rows[index].view)
                }
            }
        } catch {
            return .bad(program.describe(error, of: plan, event, decoded))
        }
        guard changes.canAdd(sums: stage.sums, scores: stage.scores) else { return .changesetMustCloseFirst }
        stage.apply(event, program, to: &changes)
        return .projected
    }

    private mutating func stageRow(
        _ row: Row, _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) throws(FoldFault) {
        let view = program.views[program.viewCode(row.view, of: plan, event)]
        var time = row.time
        let isDeleted = calls[Int(row.last)].change.operation == .delete
        let isTimed = view.everySeconds > 0 || view.keep > 0 || view.timeToLive > 0 && !isDeleted
        if time < 0, isTimed {
            if stage.time == nil { stage.time = try program.time(event, decoded) }
            time = stage.time ?? 0
        }
        let bucket = view.everySeconds == 0 ? 0 : time / 1000 / view.everySeconds * view.everySeconds
        let key = try program.stageKey(of: view, bucket: bucket, event, decoded, into: &stage)
        let start = stage.changes.count
        if view.shape == .document {
            try stageDocument(row, event, decoded)
        } else {
            var at = row.first
            while at >= 0 {
                let call = calls[Int(at)]
                at = call.next
                try stageChange(call.change, of: view, time, event, decoded)
            }
        }
        var staged = StagedRow(
            view: view.view, shape: view.shape, keep: view.keep, key: key,
            changes: TableRange(start: Int32(start), end: Int32(stage.changes.count)))
        if view.everySeconds > 0 {
            staged.deadline = (bucket + view.everySeconds) * 1000 + view.retainMilliseconds
        } else if view.timeToLive > 0, !isDeleted {
            staged.deadline = time + view.timeToLive
        }
        stage.rows.append(staged)
    }

    private mutating func stageChange(
        _ recorded: StagedChange, of view: ViewCode, _ time: Int64, _ event: borrowing Event,
        _ decoded: borrowing DecodedValue
    ) throws(FoldFault) {
        var change = recorded
        switch change.operation {
        case .setAllFields: return try program.stageAllFields(event, decoded, into: &stage)
        case .addNewest: change.score = Double(time)
        case .incrementMember: stage.addScore(change.number.magnitude)
        case .incrementField, .incrementCounter: stage.addSum(change.number.magnitude)
        default: break
        }
        stage.changes.append(change)
    }

    /// A document's fields become one object; the last of a name stays, and what comes before a delete is forgotten.
    private mutating func stageDocument(
        _ row: Row, _ event: borrowing Event, _ decoded: borrowing DecodedValue
    ) throws(FoldFault) {
        var from = row.first
        var at = row.first
        while at >= 0 {
            let call = calls[Int(at)]
            at = call.next
            switch call.change.operation {
            case .delete:
                from = at
                stage.changes.append(call.change)
            case .setAllDocument:
                from = at
                var change = call.change
                change.value = try program.stageWhole(event, decoded)
                stage.changes.append(change)
            default: break
            }
        }
        guard from >= 0 else { return }
        let start = stage.bytes.count
        stage.bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        while from >= 0 {
            let call = calls[Int(from)]
            from = call.next
            if call.change.value.count == 0 || isRepeated(call.change, from) { continue }
            if !isFirst { stage.bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            stage.repeatBytes(call.change.value.range)
        }
        stage.bytes.append(UInt8(ascii: "}"))
        var change = StagedChange(operation: .setDocument)
        change.value = stage.text(from: start)
        stage.changes.append(change)
    }

    /// Whether one of the calls from `at` on has the same name.
    private func isRepeated(_ change: StagedChange, _ start: Int32) -> Bool {
        var at = start
        while at >= 0 {
            let other = calls[Int(at)].change
            if other.nameHash == change.nameHash,
                stage.bytes.span(other.name.range).isEqual(to: stage.bytes.span(change.name.range))
            {
                return true
            }
            at = calls[Int(at)].next
        }
        return false
    }
}

extension FoldProgram {
    /// The views alone: first as values' events see them, then for each topic as its tombstones see them, where the record
    /// key supplies the topic's declared path.
    init(viewsOf plan: ProjectionPlan, prefix: String, longestKey: Int) {
        self.init()
        self.longestKey = longestKey
        self.prefix = text(prefix)
        for (index, viewPlan) in plan.views.enumerated() { views.append(view(viewPlan, index, topic: nil)) }
        for (topicIndex, topic) in plan.topics.enumerated() {
            topics.append(self.topic(topicIndex, of: plan))
            for (index, viewPlan) in plan.views.enumerated() { views.append(view(viewPlan, index, topic: topic)) }
        }
    }

    /// The place in `views` of a view for this event, in a program of views alone.
    func viewCode(_ view: Int, of plan: ProjectionPlan, _ event: borrowing Event) -> Int {
        event.value == nil ? (1 + event.topic) * plan.views.count + view : view
    }
}

extension FoldStage {
    mutating func add(_ text: borrowing ByteBuffer) -> StagedText {
        let start = bytes.count
        bytes.append(text.span)
        return self.text(from: start)
    }

    /// Appends an object's member.
    mutating func addMember(_ name: borrowing ByteBuffer, _ value: borrowing ByteBuffer) -> StagedText {
        let start = bytes.count
        JSONText.quote(name.span, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(value.span)
        return self.text(from: start)
    }

    /// Appends the bytes of `range` once more.
    mutating func repeatBytes(_ range: Range<Int>) {
        bytes.reserve(range.count)
        for index in range { bytes.append(bytes[index]) }
    }

    mutating func addSum(_ magnitude: UInt64) {
        let (sum, overflow) = sums.addingReportingOverflow(magnitude)
        sums = overflow ? .max : sum
    }

    mutating func addScore(_ magnitude: UInt64) {
        let (sum, overflow) = scores.addingReportingOverflow(magnitude)
        scores = overflow ? .max : sum
    }
}
