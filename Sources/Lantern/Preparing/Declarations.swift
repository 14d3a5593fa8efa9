internal import Bytes
internal import Synchronization

/// All paths and views that were declared in this process, each of them once: so that a field or a view is a small number,
/// which costs nothing to copy and to look up.
enum Declarations {
    private struct Tables {
        var paths: [String] = []
        var placesOfPaths: [ExactText: Int32] = [:]
        var views: [ViewDeclaration] = []
    }

    private static let tables = Mutex(Tables())

    static func place(ofPath path: String) -> Int32 {
        tables.withLock { tables in
            if let place = tables.placesOfPaths[ExactText(path)] { return place }
            let place = Int32(tables.paths.count)
            tables.paths.append(path)
            tables.placesOfPaths[ExactText(path)] = place
            return place
        }
    }

    static func path(at place: Int32) -> String { tables.withLock { $0.paths[Int(place)] } }

    static func place(of view: ViewDeclaration) -> Int32 {
        tables.withLock { tables in
            if let place = tables.views.firstIndex(of: view) { return Int32(place) }
            tables.views.append(view)
            return Int32(tables.views.count - 1)
        }
    }

    static func view(at place: Int32) -> ViewDeclaration { tables.withLock { $0.views[Int(place)] } }
}
