import Foundation

/// The same numbers at every run (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
struct Randomness {
    private var state: UInt64 = 0x1a27_e511_0a57_0b5e

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Numbers below a bound by a Zipf law: the one of rank r comes 1/r^s as often as the first.
struct ZipfLaw {
    private var sums: [Double] = []

    init(count: Int, exponent: Double) {
        var sum = 0.0
        sums.reserveCapacity(count)
        for rank in 1...count {
            sum += exp2(-exponent * log2(Double(rank)))
            sums.append(sum)
        }
    }

    func draw(_ random: inout Randomness) -> Int {
        let wanted = Double(random.next() >> 11) * 0x1p-53 * (sums.last ?? 0)
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        // Neighbours in rank are no neighbours in name; 7919 is prime and divides no power of ten.
        return low * 7919 % sums.count
    }
}
