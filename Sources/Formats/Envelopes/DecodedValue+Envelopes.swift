package import Bytes
package import Projections

extension DecodedValue {
    /// Forgets what the last event had beside its slots.
    mutating func begin(isCopiedAsItCame: Bool) {
        converted.removeAll(keeping: 1 << 16)
        members.removeAll(keepingCapacity: true)
        repeatsName = false
        whole = FoundValue()
        self.isCopiedAsItCame = isCopiedAsItCame
        lacksMembers = false
        keepsUnavailable = false
        isWithoutData = false
    }

    /// Takes over the members, and of what they are.
    mutating func takeMembers(of fields: inout DecodedValue) {
        swap(&members, &fields.members)
        repeatsName = fields.repeatsName
        whole = fields.whole
    }

    /// Moves all slots in converted bytes, which were put behind others.
    mutating func move(by offset: UInt32) {
        if offset == 0 { return }
        for index in found.indices { found[index].start &+= offset }
        for index in members.indices {
            members[index].name.start &+= offset
            members[index].value.start &+= offset
        }
        whole.start &+= offset
    }
}

extension FoundValue {
    var isText: Bool { kind == .string || kind == .escapedString }

    /// Appends a text without its escapes; false if one of them has no character.
    package func appendText(
        _ event: borrowing Event, _ converted: borrowing ByteBuffer, to buffer: inout ByteBuffer
    ) -> Bool {
        let bytes: Span<UInt8>
        switch place {
        case .value:
            guard let value = event.value else { return false }
            bytes = value.extracting(range)
        case .key:
            guard let key = event.key else { return false }
            bytes = key.extracting(range)
        case .converted: bytes = converted.span(range)
        }
        if kind == .escapedString { return JSONText.unescape(bytes, to: &buffer) }
        buffer.append(bytes)
        return true
    }

    /// Whether its bytes are exactly these.
    func isExactly(_ text: StaticString, _ event: borrowing Event, _ converted: borrowing ByteBuffer) -> Bool {
        guard Int(count) == text.utf8CodeUnitCount else { return false }
        switch place {
        case .value:
            guard let value = event.value else { return false }
            return Connect.begins(value.extracting(range), text)
        case .key:
            guard let key = event.key else { return false }
            return Connect.begins(key.extracting(range), text)
        case .converted: return Connect.begins(converted.span(range), text)
        }
    }
}

extension DecodeFault {
    /// The same fault, said of the plan's path where it is one of a field. `places` has each path's fields, or −1.
    func ofField(_ fields: [[String]], _ places: [Int32], placesPerPath: Int = 1) -> DecodeFault {
        guard case .repeatedName(let field, let at) = self else { return self }
        if let place = places.firstIndex(of: Int32(field)) {
            return .repeatedName(path: place / placesPerPath, at: at)
        }
        let name = fields.indices.contains(field) ? fields[field].joined(separator: ".") : "payload"
        return .repeatedField(name: name, at: at)
    }
}
