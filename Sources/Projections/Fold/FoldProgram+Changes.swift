import Bytes

/// Evaluates one view's rules for an event into the stage.
extension FoldProgram {
    func stage(
        _ step: StepCode, _ event: borrowing Event, _ decoded: borrowing DecodedValue,
        into stage: inout FoldStage
    ) throws(FoldFault) {
        do throws(FoldFault) {
            guard let rule = try rule(of: step, event, decoded, &stage) else { return }
            try self.stage(rules[rule], of: views[Int(step.view)], event, decoded, into: &stage)
        } catch {
            throw error.of(view: Int(views[Int(step.view)].view))
        }
    }

    /// Evaluates one view's rules for an event into commands.
    func stream(
        _ step: StepCode, _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ stage: inout FoldStage,
        into unmerged: inout UnmergedChanges
    ) throws(FoldFault) {
        do throws(FoldFault) {
            guard let rule = try rule(of: step, event, decoded, &stage) else { return }
            if encodeDirectly(rules[rule].direct, event, decoded, into: &unmerged.commands) { return }
            stage.removeRows()
            try self.stage(rules[rule], of: views[Int(step.view)], event, decoded, into: &stage)
            stage.encode(event, self, into: &unmerged)
        } catch {
            throw error.of(view: Int(views[Int(step.view)].view))
        }
    }

    /// The first rule whose conditions hold.
    @inline(__always)
    private func rule(
        of step: StepCode, _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ stage: inout FoldStage
    ) throws(FoldFault) -> Int? {
        for index in step.rules.range {
            let conditions = rules[index].conditions
            if conditions.isEmpty { return index }
            if try holds(conditions, event, decoded, &stage) { return index }
        }
        return nil
    }

    private func stage(
        _ rule: RuleCode, of view: ViewCode, _ event: borrowing Event, _ decoded: borrowing DecodedValue,
        into stage: inout FoldStage
    ) throws(FoldFault) {
        if rule.needsTime, stage.time == nil { stage.time = try time(event, decoded) }
        let time = stage.time ?? 0
        let bucket = view.everySeconds == 0 ? 0 : time / 1000 / view.everySeconds * view.everySeconds
        let key = try stageKey(of: view, bucket: bucket, event, decoded, into: &stage)
        let start = stage.changes.count
        for index in rule.changes.range { try self.stage(changes[index], of: view, event, decoded, into: &stage) }
        guard stage.changes.count > start else { return }
        var row = StagedRow(
            view: view.view, shape: view.shape, keep: view.keep, key: key,
            changes: TableRange(start: Int32(start), end: Int32(stage.changes.count)))
        if view.everySeconds > 0 {
            row.deadline = (bucket + view.everySeconds) * 1000 + view.retainMilliseconds
        } else if view.timeToLive > 0, stage.changes[stage.changes.count - 1].operation != .delete {
            row.deadline = time + view.timeToLive
        }
        stage.rows.append(row)
    }

    func stageKey(
        of view: ViewCode, bucket: Int64, _ event: borrowing Event, _ decoded: borrowing DecodedValue,
        into stage: inout FoldStage
    ) throws(FoldFault) -> StagedText {
        let start = stage.bytes.count
        stage.bytes.append(pool.span(prefix.range))
        for index in view.key.range {
            if parts[index].isLiteral {
                stage.bytes.append(pool.span(parts[index].literal.range))
            } else {
                try appendKeyField(parts[index].source, event, decoded, to: &stage)
            }
        }
        if view.everySeconds > 0 {
            stage.bytes.append(UInt8(ascii: ":"))
            stage.bytes.append(decimal: bucket)
        }
        guard stage.bytes.count - start - Int(prefix.count) <= longestKey else { throw FoldFault(.keyLength) }
        return stage.text(from: start)
    }

    private func stage(
        _ code: ChangeCode, of view: ViewCode, _ event: borrowing Event, _ decoded: borrowing DecodedValue,
        into stage: inout FoldStage
    ) throws(FoldFault) {
        var change = StagedChange(
            operation: code.operation, encodedName: code.encodedName,
            name: StagedText(place: .pool, start: code.name.start, count: code.name.count), nameHash: code.nameHash)
        switch code.operation {
        case .setField:
            let found = find(code.source, event, decoded)
            switch found.kind {
            case .nothing:
                guard code.source.isOptional else { throw FoldFault(.missing, code.source) }
                return
            case .null: change.operation = .unsetField
            case .unavailable:
                guard decoded.keepsUnavailable else { throw FoldFault(.unavailable, code.source) }
                return
            default: change.value = try stageField(found, code.source, event, into: &stage)
            }
        case .unsetField, .delete: break
        case .setAllDocument: change.value = try stageWhole(event, decoded)
        case .incrementField, .incrementCounter:
            guard let number = try integer(code.source, scale: code.scale, event, decoded) else { return }
            change.number = number
            stage.sums += number.magnitude
        case .setAllFields: return try stageAllFields(event, decoded, into: &stage)
        case .setDocument: change.value = try stageDocument(code, event, decoded, into: &stage)
        case .incrementMember, .greatest, .least, .score, .addMember, .addNewest, .removeMember:
            guard try stageMember(code, of: view, event, decoded, &change, into: &stage) else { return }
        }
        stage.changes.append(change)
    }

