/// Runs projections in Swift as a worker.
public enum LanternProgram {
    /// Says whether `projection` could run: the first line that a worker would stop with, or nil.
    public static func fault(of projection: some Projection) -> String? {
        do throws(ProjectionError) {
            _ = try SwiftProjector(projection)
            return nil
        } catch {
            return error.description
        }
    }
}
