import Browser
import Foundation
import RedisServer
import Testing

extension SystemTests {
    /// The gateway's page as a browser has it, on a worker, a real Kafka and a real Redis.
    @Suite(.serialized, .enabled(if: Browser.isAvailable, Comment(rawValue: Browser.skipReason)))
    struct `The page in a browser` {
        private static let token = "read-token-0123456789"

        /// A worker with a gateway that wants a token, and its page with one.
        private struct Open {
            let scenario: Scenario
            let worker: WorkerProcess
            let url: String
            let browser: Browser

            init(_ name: String, announcing: Bool) throws {
                scenario = try Scenario(name, partitions: 2)
                let folder = scenario.folder.path
                try token.write(toFile: folder + "/read", atomically: true, encoding: .utf8)
                let path = try scenario.configure(
                    more: ["gateway: { listen: \"127.0.0.1:0\", read-token-file: \(folder)/read }"])
                if announcing {
                    let text = try String(contentsOfFile: path, encoding: .utf8)
                    let changed = text.replacing("    version: 1\n", with: "    version: 1\n    changes: true\n")
                    try #require(changed != text)
                    try changed.write(toFile: path, atomically: true, encoding: .utf8)
                }
                worker = try scenario.run(path)
                try #require(worker.waitForLog("the gateway listens"), "\(worker.log)")
                let match = try #require(worker.log.firstMatch(of: #/(http://127\.0\.0\.1:\d+)//#), "\(worker.log)")
                url = String(match.1)
                browser = try Browser()
            }

            func send(_ type: String, total: String) throws {
                let value =
                    #"{"type":"\#(type)","orderId":"<b>","customerId":"c/1","total":\#(total),"at":"2026-01-01T00:00:00Z"}"#
                try scenario.send(key: Array("<b>".utf8), value: Array(value.utf8))
                try scenario.flush()
            }

            /// The page, as wide as that, looking at one row.
            func page(_ row: String, width: Int) throws -> BrowserPage {
                let page = try BrowserPage(
                    browser, width: width, script: "sessionStorage.setItem('lantern-token', '\(token)')")
                let hash = try #require(row.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                try page.open("\(url)/#row=\(hash)")
                return page
            }
        }

        private func rows(_ page: BrowserPage) -> String { (try? page.text("#rows")) ?? "gone" }

        /// Whether it can be used by everybody, is not wider than its window, and nothing of it failed.
        private func check(_ page: BrowserPage, width: Int) throws {
            let wide = try page.evaluate("document.documentElement.scrollWidth")
            #expect(Int(wide).map { $0 <= width } == true, "\(wide)")
            #expect(page.faults == [])
            guard let axe = Browser.axe else {
                print("SKIPPED: axe-core is not here, so it was not asked about the page: set AXE to axe.min.js")
                return
            }
            let violations = try page.violations(axe)
            #expect(violations == [])
        }

        @Test(arguments: [1_280, 390])
        func `a row is shown again by itself when it changes`(width: Int) throws {
            let open = try Open("page-live", announcing: true)
            try open.send("OrderPlaced", total: "12.50")
            try open.scenario.waitUntilDone(open.worker)
            let page = try open.page(#"["orders","order","<b>"]"#, width: width)
            let isShown = try page.wait("document.querySelector('#row-now')?.innerText.includes('placed')")
            #expect(isShown, "\(rows(page))")
            #expect(try page.wait("document.querySelector('#row-note').textContent.startsWith('Live')"))
            #expect(try page.text("#row-now").contains("order:<b>"))
            try check(page, width: width)
            try open.send("OrderPaid", total: "12.50")
            let isCurrent = try page.wait("document.querySelector('#row-now').innerText.includes('paid')")
            #expect(isCurrent, "\(rows(page))")
            // What is looked at while the page is paused stays as it is, and is current when it goes on.
            try page.evaluate("document.querySelector('#pause').click()")
            #expect(try page.text("#row-note") == "Paused.")
            try open.send("OrderDeleted", total: "0")
            try open.scenario.waitUntilDone(open.worker)
            #expect(try page.text("#row-now").contains("paid"))
            try page.evaluate("document.querySelector('#pause').click()")
            #expect(try page.wait("document.querySelector('#row-now').innerText.includes('no such row')"))
            try open.send("OrderPlaced", total: "3")
            #expect(try page.wait("document.querySelector('#row-now').innerText.includes('placed')"))
            #expect(try open.worker.stop() == 0, "\(open.worker.log)")
        }

        @Test func `Redis hangs: the page says so while it hangs, and goes on by itself`() throws {
            let open = try Open("page-away", announcing: true)
            try open.send("OrderPlaced", total: "12.50")
            try open.scenario.waitUntilDone(open.worker)
            let page = try open.page(#"["orders","order","<b>"]"#, width: 1_280)
            #expect(try page.wait("document.querySelector('#verdict').innerText.includes('All is well')"))
            #expect(try page.wait("document.querySelector('#row-note')?.textContent.startsWith('Live')"))
            let began = Date()
            open.scenario.redis.pause()
            defer { open.scenario.redis.resume() }
            let isSaid = try page.wait(
                "document.querySelector('#verdict').innerText.includes('Redis cannot be reached')")
            #expect(isSaid, "\(rows(page))")
            Stage.figure("the page said that Redis is away after \(Int(Date().timeIntervalSince(began) * 1_000)) ms")
            #expect(try page.text("#row-now").contains("placed"))
            open.scenario.redis.resume()
            #expect(try page.wait("document.querySelector('#verdict').innerText.includes('All is well')"))
            try open.send("OrderPaid", total: "12.50")
            #expect(try page.wait("document.querySelector('#row-now').innerText.includes('paid')"))
            #expect(try open.worker.stop() == 0, "\(open.worker.log)")
        }

        @Test(arguments: [1_280, 390])
        func `without announced changes a row is read when it is looked up`(width: Int) throws {
            let open = try Open("page-once", announcing: false)
            try open.send("OrderPaid", total: "90071992547409.90")
            try open.scenario.waitUntilDone(open.worker)
            let page = try open.page(#"["orders","customer-revenue","c/1"]"#, width: width)
            let isShown = try page.wait(
                "document.querySelector('#row-now')?.innerText.includes('9007199254740990')")
            #expect(isShown, "\(rows(page))")
            #expect(try page.text("#row-note").hasPrefix("Read once"))
            try open.send("OrderPaid", total: "0.01")
            try open.scenario.waitUntilDone(open.worker)
            #expect(try page.text("#row-now").contains("9007199254740990"))
            try page.evaluate("document.querySelector('#rows form button').click()")
            #expect(try page.wait("document.querySelector('#row-now').innerText.includes('9007199254740991')"))
            // A leaderboard has no key.
            try page.evaluate(
                "(() => { const view = document.querySelector('#row-view'); view.value = 'orders.top-customers'; view.dispatchEvent(new Event('change')); document.querySelector('#rows form button').click(); })()"
            )
            let isRanked = try page.wait("document.querySelector('#row-now')?.innerText.includes('1 of 1 members')")
            #expect(isRanked, "\(rows(page))")
            try check(page, width: width)
            #expect(try open.worker.stop() == 0, "\(open.worker.log)")
        }
    }
}
