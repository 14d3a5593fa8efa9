internal import CRdkafka

/// A client's topics by place, with librdkafka's handle for each, which it keeps alive.
///
/// While a handle is held, every message of the topic points at this same handle: finding the place compares pointers.
/// Whoever owns it calls `release()` before the client is destroyed.
@safe
struct TopicHandles {
    private(set) var names: [String] = []
    private var handles: ContiguousArray<OpaquePointer> = unsafe []
    private var lastPlace = 0

    /// Adds a topic and returns its place; nil if librdkafka refuses the name.
    mutating func add(_ name: String, client: OpaquePointer) -> Int? {
        guard let handle = unsafe rd_kafka_topic_new(client, name, nil) else { return nil }
        unsafe handles.append(handle)
        names.append(name)
        return names.count - 1
    }

    func handle(_ place: Int) -> OpaquePointer { unsafe handles[place] }

    /// The place of the topic that librdkafka calls `handle`; −1 if it is not one of these.
    @inline(__always)
    mutating func place(of handle: OpaquePointer?) -> Int {
        if unsafe lastPlace < handles.count && handles[lastPlace] == handle { return lastPlace }
        return unsafe search(handle)
    }

    @inline(never)
    private mutating func search(_ handle: OpaquePointer?) -> Int {
        guard let handle = unsafe handle else { return -1 }
        for place in unsafe handles.indices where unsafe handles[place] == handle {
            lastPlace = place
            return place
        }
        // An error may carry a handle that has only the name.
        return unsafe place(named: String(cString: rd_kafka_topic_name(handle)))
    }

    /// The place of the topic of that name; −1 if there is none.
    func place(named name: String) -> Int { names.firstIndex(of: name) ?? -1 }

    mutating func release() {
        for place in unsafe handles.indices { unsafe rd_kafka_topic_destroy(handles[place]) }
        unsafe handles.removeAll()
    }
}
