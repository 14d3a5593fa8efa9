import Bytes

/// The record key against what the topic declares of it (Projections.md, "Reading an event").
extension FoldProgram {
    /// The record key must be the text of the topic's declared path, or have its columns.
    @inline(__always)
    func checkKey(
        _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ scratch: inout ByteBuffer
    ) throws(FoldFault) {
        let topic = topics[event.topic]
        if topic.keyPath >= 0 {
            try checkText(topic.keyPath, event, decoded, &scratch)
        } else if !topic.keyColumns.isEmpty {
            try checkColumns(topic.keyColumns, event, decoded, &scratch)
        }
    }

    @inline(__always)
    private func checkText(
        _ path: Int32, _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ scratch: inout ByteBuffer
    ) throws(FoldFault) {
        guard let value = event.value else { return }
        let slot = decoded.found[Int(path)]
        if slot.kind == .string, slot.place == .value, let key = event.key,
            value.extracting(slot.range).isEqual(to: key)
        {
            return
        }
        var source = Source(.path)
        source.path = path
        let found = find(source, event, decoded)
        guard let key = event.key else { throw FoldFault(.recordKey, source) }
        switch found.kind {
        case .string, .number:
            guard bytes(found, source, event).isEqual(to: key) else { throw FoldFault(.recordKey, source) }
        case .escapedString, .yes, .no:
            scratch.truncate(to: 0)
            try appendText(found, source, event, to: &scratch)
            guard scratch.span.isEqual(to: key) else { throw FoldFault(.recordKey, source) }
        case .nothing, .null, .object, .array, .unavailable: throw FoldFault(.recordKey, source)
        }
    }

    /// Each column must be there with the text that the value has for it, and there must be no others: otherwise rows of
    /// one key could come from several partitions.
    private func checkColumns(
        _ columns: TableRange, _ event: borrowing Event, _ decoded: borrowing DecodedValue, _ scratch: inout ByteBuffer
    ) throws(FoldFault) {
        switch decoded.keyFault {
        case .missing: throw FoldFault(.noKey)
        case .unreadable: throw FoldFault(.unreadableKey)
        case .otherColumns: throw FoldFault(.otherColumns)
        case .otherSchema: throw FoldFault(.otherKeySchema)
        case nil: break
        }
        // A truncate concerns no row.
        if decoded.keyColumns.isEmpty { return }
        for (place, column) in columns.range.enumerated() {
            var source = Source(.path)
            source.path = self.columns[column]
            let key = decoded.keyColumns[place]
            let slot = decoded.found[Int(source.path)]
            // The key itself supplies it.
            if slot == key { continue }
            guard isSame(key, slot), try hasText(found(key), found(slot), source, event, &scratch) else {
                throw FoldFault(.keyColumn, source, scale: place)
            }
        }
    }

    /// Whether both are texts, or both numbers, or the same word.
    private func isSame(_ key: FoundValue, _ slot: FoundValue) -> Bool {
        switch (key.kind, slot.kind) {
        case (.string, .string), (.string, .escapedString), (.escapedString, .string),
            (.escapedString, .escapedString), (.number, .number), (.yes, .yes), (.no, .no):
            true
        default: false
        }
    }

    private func hasText(
        _ key: Found, _ found: Found, _ source: Source, _ event: borrowing Event, _ scratch: inout ByteBuffer
    ) throws(FoldFault) -> Bool {
        if key.kind == found.kind, key.kind != .escapedString {
            return bytes(key, source, event).isEqual(to: bytes(found, source, event))
        }
        scratch.truncate(to: 0)
        try appendText(key, source, event, to: &scratch)
        let middle = scratch.count
        try appendText(found, source, event, to: &scratch)
        return scratch.span(0..<middle).isEqual(to: scratch.span(middle..<scratch.count))
    }
}
