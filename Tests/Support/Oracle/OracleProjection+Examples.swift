extension OracleProjection {
    /// The projection `orders` of `ExampleTests`.
    public static let orders = OracleProjection(
        name: "orders", topics: [Topic("orders", key: OraclePath(["orderId"]))], type: .path("type"),
        time: .path("at"),
        views: [
            OracleView(
                name: "order", kind: .hash,
                key: OracleTemplate([.literal("order:"), .placeholder(.path("orderId"))]),
                events: [
                    OracleEventRules(
                        .named("OrderPlaced"),
                        [
                            OracleRule(
                                .hash(
                                    set: [
                                        OracleField("status", .plain("placed")), OracleField("total", .path("total")),
                                        OracleField("customer", .path("customerId")),
                                        OracleField("placedAt", .path("at")), OracleField("note", .path("note?")),
                                    ], unset: [], increment: []))
                        ]),
                    OracleEventRules(
                        .named("OrderPaid"),
                        [OracleRule(.hash(set: [OracleField("status", .plain("paid"))], unset: [], increment: []))]),
                    OracleEventRules(.named("OrderDeleted"), [OracleRule(.delete)]),
                ]),
            OracleView(
                name: "customer-revenue", kind: .hash,
                key: OracleTemplate([.literal("customer-revenue:"), .placeholder(.path("customerId"))]),
                events: [
                    OracleEventRules(
                        .named("OrderPaid"),
                        [
                            OracleRule(
                                .hash(
                                    set: [], unset: [],
                                    increment: [
                                        OracleIncrement("cents", OracleNumber(.path("total"), scale: 2)),
                                        OracleIncrement("orders", OracleNumber(.plain("1"))),
                                    ]))
                        ])
                ]),
            OracleView(
                name: "top-customers", kind: .sortedSet, key: OracleTemplate([.literal("customers:by-revenue")]),
                member: .value(.path("customerId")),
                events: [
                    OracleEventRules(
                        .named("OrderPaid"), [OracleRule(.increment(OracleNumber(.path("total"), scale: 2)))])
                ]),
            OracleView(
                name: "latest-orders", kind: .latest(keep: 100), key: OracleTemplate([.literal("orders:latest")]),
                member: .value(.path("orderId")), events: [OracleEventRules(.named("OrderPlaced"), [OracleRule(.add)])]),
            OracleView(
                name: "orders-per-minute", kind: .buckets(everySeconds: 60, retainSeconds: 86_400),
                key: OracleTemplate([.literal("orders:per-minute")]),
                events: [
                    OracleEventRules(.named("OrderPlaced"), [OracleRule(count("placed"))]),
                    OracleEventRules(.named("OrderPaid"), [OracleRule(count("paid"))]),
                ]),
        ])

    /// The projection `customers` of `ExampleTests`.
    public static let customers = OracleProjection(
        name: "customers", topics: [Topic("customers", compacted: true)],
        views: [
            OracleView(
                name: "customer", kind: .hash,
                key: OracleTemplate([.literal("customer:"), .placeholder(.key)]),
                ttl: OracleView.TimeToLive(milliseconds: 30 * 86_400_000, approximate: false),
                events: [
                    OracleEventRules(.any, [OracleRule(.setAll)]),
                    OracleEventRules(.tombstone, [OracleRule(.delete)]),
                ])
        ])

    private static func count(_ field: String) -> OracleAction {
        .hash(set: [], unset: [], increment: [OracleIncrement(field, OracleNumber(.plain("1")))])
    }
}
