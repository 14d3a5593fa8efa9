import Configuration
import Foundation
import Projections
import Testing

@Suite struct `Declared queries` {
    /// Queries of two projections; the first line of `lines` is line 24, and its first column 3.
    private func with(_ lines: String, gateway: String = "{}") -> String {
        """
        kafka: { bootstrap.servers: b }
        redis: redis://r
        gateway: \(gateway)
        projections:
          shop:
            version: 1
            topics: { orders: { key: $.orderId } }
            type: $.type
            views:
              order: { hash: "order:{orderId}", events: { Placed: { set: { status: placed } } } }
              pair: { hash: "pair:{a}:{b}", events: { Paid: { increment: { cents: $.cents } } } }
              top: { sorted-set: "top", member: $.customer, events: { Paid: { increment: $.cents } } }
              minutes: { buckets: "minutes:{region}", every: 1m, retain: 1h, events: { Paid: { increment: { paid: 1 } } } }
          clients:
            version: 1
            topics: [clients]
            type: $.type
            changes: true
            views:
              client:
                hash: "client:{@key}"
                events: { Seen: { set: { name: $.name } } }
        queries:
        \(lines.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))

        """
    }

    private func query(_ reads: String, parameters: String = "{ id: string }") -> String {
        with("page:\n  parameters: \(parameters)\n  reads:\n    a: \(reads)")
    }

    @Test func `are read with everything they may have`() throws {
        let configuration = try parse(
            with(
                """
                page:
                  parameters: { id: string, customer: subject, count: integer }
                  reads:
                    order: { view: shop.order, key: "{id}" }
                    pair: { view: shop.pair, key: ["x-{id}", "{number}"] }
                    client: { view: clients.client, key: "{customer}" }
                    top: { view: shop.top, top: 3 }
                    low: { view: shop.top, bottom: 3 }
                    near: { view: shop.top, around: "{customer}", count: 2 }
                    traffic: { view: shop.minutes, key: eu, last: 15m }
                  roles: [support, web]
                """.replacing("count: integer }", with: "number: integer }")))
        let query = try #require(configuration.queries.first)
        #expect(query.name == "page" && query.roles == ["support", "web"] && query.reads.count == 7)
        #expect(query.parameters.map(\.kind) == [.string, .subject, .integer])
        #expect(query.reads[1].key.map { $0.text(["id": "1", "number": "2"]) } == ["x-1", "2"])
        #expect(query.reads.map(\.selection).prefix(5) == [.row, .row, .row, .top(3), .bottom(3)])
        #expect(query.reads[6].selection == .last(900_000) && query.reads[6].projection == "shop")
        #expect(configuration.projections.map(\.announcesChanges) == [false, true])
    }

    @Test func `say what is wrong, and where`() {
        expectFault(query("{ view: shop.orders, key: \"{id}\" }"), at: "27:18", "did you mean `shop.order`?")
        expectFault(query("{ view: order, key: \"{id}\" }"), at: "27:18", "there is no view `order`")
        expectFault(query("{ view: shop.order, key: \"{idd}\" }"), at: "27:35", "did you mean `id`?")
        expectFault(query("{ view: shop.pair, key: \"{id}\" }"), at: "27:34", "2 values, not 1")
        expectFault(query("{ view: shop.order, key: \"{id\" }"), at: "27:35", "without its `}`")
        expectFault(query("{ view: shop.order, key: \"{id}\", top: 3 }"), at: "27:43", "of kind hash")
        expectFault(query("{ view: shop.order, key: \"{id}\", last: 3m }"), at: "27:43", "of kind hash")
        expectFault(query("{ view: shop.order, key: \"{id}\", count: 3 }"), at: "27:43", "belongs to `around`")
        expectFault(query("{ view: shop.minutes, key: \"{id}\" }"), at: "27:10", "say which ones by `last`")
        expectFault(query("{ view: shop.minutes, key: \"{id}\", last: 30d }"), at: "27:51", "at most 1500")
        expectFault(query("{ view: shop.top, top: 3, around: \"{id}\" }"), at: "27:36", "only one of")
        expectFault(query("{ view: shop.top, top: 3 }"), at: "25:19", "is used by no read")
        expectFault(query("{ view: shop.top, around: \"{id}\" }", parameters: "{ id: text }"), at: "25:23", "`string`")
        expectFault(
            query("{ view: shop.top, around: \"{wait}\" }", parameters: "{ wait: string }"), at: "25:19", "by that name"
        )
        expectFault(
            with("page:\n  reads:\n    a: { view: shop.top, arround: x }"), at: "26:28", "did you mean `around`?")
        expectFault(with("Page: { reads: { a: { view: shop.top } } }"), at: "24:3", "valid name for a query")
        expectFault(with("page: {}"), at: "24:9", "needs `reads`")
    }

    @Test func `roles name views that there are`() throws {
        let queries = "page: { reads: { a: { view: shop.top } } }"
        let read = try parse(with(queries, gateway: "{ clients-file: f, roles: { web: [shop.top, clients.*] } }"))
        #expect(read.gateway?.roles == ["web": ["shop.top", "clients.*"]] && read.gateway?.clientsFile == "f")
        expectFault(with(queries, gateway: "{ roles: { web: [shop.topp] } }"), at: "3:27", "did you mean `shop.top`?")
        expectFault(with(queries, gateway: "{ roles: { web: [] } }"), at: "3:26", "a list of views")
        expectFault(with(queries, gateway: "{ connections: 3 }"), at: "3:25", "from 8 to 10000")
    }

    @Test func `are not part of what a projection is, nor is whether it tells of changes`() throws {
        let one = try parse(with("page: { reads: { a: { view: shop.top } } }"))
        let other = try parse(
            with("page: { reads: { a: { view: shop.top } } }").replacing("    changes: true\n", with: ""))
        #expect(one.projections.map { fingerprint(of: $0) } == other.projections.map { fingerprint(of: $0) })
    }

    @Test func `and views are described as OpenAPI`() throws {
        let configuration = try parse(
            with(
                "page:\n  parameters: { id: string, who: subject }\n  reads: { a: { view: shop.pair, key: [\"{id}\", \"{who}\"] } }"
            ))
        let text = OpenAPI.text(of: configuration)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(document["openapi"] as? String == "3.1.0")
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        #expect(
            Set(paths.keys) == [
                "/v1/views/shop/order", "/v1/views/shop/order/{orderId}", "/v1/views/shop/pair",
                "/v1/views/shop/pair/{a}/{b}", "/v1/views/shop/top", "/v1/views/shop/minutes/{region}",
                "/v1/views/shop/minutes", "/v1/views/clients/client", "/v1/views/clients/client/{key}",
                "/v1/queries/page",
            ])
        // Every reference names something that is there.
        for match in text.matches(of: #/"#\/components\/(\w+)\/([\w-]+)"/#) {
            let components = try #require(document["components"] as? [String: [String: Any]])
            #expect(components[String(match.1)]?[String(match.2)] != nil, "\(match.0)")
        }
        for (path, item) in paths {
            let operation = try #require(item["get"] as? [String: Any])
            let parameters = (operation["parameters"] as? [[String: Any]] ?? []).compactMap { $0["in"] as? String }
            #expect(parameters.count { $0 == "path" } == path.count { $0 == "{" }, "\(path)")
        }
    }
}
