public import Records

/// Which generations a command means: those of the home database, and the one beside them.
public struct GenerationChoice: Sendable {
    public var home: Int
    /// The projections of the file that share the home database.
    public var projections: [String]
    /// Where the generations of each are.
    public var places: [[GenerationPlace]]
    /// `--generation`: decides where it is not clear.
    public var number: Int?
    /// Databases of builds that stop at a point of the log: they are never promoted.
    public var stopping: Set<Int> = []
    /// Databases of builds that `verify` compares with what is live: they are never promoted either.
    public var audits: Set<Int> = []

    public init(home: Int, projections: [String], places: [[GenerationPlace]], number: Int? = nil) {
        self.home = home
        self.projections = projections
        self.places = places
        self.number = number
    }

    /// The generation of a projection in one database.
    public func record(of projection: String, in database: Int) -> GenerationRecord? {
        guard let index = projections.firstIndex(of: projection) else { return nil }
        return places[index].first { $0.database == database }?.record
    }

    /// All databases beside home that hold anything of the projections.
    public var others: [Int] {
        Set(places.joined().map(\.database)).subtracting([home]).sorted()
    }

    /// The database of the build of these definitions, one fingerprint for each projection.
    public func build(of fingerprints: [String]) throws(WorkerError) -> Int {
        let candidates = others.filter { database in
            !stopping.contains(database) && !audits.contains(database)
                && zip(projections, fingerprints).allSatisfy { projection, fingerprint in
                    let record = record(of: projection, in: database)
                    return record?.fingerprint == fingerprint && record?.state == .open
                }
        }
        if candidates.isEmpty, number == nil {
            let isLive = zip(projections, fingerprints).allSatisfy { projection, fingerprint in
                record(of: projection, in: home)?.fingerprint == fingerprint
            }
            if isLive {
                throw WorkerError(.failed, "this file's definition is live already (\(words(home))). \(beside)")
            }
        }
        return try one(
            of: candidates, "a build of this file's definition",
            remedy: "Start one with `lantern rebuild`.")
    }

    /// The database of the generations that were live before; `liveUntil`: when each database's content ceased to be live.
    public func previous(liveUntil: [Int: Int64]) throws(WorkerError) -> Int {
        let present = projections.filter { record(of: $0, in: home) != nil }
        let candidates = others.filter { database in
            liveUntil[database] != nil && !present.isEmpty
                && present.allSatisfy { record(of: $0, in: database)?.state == .open }
        }
        // Of several the one that was live last is what "before" means.
        let last = candidates.max { liveUntil[$0] ?? 0 < liveUntil[$1] ?? 0 }
        return try one(
            of: number == nil ? last.map { [$0] } ?? [] : candidates, "a generation that was live before",
            remedy: "It was dropped, or nothing was ever promoted.")
    }

    private func one(of candidates: [Int], _ what: String, remedy: String) throws(WorkerError) -> Int {
        let chosen = candidates.filter { database in
            number.map { number in
                projections.contains { record(of: $0, in: database)?.number == number }
            } ?? true
        }
        if chosen.count == 1 { return chosen[0] }
        guard chosen.isEmpty else {
            throw WorkerError(
                .failed,
                "there is more than one: \(chosen.map { words($0) }.joined(separator: "; ")). Choose with `--generation N`."
            )
        }
        let which = number.map { " with number \($0)" } ?? ""
        throw WorkerError(.failed, "there is no database with \(what)\(which). \(remedy) \(beside)")
    }

    /// What there is beside what is live.
    private var beside: String {
        others.isEmpty
            ? "Beside what is live there is no generation."
            : "Beside what is live there is: \(others.map { words($0) }.joined(separator: "; "))."
    }

    private func words(_ database: Int) -> String {
        let generations = projections.compactMap { projection in
            record(of: projection, in: database).map { "\(projection) generation \($0.number)" }
        }
        let stops =
            stopping.contains(database)
            ? " (stops at a point of the log)" : audits.contains(database) ? " (of `lantern verify`)" : ""
        return "database \(database)\(stops): \(generations.isEmpty ? "none" : generations.joined(separator: ", "))"
    }
}
