import Oracle

extension Scenario {
    /// The projection with other keys for orders, another sum of revenues, and one view less.
    func changedProjection() -> OracleProjection {
        var changed = projection
        changed.version = 2
        changed.views[0].key = OracleTemplate([.literal("order-v2:"), .placeholder(.path("orderId"))])
        changed.views[1].events = [
            OracleEventRules(
                .named("OrderPaid"),
                [
                    OracleRule(
                        .hash(
                            set: [], unset: [],
                            increment: [OracleIncrement("tenths", OracleNumber(.path("total"), scale: 3))]))
                ])
        ]
        changed.views.removeLast()
        return changed
    }
}
