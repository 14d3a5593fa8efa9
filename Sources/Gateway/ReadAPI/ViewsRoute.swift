import Projections
public import Reads

/// `/views`: which views there are to read rows of, for the page.
public struct ViewsRoute: Sendable {
    private let content: [UInt8]

    public init(_ subjects: [ReadSubject]) {
        var output = JSONOutput()
        output.object { output in
            output.name("views")
            output.array { output in
                for subject in subjects {
                    for view in subject.plan.views { Self.write(view, of: subject.plan, to: &output) }
                }
            }
        }
        content = output.bytes
    }

    public var route: Route {
        .quick(.get, "/views", .read) { [content] _ in .json(200, content) }
    }

    private static func expires(_ view: ViewPlan) -> Bool {
        if case .buckets = view.kind { return true }
        return view.timeToLive != nil
    }

    private static func write(_ view: ViewPlan, of plan: ProjectionPlan, to output: inout JSONOutput) {
        output.object { output in
            // Whether readers can be told of its changes.
            output.name("changes")
            output.raw(Array("\(plan.announcesChanges)".utf8))
            output.name("expires")
            output.raw(Array("\(expires(view))".utf8))
            // As the file has it, with its placeholders.
            output.name("key")
            output.string(view.key.shown(in: plan))
            output.name("kind")
            output.string(view.kind.word)
            output.name("projection")
            output.string(plan.name)
            // How many values a key is made of.
            output.name("values")
            output.number(Int64(KeyPattern(view).valueCount))
            output.name("view")
            output.string(view.name)
        }
    }
}
