import Bytes

extension FoldProgram {
    /// Compiles a plan: for each topic the steps of each named type, of any other, and of tombstones.
    init(_ plan: ProjectionPlan, prefix: String, longestKey: Int) {
        self.init()
        self.longestKey = longestKey
        self.prefix = text(prefix)
        for (topic, topicPlan) in plan.topics.enumerated() {
            let views = plan.views.indices.filter { plan.views[$0].topics.contains(topic) }
            var code = self.topic(topic, of: plan)
            code.any = steps(views, of: plan, topic: nil) { $0 == .any ? 1 : 0 }
            let isDebezium = topicPlan.format.envelope == .debezium
            code.tombstone =
                isDebezium
                ? steps(
                    views.filter { DebeziumDelete.fitsTombstone(plan.views[$0], topicPlan) }, of: plan, topic: topicPlan
                ) { $0 == DebeziumDelete.name ? 1 : 0 }
                : steps(views, of: plan, topic: topicPlan) { $0 == .tombstone ? 1 : 0 }
            topics.append(code)
            let texts =
                isDebezium
                ? DebeziumOperation.allCases.map(\.text) : Self.typeNames(views.map { plan.views[$0] })
            for name in texts {
                let names = topicPlan.eventNames(ofType: name)
                let rows = steps(views, of: plan, topic: nil) { event in
                    names.firstIndex(of: event).map { names.count - $0 } ?? 0
                }
                let text = self.text(name)
                let hash = ByteHash.hash(pool.span(text.range), seed: seed ^ UInt64(topic))
                types.append(TypeCode(topic: Int32(topic), name: text, hash: hash, steps: rows))
            }
        }
        fillTypeSlots()
    }

    /// What a topic's events have, without its steps.
    mutating func topic(_ topic: Int, of plan: ProjectionPlan) -> TopicCode {
        let topicPlan = plan.topics[topic]
        var code = TopicCode(keyPath: Int32(topicPlan.keyPath ?? -1))
        code.type = plan.type(ofTopic: topic).map { source($0, topic: nil) }
        if case .path(let index, _)? = plan.type(ofTopic: topic) { code.typePath = Int32(index) }
        if let time = plan.time(ofTopic: topic) {
            code.time = source(time.source, topic: nil)
            code.time?.isBinary = time.isBinary
            code.timeUnit = time.unit
            if case .path(let index, _) = time.source, topicPlan.format.envelope == .debezium, time.unit == nil {
                code.timeNeedsUnit = plan.paths[index].root == .data
            }
        }
        code.isJSON = topicPlan.format.encoding == .json
        code.keyColumns = Self.append(topicPlan.keyColumns.map { Int32($0) }, to: &columns)
        return code
    }

    /// The types that some of these views have a rule for.
    private static func typeNames(_ views: [ViewPlan]) -> [String] {
        var names: [ExactText] = []
        for rules in views.flatMap(\.rules) {
            if case .named(let name) = rules.event, !names.contains(ExactText(name)) { names.append(ExactText(name)) }
        }
        return names.map(\.text)
    }

    private mutating func fillTypeSlots() {
        var size = 4
        while size < types.count * 2 { size *= 2 }
        typeSlots = ContiguousArray(repeating: 0, count: size)
        for index in types.indices {
            var slot = Int(truncatingIfNeeded: types[index].hash) & (size - 1)
            while typeSlots[slot] != 0 { slot = (slot + 1) & (size - 1) }
            typeSlots[slot] = Int32(index + 1)
        }
    }

