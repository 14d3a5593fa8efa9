import Configuration
import Projections
import Testing

/// The files below deploy/ that run the demo's views, each in its own surroundings.
@Suite struct `The files for containers` {
    private static let environment = ["KAFKA": "kafka:9092", "REDIS": "redis://redis:6379", "SECRETS": "/run/secrets"]

    private func demo() throws -> Configuration {
        try Configuration.load(path: repositoryFile("deploy/demo/lantern.yaml"), environment: [:])
    }

    @Test(arguments: ["deploy/docker/lantern.yaml", "deploy/kubernetes/configuration/lantern.yaml"])
    func `are right, and have the demo's views`(path: String) throws {
        let configuration = try Configuration.load(path: repositoryFile(path), environment: Self.environment)
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.redis.user == "lantern")
        #expect(configuration.worker.lanes == 2 && configuration.worker.instanceID == nil)
        #expect(
            try configuration.projections.map { fingerprint(of: $0) } == demo().projections.map { fingerprint(of: $0) })
    }

    @Test func `of Kubernetes take an instance-id from the environment`() throws {
        let configuration = try Configuration.load(
            path: repositoryFile("deploy/kubernetes/configuration/lantern.yaml"),
            environment: Self.environment.merging(["INSTANCE_ID": "lantern-0"]) { $1 })
        #expect(configuration.worker.instanceID == "lantern-0")
    }
}
