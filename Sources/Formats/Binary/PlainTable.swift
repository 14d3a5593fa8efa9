/// Plain values in memory that a compiled schema owns: made once, never changed, and read without counting references.
@safe
struct PlainTable<Element: BitwiseCopyable> {
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        unsafe base = .allocate(capacity: max(elements.count, 1))
        count = elements.count
        for (index, element) in elements.enumerated() { unsafe (base + index).initialize(to: element) }
    }

    /// To be called once, by the owner.
    func deallocate() { unsafe base.deallocate() }

    @inline(__always)
    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count)
        return unsafe base[index]
    }

    /// `count` elements from `start` on; to be used no longer than their owner lives.
    @inline(__always)
    @_lifetime(immortal)
    func span(_ start: Int32, _ count: Int32) -> Span<Element> {
        precondition(start >= 0 && count >= 0 && Int(start) &+ Int(count) <= self.count)
        let span = unsafe Span(_unsafeStart: base + Int(start), count: Int(count))
        return unsafe _overrideLifetime(span, copying: ())
    }
}
