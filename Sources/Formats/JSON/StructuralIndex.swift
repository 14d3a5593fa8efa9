import CSimdjson
import Projections

/// The positions of one value's structure: from simdjson's first stage, or from `PortableStructure`.
///
/// It owns the memory of the positions, four bytes for each byte of the largest value up to 1 MiB; what a larger value
/// took is given back by `shrink`. Used by one thread at a time.
@safe
struct StructuralIndex: ~Copyable {
    /// The positions of the last value, ascending; after the last one comes the value's length. Valid until the next
    /// call.
    private(set) var positions: UnsafePointer<UInt32>
    private(set) var count = 0
    private let native: OpaquePointer?
    /// The positions that `PortableStructure` found.
    private var copied: UnsafeMutablePointer<UInt32>

    /// `isPortable`: never by simdjson, for tests.
    init(isPortable: Bool = false) {
        unsafe native = isPortable || lantern_structure_available() == 0 ? nil : lantern_structure_create()
        unsafe copied = .allocate(capacity: 1)
        unsafe copied.initialize(to: 0)
        unsafe positions = UnsafePointer(copied)
    }

    deinit {
        if let native = unsafe native { unsafe lantern_structure_destroy(native) }
        unsafe copied.deallocate()
    }

    /// For how large a value there is memory.
    var capacity: Int {
        if let native = unsafe native { unsafe lantern_structure_capacity(native) } else { count }
    }

    /// Finds the structure of `length` bytes. A fault is one of UTF-8 or of strings, or that there is nothing but blanks.
    @inline(__always)
    mutating func index(_ value: UnsafePointer<UInt8>, count length: Int) -> DecodeFault? {
        if let native = unsafe native {
            var indexes = unsafe lantern_structure_indexes()
            if unsafe lantern_structure_index(native, value, length, &indexes) == lantern_structure_ok {
                unsafe positions = indexes.positions
                count = unsafe Int(indexes.count)
                return nil
            }
        }
        return unsafe indexPortably(value, length)
    }

    /// After simdjson refused: what is wrong, or that only memory was missing.
    @inline(never)
    private mutating func indexPortably(_ value: UnsafePointer<UInt8>, _ length: Int) -> DecodeFault? {
        var portable = PortableStructure()
        if let fault = unsafe portable.index(value, count: length) { return fault }
        replaceCopy(by: portable.positions)
        count = portable.positions.count - 1
        return nil
    }

    /// Gives back what a value of more than `length` bytes took.
    @inline(never)
    mutating func shrink(below length: Int) {
        replaceCopy(by: [0])
        count = 0
        if let native = unsafe native { unsafe lantern_structure_shrink(native, length) }
    }

    private mutating func replaceCopy(by found: [UInt32]) {
        unsafe copied.deallocate()
        unsafe copied = .allocate(capacity: found.count)
        for index in found.indices { unsafe (copied + index).initialize(to: found[index]) }
        unsafe positions = UnsafePointer(copied)
    }
}
