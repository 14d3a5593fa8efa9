import Synchronization

/// What was written to two topics, by row and partition: what the rows are at any vector is found by a few searches.
final class PageLog: Sendable {
    /// One row's events in one partition, in order, with its value after each.
    private struct Steps {
        var offsets: [Int64] = []
        var values: [Int64] = []

        /// How many of them are below an offset.
        func count(below next: Int64) -> Int {
            var (low, high) = (0, offsets.count)
            while low < high {
                let middle = (low + high) / 2
                if offsets[middle] < next { low = middle + 1 } else { high = middle }
            }
            return low
        }

        mutating func add(_ offset: Int64, _ value: Int64) {
            offsets.append(offset)
            values.append(value)
        }
    }

    private struct State {
        var names: [Steps]
        /// By customer and partition.
        var sums: [[Steps]]
    }

    let orders: String
    let clients: String
    let customers: Int
    private let state: Mutex<State>

    init(orders: String, clients: String, customers: Int, partitions: Int) {
        self.orders = orders
        self.clients = clients
        self.customers = customers
        state = Mutex(
            State(
                names: Array(repeating: Steps(), count: customers),
                sums: Array(repeating: Array(repeating: Steps(), count: partitions), count: customers)))
    }

    /// An order of so many cents.
    func paid(_ customer: Int, cents: Int64, partition: Int, offset: Int64) {
        state.withLock { state in
            let before = state.sums[customer][partition].values.last ?? 0
            state.sums[customer][partition].add(offset, before + cents)
        }
    }

    /// A customer, whose events are all in one partition, has another name.
    func renamed(_ customer: Int, _ name: Int64, offset: Int64) {
        state.withLock { $0.names[customer].add(offset, name) }
    }

    // MARK: Rows at a vector, as the read API writes them

    /// Of view `client`. Customers are spread over the partitions by their numbers.
    func client(_ customer: Int, at vector: PageVector) -> String {
        let next = vector[clients]
        let partition = customer % PageScenario.partitions
        let name: Int64? = state.withLock { state in
            let steps = state.names[customer]
            let count = steps.count(below: next.indices.contains(partition) ? next[partition] : 0)
            return count == 0 ? nil : steps.values[count - 1]
        }
        return name.map { "{\"key\":\"client:c-\(customer)\",\"fields\":{\"name\":\"\($0)\"}}" } ?? "null"
    }

    private func sum(_ customer: Int, at vector: PageVector) -> (cents: Int64, orders: Int) {
        state.withLock { state in
            var (cents, orders) = (Int64(0), 0)
            for (partition, next) in vector[self.orders].enumerated() {
                let count = state.sums[customer][partition].count(below: next)
                if count > 0 { cents += state.sums[customer][partition].values[count - 1] }
                orders += count
            }
            return (cents, orders)
        }
    }

    /// Of view `revenue`.
    func revenue(_ customer: Int, at vector: PageVector) -> String {
        let (cents, orders) = sum(customer, at: vector)
        if orders == 0 { return "null" }
        return "{\"key\":\"revenue:c-\(customer)\",\"fields\":{\"cents\":\(cents),\"orders\":\(orders)}}"
    }

    /// Of view `place`: the customer among its two neighbours.
    func place(_ customer: Int, at vector: PageVector) -> String {
        var ranking: [(member: String, cents: Int64)] = []
        for each in 0..<customers {
            let (cents, orders) = sum(each, at: vector)
            if orders > 0 { ranking.append(("c-\(each)", cents)) }
        }
        ranking.sort { ($0.cents, $0.member) > ($1.cents, $1.member) }
        guard let own = ranking.firstIndex(where: { $0.member == "c-\(customer)" }) else { return "null" }
        let members = (max(0, own - 1)...min(ranking.count - 1, own + 1)).map { index in
            "{\"member\":\"\(ranking[index].member)\",\"score\":\(ranking[index].cents),\"rank\":\(index + 1)}"
        }
        return "{\"members\":[\(members.joined(separator: ","))],\"count\":\(ranking.count)}"
    }

    /// Of the query over all three.
    func page(_ customer: Int, at vector: PageVector) -> String {
        "{\"client\":\(client(customer, at: vector)),\"revenue\":\(revenue(customer, at: vector)),\"place\":\(place(customer, at: vector))}"
    }
}
