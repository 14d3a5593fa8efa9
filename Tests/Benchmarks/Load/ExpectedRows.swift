import BenchmarkEvents

/// What the views must hold in the end, kept while the events are made: no decoder and no fold of Lantern's takes part.
///
/// A line a key: `h KEY FIELD VALUE…` a hash, `s KEY VALUE` a string, `z KEY MEMBER SCORE…` a sorted set; tabs between.
struct ExpectedRows {
    let kind: WorkloadKind
    private var last: [OrderEvent.Kind?]
    private var totals: [Int32]
    private var customers: [Int32]
    private var documents: [[UInt8]]
    private var sums: [(orders: Int, total: Int)]
    private var wide = WideRows()

    init(kind: WorkloadKind, keys: Int) {
        self.kind = kind
        let orders = kind == .counters ? 0 : keys
        last = Array(repeating: nil, count: orders)
        totals = Array(repeating: 0, count: orders)
        customers = Array(repeating: 0, count: orders)
        documents = Array(repeating: [], count: kind == .documents ? keys : 0)
        sums = Array(repeating: (0, 0), count: kind == .counters ? keys : 0)
        if kind == .orders { wide = WideRows(orders: keys) }
    }

    mutating func add(_ event: OrderEvent, value: Span<UInt8>) {
        switch kind {
        case .counters:
            sums[event.customer].orders += 1
            sums[event.customer].total += event.total
            return
        case .documents:
            var copy: [UInt8] = []
            copy.reserveCapacity(value.count)
            for index in value.indices { copy.append(value[index]) }
            documents[event.order] = copy
            return
        case .orders: wide.add(event)
        case .skewed, .debezium, .avro, .avro100, .protobuf: break
        }
        last[event.order] = event.kind
        totals[event.order] = Int32(event.total)
        customers[event.order] = Int32(event.customer)
    }

    /// `NAME.rows` in the folder for each workload that reads the topic.
    func write(to sink: (_ name: String) throws -> RowFile) throws {
        switch kind {
        case .orders:
            try writeOrders(to: try sink("upsert"))
            try wide.write(to: try sink("wide"))
        case .skewed, .debezium, .avro, .avro100, .protobuf: try writeOrders(to: try sink(kind.rawValue))
        case .counters:
            let file = try sink("counters")
            for (customer, sum) in sums.enumerated() where sum.orders > 0 {
                try file.add("h\tcustomer:c-\(customer)\torders\t\(sum.orders)\tcents\t\(sum.total)")
            }
            try file.close()
        case .documents:
            let file = try sink("documents")
            for (order, document) in documents.enumerated() where !document.isEmpty {
                try file.add(Array("s\torder:o-\(order)\t".utf8) + document)
            }
            try file.close()
        }
    }

    private func writeOrders(to file: RowFile) throws {
        for order in last.indices {
            guard let kind = last[order] else { continue }
            let status = OrderEvent.statusNames[kind.rawValue]
            try file.add(
                "h\torder:o-\(order)\tstatus\t\(status)\ttotal\t\(totals[order])\tcustomerId\tc-\(customers[order])")
        }
        try file.close()
    }
}
