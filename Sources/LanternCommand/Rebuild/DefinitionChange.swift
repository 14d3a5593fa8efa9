import Configuration
import Projections

/// What a file changes of one projection, view by view.
struct DefinitionChange: Encodable {
    enum What: String, Encodable { case same, changed, added, removed }

    struct View: Encodable {
        let view: String
        let what: What
    }

    let projection: String
    /// The number of the live generation; nil: there is none yet.
    let live: Int?
    let isChanged: Bool
    /// Empty if the live definition was not kept, or this version cannot read it: then nothing is known of the views.
    let views: [View]

    enum CodingKeys: String, CodingKey { case projection, live, isChanged = "changed", views }

    /// `former`: the live definition, if it is known.
    init(_ plan: ProjectionPlan, live: Int?, liveFingerprint: String?, former: ProjectionPlan?) {
        projection = plan.name
        self.live = live
        isChanged = liveFingerprint != fingerprint(of: plan)
        guard var former else {
            views = []
            return
        }
        // What all views share, such as the source of event times, changes each of them.
        // A number that was raised changes no row.
        former.version = plan.version
        let isSharedSame = plan.canonicalTextOfAllViews == former.canonicalTextOfAllViews
        let before = former.canonicalTextsOfViews
        var views = plan.canonicalTextsOfViews.map { name, text in
            let what: What = before[name].map { isSharedSame && $0 == text ? .same : .changed } ?? .added
            return View(view: name, what: what)
        }
        let now = Set(plan.views.map(\.name))
        views += before.keys.filter { !now.contains($0) }.map { View(view: $0, what: .removed) }
        self.views = views.sorted { $0.view < $1.view }
    }
}
