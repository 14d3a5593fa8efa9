import Configuration
import Lantern
import Logging
import Projections
import Records
import Redis
import Registry

extension Configuration {
    /// Where a projection's schemas come from while it runs, for all of its lanes; nil if its events have none. `build`: the
    /// database of the generation that is built.
    func schemas(_ plan: ProjectionPlan, build: Int? = nil, _ log: Log) -> (any SchemaSource)? {
        guard let options = RegistryOptions(self), plan.topics.contains(where: \.format.needsRegistry) else {
            return nil
        }
        return SchemaStore(
            options, keeper: keeper(plan, build: build),
            report: { words in log.warning("a schema could not be fetched; it is tried again", ["reason": .text(words)])
            })
    }

    /// The same for a command, which waits for what it needs.
    func schemasAtOnce(_ plan: ProjectionPlan) -> (any SchemaSource)? {
        guard let options = RegistryOptions(self), plan.topics.contains(where: \.format.needsRegistry) else {
            return nil
        }
        return SchemasAtOnce(options, keeper: keeper(plan))
    }

    private func keeper(_ plan: ProjectionPlan, build: Int? = nil) -> StoredSchemas {
        StoredSchemas(
            KeySpace(projection: plan.name), home: RedisOptions(self, clientName: "lantern-schemas", of: plan.name),
            build: build)
    }
}

extension RegistryOptions {
    /// nil if the file names no registry.
    fileprivate init?(_ configuration: Configuration) {
        guard let registry = configuration.registry else { return nil }
        self.init(url: registry.url)
        user = registry.user
        passwordFile = registry.passwordFile
        authority = registry.authority
        certificate = registry.certificate
        key = registry.key
    }
}
