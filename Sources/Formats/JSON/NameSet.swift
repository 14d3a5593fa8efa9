import Bytes
import Projections

/// The names of the top object so far, in memory that is kept: finds one that occurs twice.
///
/// Names are compared unescaped. The hash is salted at random, so that no producer can prepare names that collide; the
/// salt decides nothing else.
@safe
struct NameSet: ~Copyable {
    private struct Place {
        var hash: UInt32 = 0
        var member: Int32 = 0
        /// The value in which the place was taken.
        var round: UInt64 = 0
    }

    private var places = [Place](repeating: Place(), count: 64)
    private var used = 0
    private var round: UInt64 = 0
    private let salt = UInt64.random(in: .min ... .max)
    private var text = ByteBuffer(capacity: 64)
    private var otherText = ByteBuffer(capacity: 64)

    /// Begins a new value.
    mutating func removeAll() {
        round += 1
        used = 0
        if places.count > 1 << 16 { places = [Place](repeating: Place(), count: 64) }
    }

    /// Adds the name of the next member; false if an earlier one has it.
    mutating func insert(_ name: FoundValue, after members: [DecodedValue.Member], in value: UnsafePointer<UInt8>)
        -> Bool
    {
        let hash = unsafe hash(of: name, in: value)
        var at = Int(hash) & (places.count - 1)
        while places[at].round == round {
            if places[at].hash == hash {
                let other = members[Int(places[at].member)].name
                if unsafe isSame(name, other, in: value) { return false }
            }
            at = (at + 1) & (places.count - 1)
        }
        places[at] = Place(hash: hash, member: Int32(truncatingIfNeeded: members.count), round: round)
        used += 1
        if used * 2 > places.count { grow() }
        return true
    }

    private mutating func grow() {
        let old = places
        places = [Place](repeating: Place(), count: old.count * 4)
        for place in old where place.round == round {
            var at = Int(place.hash) & (places.count - 1)
            while places[at].round == round { at = (at + 1) & (places.count - 1) }
            places[at] = place
        }
    }

    private mutating func hash(of name: FoundValue, in value: UnsafePointer<UInt8>) -> UInt32 {
        let start = unsafe value + Int(name.start)
        if name.kind == .string { return unsafe hash(start, Int(name.count)) }
        unsafe text.setUnescaped(start, count: Int(name.count))
        return unsafe text.span.withUnsafeBufferPointer { bytes in
            unsafe bytes.baseAddress.map { unsafe hash($0, bytes.count) } ?? hash(start, 0)
        }
    }

    private func hash(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        var state = salt ^ UInt64(truncatingIfNeeded: count)
        var at = 0
        while at < count {
            let left = count - at
            let word = unsafe namePrefix(bytes + at, count: min(left, 8), available: left)
            let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ salt | 1)
            state = product.high ^ product.low &+ salt
            at += 8
        }
        return UInt32(truncatingIfNeeded: state ^ state >> 32)
    }

    private mutating func isSame(_ name: FoundValue, _ other: FoundValue, in value: UnsafePointer<UInt8>) -> Bool {
        unsafe text.setUnescaped(value + Int(name.start), count: Int(name.count))
        unsafe otherText.setUnescaped(value + Int(other.start), count: Int(other.count))
        return text.span.isEqual(to: otherText.span)
    }
}
