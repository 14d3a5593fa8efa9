import Observing

/// What `lantern top` shows of the status, and what keys change about that; pure.
struct TopScreen {
    enum Order: String, CaseIterable {
        case name, lag, rate, parked

        var next: Order {
            switch self {
            case .name: .lag
            case .lag: .rate
            case .rate: .parked
            case .parked: .name
            }
        }
    }

    enum Wish: Equatable {
        case none, quit, suspend
    }

    private(set) var order = Order.lag
    private(set) var filter = ""
    private(set) var isFiltering = false
    private(set) var isPaused = false
    /// The projection whose partitions are shown.
    private(set) var opened: String?
    private(set) var selected = 0
    /// What is shown while it is paused.
    private var frozen: StatusModel?

    /// The newest status, or the one at which it was paused.
    func shown(_ newest: StatusModel) -> StatusModel { frozen ?? newest }

    /// Does what a key means.
    mutating func take(_ key: TopKey, _ newest: StatusModel) -> Wish {
        switch key {
        case .interrupt: return .quit
        case .suspend: return .suspend
        default: break
        }
        if isFiltering {
            type(key)
            return .none
        }
        switch key {
        case .up: selected = max(0, selected - 1)
        case .down: selected = min(max(0, rows(newest) - 1), selected + 1)
        case .enter:
            let names = projections(shown(newest)).map(\.name)
            if opened == nil, names.indices.contains(selected) { open(names[selected]) }
        case .escape, .backspace:
            if opened != nil { open(nil) } else { filter = "" }
        case .character("q"):
            if opened == nil { return .quit }
            open(nil)
        case .character("s"): order = order.next
        case .character("p"):
            isPaused.toggle()
            frozen = isPaused ? newest : nil
        case .character("/"): isFiltering = true
        case .character("k"): selected = max(0, selected - 1)
        case .character("j"): selected = min(max(0, rows(newest) - 1), selected + 1)
        case .character, .interrupt, .suspend: break
        }
        return .none
    }

    private mutating func open(_ name: String?) {
        opened = name
        selected = 0
    }

    private mutating func type(_ key: TopKey) {
        switch key {
        case .character(let character): filter.append(character)
        case .backspace: if !filter.isEmpty { filter.removeLast() }
        case .enter: isFiltering = false
        case .escape:
            isFiltering = false
            filter = ""
        default: break
        }
        selected = 0
    }

    private func rows(_ newest: StatusModel) -> Int {
        opened == nil ? projections(shown(newest)).count : partitions(shown(newest)).count
    }

    /// The projections that fit the filter, in the order that was chosen.
    func projections(_ model: StatusModel) -> [ProjectionStatus] {
        let fitting = model.projections.filter { opened != nil || filter.isEmpty || $0.name.contains(filter) }
        switch order {
        case .name: return fitting.sorted { $0.name < $1.name }
        case .lag: return fitting.sorted { ($0.topLag ?? .max, $1.name) > ($1.topLag ?? .max, $0.name) }
        case .rate: return fitting.sorted { ($0.rate, $1.name) > ($1.rate, $0.name) }
        case .parked: return fitting.sorted { ($0.parked, $1.name) > ($1.parked, $0.name) }
        }
    }

    /// The partitions of the projection that is open.
    func partitions(_ model: StatusModel) -> [PartitionStatus] {
        let partitions = model.projections.first { $0.name == opened }?.partitions ?? []
        let fitting = partitions.filter { filter.isEmpty || $0.name.contains(filter) || $0.state.contains(filter) }
        switch order {
        case .name, .rate: return fitting
        case .lag: return fitting.sorted { ($0.lag ?? .max) > ($1.lag ?? .max) }
        case .parked: return fitting.sorted { $0.parked > $1.parked }
        }
    }
}

extension ProjectionStatus {
    /// How many events it is behind; nil if that is not known of every partition.
    var topLag: Int64? {
        let lags = partitions.map(\.lag)
        return lags.isEmpty || lags.contains(nil) ? nil : lags.reduce(0) { $0 + ($1 ?? 0) }
    }
}
