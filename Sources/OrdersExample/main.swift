import Lantern

do throws(ProjectionError) {
    try DryRun.run()
} catch {
    print(error)
}
