internal import Foundation

/// One page of a browser.
public final class BrowserPage {
    private let browser: Browser
    private let session: String
    /// What went wrong in it: scripts that failed, what its policy forbade, answers that were errors.
    public private(set) var faults: [String] = []

    /// An empty page with a window of this size; `script` runs before those of each document that it loads.
    public init(_ browser: Browser, width: Int, height: Int = 900, script: String = "") throws {
        self.browser = browser
        let target = try browser.call("Target.createTarget", ["url": "about:blank"])
        let attached = try browser.call(
            "Target.attachToTarget", ["targetId": target["targetId"] as? String ?? "", "flatten": true])
        session = attached["sessionId"] as? String ?? ""
        browser.onEvent = { [weak self, session] source, method, parameters in
            if source == session { self?.note(method, parameters) }
        }
        for part in ["Page", "Runtime", "Log"] { try browser.call("\(part).enable", session: session) }
        try browser.call("Page.addScriptToEvaluateOnNewDocument", ["source": script], session: session)
        try browser.call(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false], session: session)
    }

    private func note(_ method: String, _ parameters: [String: Any]) {
        switch method {
        case "Runtime.exceptionThrown": faults.append("\(parameters["exceptionDetails"] ?? "")")
        case "Log.entryAdded":
            let entry = parameters["entry"] as? [String: Any] ?? [:]
            if entry["level"] as? String == "error" { faults.append("\(entry["text"] ?? "") \(entry["url"] ?? "")") }
        default: break
        }
    }

    /// Loads an address and waits until all of it is there.
    public func open(_ url: String) throws {
        let answer = try browser.call("Page.navigate", ["url": url], session: session)
        if let error = answer["errorText"] { throw Browser.Failure(description: "\(url): \(error)") }
        guard try wait("document.readyState === 'complete'") else {
            throw Browser.Failure(description: "\(url) does not load")
        }
    }

    /// What an expression of JavaScript is, as text; of a promise what it brings.
    @discardableResult
    public func evaluate(_ expression: String) throws -> String {
        let answer = try browser.call(
            "Runtime.evaluate", ["expression": expression, "awaitPromise": true, "returnByValue": true],
            session: session)
        if let details = answer["exceptionDetails"] { throw Browser.Failure(description: "\(details)") }
        let value = (answer["result"] as? [String: Any])?["value"]
        if let value = value as? Bool { return "\(value)" }
        return value.map { "\($0)" } ?? ""
    }

    /// The text of the first element that fits; empty if there is none.
    public func text(_ selector: String) throws -> String {
        try evaluate("document.querySelector('\(selector)')?.innerText ?? ''")
    }

    /// Waits until an expression is true; false if it never was.
    public func wait(_ expression: String, seconds: Double = 60) throws -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while try evaluate("Boolean(\(expression))") != "true" {
            if Date() > end { return false }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return true
    }

    /// What axe-core has to say against the page as it is.
    public func violations(_ axe: String) throws -> [String] {
        try evaluate("\(axe);0")
        let text = try evaluate(
            "axe.run().then((found) => found.violations.map((one) => one.id + ' at ' + one.nodes.map((node) => node.target).join(', ')).join('\\n'))"
        )
        return text.split(separator: "\n").map(String.init)
    }
}
