package import Configuration
package import Logging
package import Projections
internal import Records
internal import Redis
internal import Registry
package import Worker

extension Configuration {
    /// Where the schemas of a generation come from while it is folded, for all of its lanes; nil if its events have none.
    package func schemas(_ plan: ProjectionPlan, of generation: ProjectedGeneration, _ log: Log) -> (any SchemaSource)?
    {
        guard let options = RegistryOptions(self), plan.topics.contains(where: \.format.needsRegistry) else {
            return nil
        }
        let keeper = StoredSchemas(
            KeySpace(projection: plan.name), home: schemaRedis(plan), finder: generation.finder,
            of: generation.identifier, in: generation.database)
        return SchemaStore(
            options, keeper: keeper, changed: generation.schemasChanged,
            report: { words in log.warning("a schema could not be fetched; it is tried again", ["reason": .text(words)])
            })
    }

    /// The same for a command, which waits for what it needs, and keeps nothing.
    package func schemasAtOnce(_ plan: ProjectionPlan) -> (any SchemaSource)? {
        guard let options = RegistryOptions(self), plan.topics.contains(where: \.format.needsRegistry) else {
            return nil
        }
        return SchemasAtOnce(
            options, keeper: StoredSchemas(reading: KeySpace(projection: plan.name), home: schemaRedis(plan)))
    }

    private func schemaRedis(_ plan: ProjectionPlan) -> RedisOptions {
        RedisOptions(self, clientName: "lantern-schemas", of: plan.name)
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