    /// The steps of the views that have a rule: of each view the rules with the highest `rank` above 0. For tombstones
    /// `topic` says which path the record key supplies.
    private mutating func steps(
        _ indices: [Int], of plan: ProjectionPlan, topic: TopicPlan?, rank: (EventName) -> Int
    ) -> TableRange {
        var found: [StepCode] = []
        for index in indices {
            let view = plan.views[index]
            guard let best = view.rules.max(by: { rank($0.event) < rank($1.event) }), rank(best.event) > 0 else {
                continue
            }
            let code = self.view(view, index, topic: topic)
            views.append(code)
            let compiled = best.rules.map { rule($0, of: view, topic: topic) }
            found.append(StepCode(view: Int32(views.count - 1), rules: Self.append(compiled, to: &self.rules)))
        }
        return Self.append(found, to: &self.steps)
    }

    mutating func view(_ view: ViewPlan, _ index: Int, topic: TopicPlan?) -> ViewCode {
        var code = ViewCode(view: Int32(index), shape: EntryShape(view.kind))
        switch view.kind {
        case .latest(let keep): code.keep = Int64(keep)
        case .buckets(let every, let retain):
            code.everySeconds = max(every, 1)
            code.retainMilliseconds = retain
        default: break
        }
        code.timeToLive = view.timeToLive?.milliseconds ?? 0
        code.key = template(view.key, topic: topic)
        switch view.member {
        case .value(let value)?:
            code.memberKind = .value
            code.memberSource = source(value, topic: topic)
        case .template(let parts)?:
            code.memberKind = .template
            code.member = template(parts, topic: topic)
        case nil: break
        }
        return code
    }

    private mutating func rule(_ rule: Rule, of view: ViewPlan, topic: TopicPlan?) -> RuleCode {
        let conditions = rule.conditions.map { condition in
            ConditionCode(
                source: source(condition.source, topic: topic),
                anyOf: Self.append(condition.anyOf.map { text($0) }, to: &self.texts))
        }
        let changes = rule.changes.map { change($0, of: view, topic: topic) }
        var needsTime = view.timeToLive != nil
        switch view.kind {
        case .latest, .buckets: needsTime = true
        default: break
        }
        if changes.allSatisfy({ $0.operation == .delete }) { needsTime = false }
        var code = RuleCode(
            conditions: Self.append(conditions, to: &self.conditions), changes: Self.append(changes, to: &self.changes),
            needsTime: needsTime)
        if view.kind == .hash, !needsTime, topic == nil { code.direct = directRow(changes, of: view) }
        return code
    }

    /// −1 unless all of it are paths of the value.
    private mutating func directRow(_ changes: [ChangeCode], of view: ViewPlan) -> Int32 {
        guard !changes.isEmpty, changes.count <= ChangesetEntry.chunk,
            changes.allSatisfy({ $0.operation == .setField && $0.source.kind == .path })
        else { return -1 }
        var key: [DirectPartCode] = []
        var literal = pool.span(prefix.range).array
        for part in view.key.parts {
            switch part {
            case .literal(let text): literal += Array(text.utf8)
            case .placeholder(.path(let index, _)):
                key.append(DirectPartCode(text: text(literal.span), path: Int32(index)))
                literal = []
            case .placeholder: return -1
            }
        }
        if !literal.isEmpty { key.append(DirectPartCode(text: text(literal.span), path: -1)) }
        var head = CommandBuffer()
        head.begin(2 + 2 * changes.count)
        head.argument("HSET")
        let fields = changes.map { DirectPartCode(text: $0.encodedName, path: $0.source.path) }
        directRows.append(
            DirectRowCode(
                head: text(head.bytes.span), key: Self.append(key, to: &directParts),
                fields: Self.append(fields, to: &directParts)))
        return Int32(directRows.count - 1)
    }

