/// A growable run of plain values with one owner, used again and again: what the hot path keeps for one event or one batch.
///
/// Unlike an array it is never shared, so that writing an element needs no check, and forgetting all of them is one
/// store.
@safe
@frozen
public struct ReusableArray<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<Element>
    /// For how many elements there is memory.
    @inlinable public var room: Int { capacity }
    @usableFromInline var capacity: Int
    @usableFromInline var used = 0
    @inlinable @inline(__always) public var count: Int { used }

    /// An empty one with room for `capacity` elements (at least 1).
    @inlinable
    public init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        unsafe base = .allocate(capacity: self.capacity)
    }

    /// `count` elements that are all the same.
    @inlinable
    public init(repeating element: Element, count: Int) {
        self.init(capacity: count)
        unsafe base.initialize(repeating: element, count: count)
        used = count
    }

    @inlinable
    deinit { unsafe base.deallocate() }

    @inlinable @inline(__always) public var isEmpty: Bool { used == 0 }
    @inlinable @inline(__always) public var indices: Range<Int> { 0..<used }

    @inlinable @inline(__always)
    public subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < used)
            return unsafe base[index]
        }
        set {
            precondition(index >= 0 && index < used)
            unsafe base[index] = newValue
        }
    }

    @inlinable @inline(__always)
    public mutating func append(_ element: Element) {
        if used == capacity { grow() }
        unsafe (base + used).initialize(to: element)
        used &+= 1
    }

    @usableFromInline @inline(never)
    mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        unsafe larger.update(from: base, count: used)
        unsafe base.deallocate()
        unsafe base = larger
        capacity *= 2
    }

    /// Forgets the elements from `count` on.
    @inlinable
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= used)
        used = count
    }

    /// Forgets all elements; the memory is kept unless it is for more than `limit` of them.
    @inlinable @inline(__always)
    public mutating func removeAll(keeping limit: Int = .max) {
        used = 0
        if capacity > limit { shrink(to: limit) }
    }

    @usableFromInline @inline(never)
    mutating func shrink(to limit: Int) {
        unsafe base.deallocate()
        capacity = max(limit, 1)
        unsafe base = .allocate(capacity: capacity)
    }
}
