/// The page: files that the build has put into the program, so that it needs nothing of the machine.
enum Dashboard {
    /// One route for each file.
    static let routes: [Route] = files.map { file in
        var response = HTTPResponse(200, file.contentType, file.content)
        response.entityTag = EntityTag.of(file.content)
        let made = response
        return .quick(.get, file.path, .page) { _ in made }
    }

    static let files: [(path: String, contentType: String, content: [UInt8])] = [
        ("/", "text/html; charset=utf-8", PackageResources.index_html),
        ("/icon.svg", "image/svg+xml", PackageResources.icon_svg),
        ("/page.css", "text/css; charset=utf-8", PackageResources.page_css),
        ("/api.js", script, PackageResources.api_js),
        ("/chart.js", script, PackageResources.chart_js),
        ("/dialogs.js", script, PackageResources.dialogs_js),
        ("/dom.js", script, PackageResources.dom_js),
        ("/format.js", script, PackageResources.format_js),
        ("/generations.js", script, PackageResources.generations_js),
        ("/lantern.js", script, PackageResources.lantern_js),
        ("/overview.js", script, PackageResources.overview_js),
        ("/page.js", script, PackageResources.page_js),
        ("/parked.js", script, PackageResources.parked_js),
        ("/projection.js", script, PackageResources.projection_js),
        ("/rows.js", script, PackageResources.rows_js),
        ("/state.js", script, PackageResources.state_js),
    ]

    private static let script = "text/javascript; charset=utf-8"
}
