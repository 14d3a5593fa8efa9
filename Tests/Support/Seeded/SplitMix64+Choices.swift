public import Bytes

extension SplitMix64 {
    /// A number from 0 up to, not including, `bound`.
    public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True in so many of a hundred cases.
    public mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    public mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    /// The bytes of a text with up to seven of them changed, left out, or begun again.
    public mutating func mutated(_ text: [UInt8]) -> [UInt8] {
        var bytes = text
        for _ in 0...below(6) where !bytes.isEmpty {
            let place = below(bytes.count)
            switch below(3) {
            case 0: bytes[place] = UInt8(below(256))
            case 1: bytes.remove(at: place)
            default: bytes.insert(contentsOf: bytes[place...].prefix(below(40)), at: place)
            }
        }
        return bytes
    }
}
