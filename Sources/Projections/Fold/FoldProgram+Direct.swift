import Bytes

/// Where the slots of a direct row have their bytes: known once for an event, not asked for each slot.
private protocol SlotBytes {
    @_lifetime(copy value, copy event)
    static func bytes(_ slot: FoundValue, _ value: Span<UInt8>, _ event: borrowing Event) -> Span<UInt8>
}

private enum InValue: SlotBytes {
    @inline(__always)
    @_lifetime(copy value, copy event)
    static func bytes(_ slot: FoundValue, _ value: Span<UInt8>, _ event: borrowing Event) -> Span<UInt8> {
        value.extracting(slot.range)
    }
}

private enum Anywhere: SlotBytes {
    @inline(__always)
    @_lifetime(copy value, copy event)
    static func bytes(_ slot: FoundValue, _ value: Span<UInt8>, _ event: borrowing Event) -> Span<UInt8> {
        switch slot.place {
        case .value: return value.extracting(slot.range)
        case .key: if let key = event.key { return key.extracting(slot.range) }
        case .converted: return event.converted.extracting(slot.range)
        }
        return Span()
    }
}

/// The commonest change, a hash row whose fields are set to values of the event, goes into its command at once:
/// rows are not merged then, so that nothing needs to be staged.
extension FoldProgram {
    /// Writes the row's HSET; false, and nothing written, if something in this event is not as usual (left out,
    /// null, escaped, nested): then it is staged.
    @inline(__always)
    func encodeDirectly(
        _ index: Int32, _ event: borrowing Event, _ decoded: borrowing DecodedValue, into commands: inout CommandBuffer
    ) -> Bool {
        guard index >= 0, let value = event.value else { return false }
        return decoded.isInValue
            ? encode(directRows[Int(index)], value, event, decoded, InValue.self, into: &commands)
            : encodeAnywhere(directRows[Int(index)], value, event, decoded, into: &commands)
    }

    @inline(never)
    private func encodeAnywhere(
        _ row: DirectRowCode, _ value: Span<UInt8>, _ event: borrowing Event, _ decoded: borrowing DecodedValue,
        into commands: inout CommandBuffer
    ) -> Bool {
        encode(row, value, event, decoded, Anywhere.self, into: &commands)
    }

    @inline(__always)
    private func encode<Slots: SlotBytes>(
        _ row: DirectRowCode, _ value: Span<UInt8>, _ event: borrowing Event, _ decoded: borrowing DecodedValue,
        _: Slots.Type, into commands: inout CommandBuffer
    ) -> Bool {
        var keyCount = 0
        for index in row.key.range {
            let part = directParts[index]
            keyCount &+= Int(part.text.count)
            if part.path < 0 { continue }
            let slot = decoded.found[Int(part.path)]
            guard slot.kind == .string, slot.count > 0, KeyEscape.needsNone(Slots.bytes(slot, value, event)) else {
                return false
            }
            keyCount &+= Int(slot.count)
        }
        guard keyCount &- Int(prefix.count) <= longestKey else { return false }
        var room = keyCount &+ Int(row.head.count)
        for index in row.fields.range {
            let slot = decoded.found[Int(directParts[index].path)]
            guard slot.kind == .string || slot.kind == .number else { return false }
            room &+= Int(directParts[index].text.count) &+ Int(slot.count)
        }
        commands.begin(encoded: pool.span(row.head.range), room: room, arguments: 1 &+ row.fields.range.count)
        commands.beginArgument(keyCount)
        for index in row.key.range {
            let part = directParts[index]
            commands.continueArgument(pool.span(part.text.range))
            if part.path >= 0 { commands.continueArgument(Slots.bytes(decoded.found[Int(part.path)], value, event)) }
        }
        commands.endArgument()
        for index in row.fields.range {
            let slot = decoded.found[Int(directParts[index].path)]
            commands.continueArgument(pool.span(directParts[index].text.range))
            commands.beginArgument(Int(slot.count))
            commands.continueArgument(Slots.bytes(slot, value, event))
            commands.endArgument()
        }
        return true
    }
}