    private mutating func change(_ change: ChangePlan, of view: ViewPlan, topic: TopicPlan?) -> ChangeCode {
        switch change {
        case .setField(let name, let value): return named(.setField, name, source(value, topic: topic))
        case .unsetField(let name): return named(.unsetField, name)
        case .incrementField(let name, let number):
            var code = named(.incrementField, name, source(number, topic: topic))
            code.scale = number.scale
            return code
        case .setAll: return ChangeCode(operation: view.kind == .document ? .setAllDocument : .setAllFields)
        case .setDocument(let fields):
            let codes = fields.map { field in
                var name = ByteBuffer()
                JSONText.quote(Array(field.name.utf8).span, to: &name)
                name.append(UInt8(ascii: ":"))
                return DocumentFieldCode(name: text(name.span), source: source(field.value, topic: topic))
            }
            return ChangeCode(operation: .setDocument, fields: Self.append(codes, to: &self.fields))
        case .increment(let number):
            return numbered(view.kind == .counter ? .incrementCounter : .incrementMember, number, topic)
        case .maximum(let number): return numbered(.greatest, number, topic)
        case .minimum(let number): return numbered(.least, number, topic)
        case .score(let number): return numbered(.score, number, topic)
        case .add:
            if case .latest = view.kind { return ChangeCode(operation: .addNewest) }
            return ChangeCode(operation: .addMember)
        case .remove: return ChangeCode(operation: .removeMember)
        case .delete: return ChangeCode(operation: .delete)
        }
    }

    private mutating func named(
        _ operation: ChangeCode.Operation, _ name: String, _ source: Source = Source(.nothing)
    ) -> ChangeCode {
        var argument = CommandBuffer()
        argument.argument(text: name)
        let encoded = text(argument.bytes.span)
        let count = Int32(name.utf8.count)
        let text = PoolRange(start: encoded.start + encoded.count - 2 - count, count: count)
        let hash = ByteHash.hash(pool.span(text.range), seed: seed)
        return ChangeCode(operation: operation, name: text, encodedName: encoded, nameHash: hash, source: source)
    }

    private mutating func numbered(
        _ operation: ChangeCode.Operation, _ number: NumberSource, _ topic: TopicPlan?
    ) -> ChangeCode {
        ChangeCode(operation: operation, source: source(number, topic: topic), scale: number.scale)
    }

    private mutating func source(_ number: NumberSource, topic: TopicPlan?) -> Source {
        var code = source(number.source, topic: topic)
        code.isText = number.isText
        code.isBinary = number.isBinary
        return code
    }

    private mutating func template(_ template: TextTemplate, topic: TopicPlan?) -> TableRange {
        let compiled = template.parts.map { part in
            switch part {
            case .literal(let literal): TemplatePart(literal: text(literal), isLiteral: true)
            case .placeholder(let value): TemplatePart(source: source(value, topic: topic))
            }
        }
        return Self.append(compiled, to: &self.parts)
    }

    /// `topic` is given for tombstones: there the record key supplies the topic's path or columns, and other paths find
    /// nothing.
    mutating func source(_ value: ValueSource, topic: TopicPlan?) -> Source {
        switch value {
        case .path(let index, let isOptional):
            var code = Source(.path)
            if let topic, !topic.keyColumns.contains(index) {
                code = Source(topic.keyPath == index ? .key : .nothing)
            }
            code.path = Int32(index)
            code.isOptional = isOptional
            return code
        case .key: return Source(.key)
        case .timestamp: return Source(.timestamp)
        case .partition: return Source(.partition)
        case .offset: return Source(.offset)
        case .header(let name, let isOptional):
            var code = Source(.header)
            code.text = text(name)
            code.isOptional = isOptional
            return code
        case .constant(let constant):
            var code = Source(.constant)
            code.text = text(constant.text)
            code.isJSON = constant.isJSON
            return code
        }
    }

    mutating func text(_ text: String) -> PoolRange { self.text(Array(text.utf8).span) }

    private mutating func text(_ text: Span<UInt8>) -> PoolRange {
        let start = pool.count
        pool.append(text)
        return PoolRange(start: Int32(start), count: Int32(text.count))
    }

    private static func append<Code>(_ codes: [Code], to table: inout ContiguousArray<Code>) -> TableRange {
        let start = table.count
        table.append(contentsOf: codes)
        return TableRange(start: Int32(start), end: Int32(table.count))
    }
}
