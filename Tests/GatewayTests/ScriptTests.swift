import ChildProcess
import Foundation
import Testing

@testable import Gateway

/// The module for other programs, in Node.
@Suite(.enabled(if: Node.isAvailable, "node is not here"))
struct `The module in JavaScript` {
    /// Runs a script with `lantern`, `answer(checkpoint, generation, status)`, which says what `fetch` answers next, and
    /// `asked`, what it was asked for; returns what it prints.
    private func run(_ script: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lantern-script-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let module = try #require(Dashboard.files.first { $0.path == "/lantern.js" })
        try Data(module.content).write(to: folder.appending(path: "lantern.mjs"))
        let main = folder.appending(path: "main.mjs")
        try """
        import { Lantern, Problem } from "./lantern.mjs";
        const asked = [];
        const answers = [];
        const answer = (checkpoint, generation, status = 200, body = "{}") => {
          const headers = { ...(checkpoint && { "Lantern-Checkpoint": checkpoint }), "Lantern-Generation": generation };
          answers.push(new Response(body, { status, headers }));
        };
        globalThis.fetch = async (url, options) => {
          const path = new URL(url, "http://h").searchParams;
          asked.push([path.get("seen") ?? "", options.headers["Last-Event-ID"] ?? ""].join(" ").trim());
          return answers.shift() ?? new Promise(() => {});
        };
        const lantern = new Lantern("http://h");
        const order = (options) => lantern.row("orders", "order", ["o-1"], options);
        \(script)
        console.log(asked.join("\\n"));
        process.exit(0);
        """.write(to: main, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["node", main.path]
        let (text, code) = try process.finish()
        #expect(code == 0, "\(text)")
        return text
    }

    @Test func `asks for no less than it has seen, whichever answer came first`() throws {
        let text = try run(
            """
            answer("orders/0@10,1@5", "orders:2");
            answer("orders/0@9,1@6", "orders:2");
            answer("orders/0@12", "orders:1");
            answer("orders/1@7", "orders:2", 404);
            answer("orders/0@99", "orders:2", 503);
            answer("orders/0@1", "orders:2");
            for (let count = 0; count < 6; count += 1) await order().catch((error) => { if (!(error instanceof Problem)) throw error; });
            await order({ scan: 0 , signal: answer("", "orders:2") });
            """)
        #expect(
            text == """

                orders=orders/0@10,1@5
                orders=orders/0@10,1@6
                orders=orders/0@12,1@6
                orders=orders/1@7,0@12
                orders=orders/1@7,0@12


                """, "\(text)")
    }

    @Test func `asks for no topic that a newer generation does not read, and for nothing that is too long`() throws {
        let text = try run(
            """
            answer("orders/0@10,payments/0@3", "orders:2");
            answer(null, "orders:3");
            answer("orders/0@9,refunds/0@1", "orders:4");
            answer("orders/" + Array.from({ length: 600 }, (_, partition) => `${partition}@1234567`).join(","), "orders:4");
            for (let count = 0; count < 5; count += 1) { if (count === 4) answer("", "orders:4"); await order(); }
            """)
        #expect(
            text == """

                orders=orders/0@10,payments/0@3
                orders=orders/0@10,payments/0@3
                orders=orders/0@10,refunds/0@1


                """, "\(text)")
    }

    @Test func `knows what a query reads from its answers, and what it was told`() throws {
        let text = try run(
            """
            answer("customers=customers/0@7; orders=orders/0@42,1@3", "customers:1, orders:4");
            await lantern.query("page", { customerId: "c-7" });
            answer("customers=customers/0@8; orders=orders/0@42,1@3", "customers:1, orders:4");
            await lantern.query("page", { customerId: "c-8" });
            const event = { rows: null, checkpoint: "orders/0@50", generation: "orders:4" };
            answer("", "", 200, `event: snapshot\\nid: g.1-0\\ndata: ${JSON.stringify(event)}\\n\\n:\\n\\n`);
            await new Promise((done) => lantern.follow("views/orders/order/o-1", { onRows: done }));
            answer("orders/0@50", "orders:4");
            await order();
            """)
        #expect(
            text == """

                customers=customers/0@7;orders=orders/0@42,1@3

                orders=orders/0@50,1@3

                """, "\(text)")
    }
}

/// Whether a program for scripts is here.
private enum Node {
    static let isAvailable =
        ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/node")
        } ?? false
}