    private func stageMember(
        _ code: ChangeCode, of view: ViewCode, _ event: borrowing Event, _ decoded: borrowing DecodedValue,
        _ change: inout StagedChange, into stage: inout FoldStage
    ) throws(FoldFault) -> Bool {
        var isWhole = true
        switch code.operation {
        case .incrementMember:
            if let number = try integer(code.source, scale: code.scale, event, decoded) {
                change.number = number
            } else {
                isWhole = false
            }
        case .greatest, .least, .score:
            if let score = try double(code.source, scale: code.scale, event, decoded) {
                change.score = score
            } else {
                isWhole = false
            }
        case .addNewest: change.score = Double(stage.time ?? 0)
        default: break
        }
        let start = stage.bytes.count
        if try !appendMember(view, event, decoded, to: &stage) { isWhole = false }
        guard isWhole else { return false }
        stage.scores += change.number.magnitude
        change.name = stage.text(from: start)
        change.nameHash = ByteHash.hash(stage.bytes.span(change.name.range), seed: seed)
        return true
    }

    /// What a hash field is set to: the bytes of the event if they are the text as it is, otherwise staged bytes.
    @inline(__always)
    private func stageField(
        _ found: Found, _ source: Source, _ event: borrowing Event, into stage: inout FoldStage
    ) throws(FoldFault) -> StagedText {
        if found.kind == .string || found.kind == .number, let place = found.place.staged {
            return StagedText(
                place: place, start: Int32(truncatingIfNeeded: found.start),
                count: Int32(truncatingIfNeeded: found.count))
        }
        let start = stage.bytes.count
        try appendField(found, source, event, to: &stage.bytes)
        return stage.text(from: start)
    }

    /// `set: all` of a hash: the row is deleted, then each member of the top object that is not null is a field.
    func stageAllFields(
        _ event: borrowing Event, _ decoded: borrowing DecodedValue, into stage: inout FoldStage
    ) throws(FoldFault) {
        guard event.value != nil, decoded.whole.kind == .object else { throw FoldFault(.notObject) }
        if decoded.repeatsName { throw FoldFault(.repeatedName) }
        if decoded.members.count == 2, decoded.isCopiedAsItCame, isInConnect(event) { throw FoldFault(.inConnect) }
        // Of a row that the event does not have whole, what it does not have stays; then it cannot begin with a delete.
        let isPartial = decoded.lacksMembers
        if isPartial, !decoded.keepsUnavailable { throw FoldFault(.unavailable) }
        if !isPartial { stage.changes.append(StagedChange(operation: .delete)) }
        for index in decoded.members.indices {
            let member = decoded.members[index]
            if member.value.kind == .unavailable || member.value.kind == .null && !isPartial { continue }
            var change = StagedChange(operation: member.value.kind == .null ? .unsetField : .setField)
            let from = stage.bytes.count
            try appendText(found(member.name), Source(.nothing), event, to: &stage.bytes)
            change.name = stage.text(from: from)
            change.nameHash = ByteHash.hash(stage.bytes.span(change.name.range), seed: seed)
            if change.operation == .setField {
                change.value = try stageField(found(member.value), Source(.nothing), event, into: &stage)
            }
            stage.changes.append(change)
        }
    }

    /// `set: all` of a document: the value's bytes as they came, or those of the data in it.
    func stageWhole(_ event: borrowing Event, _ decoded: borrowing DecodedValue) throws(FoldFault) -> StagedText {
        guard let value = event.value else { throw FoldFault(.notObject) }
        if decoded.repeatsName { throw FoldFault(.repeatedName) }
        if decoded.lacksMembers { throw FoldFault(.unavailable) }
        if decoded.isCopiedAsItCame {
            return StagedText(place: .value, count: Int32(truncatingIfNeeded: value.count))
        }
        let whole = found(decoded.whole)
        guard whole.kind != .nothing, let place = whole.place.staged else { throw FoldFault(.noData) }
        // A string's quotes are outside of its range.
        let quote = whole.kind == .string || whole.kind == .escapedString ? 1 : 0
        return StagedText(
            place: place, start: Int32(truncatingIfNeeded: whole.start - quote),
            count: Int32(truncatingIfNeeded: whole.count + 2 * quote))
    }

    /// `set: { … }` of a document: a new compact object.
    private func stageDocument(
        _ code: ChangeCode, _ event: borrowing Event, _ decoded: borrowing DecodedValue, into stage: inout FoldStage
    ) throws(FoldFault) -> StagedText {
        let start = stage.bytes.count
        stage.bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for index in code.fields.range {
            let source = fields[index].source
            let found = find(source, event, decoded)
            if found.kind == .null { continue }
            if found.kind == .nothing {
                guard source.isOptional else { throw FoldFault(.missing, source) }
                continue
            }
            if !isFirst { stage.bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            stage.bytes.append(pool.span(fields[index].name.range))
            try appendJSON(found, source, event, to: &stage.bytes)
        }
        stage.bytes.append(UInt8(ascii: "}"))
        return stage.text(from: start)
    }

    /// Appends a value with its JSON type.
    private func appendJSON(
        _ found: Found, _ source: Source, _ event: borrowing Event, to buffer: inout ByteBuffer
    ) throws(FoldFault) {
        let text = bytes(found, source, event)
        switch (found.kind, found.place) {
        case (.string, .value) where topics[event.topic].isJSON, (.escapedString, _):
            if found.kind == .escapedString, !JSONText.hasPairedSurrogates(text) { throw FoldFault(.surrogate, source) }
            buffer.append(UInt8(ascii: "\""))
            buffer.append(text)
            buffer.append(UInt8(ascii: "\""))
        case (.string, .pool) where source.isJSON: buffer.append(text)
        case (.string, _):
            do { _ = try UTF8Span(validating: text) } catch { throw FoldFault(.notUTF8, source) }
            JSONText.quote(text, to: &buffer)
        case (.object, _), (.array, _):
            guard JSONText.hasPairedSurrogates(text) else { throw FoldFault(.surrogate, source) }
            JSONText.compact(text, to: &buffer)
        default: try appendText(found, source, event, to: &buffer)
        }
    }
}
