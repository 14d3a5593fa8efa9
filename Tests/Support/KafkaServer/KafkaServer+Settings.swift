extension KafkaServer {
    /// The text of server.properties.
    static func properties(
        port: Int, controller: Int, data: String, _ sideDoor: SideDoor?, secured: Int?, encrypted: Int?,
        _ more: [String: String]
    ) -> String {
        var settings = [
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": "1@127.0.0.1:\(controller)",
            "listeners": "PLAINTEXT://127.0.0.1:\(port),CONTROLLER://127.0.0.1:\(controller)",
            "advertised.listeners": "PLAINTEXT://127.0.0.1:\(port)",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": data,
            "num.partitions": "8",
            "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": "4",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
        ]
        if let sideDoor {
            settings["listeners", default: ""] += ",SIDE://127.0.0.1:\(sideDoor.port)"
            settings["advertised.listeners", default: ""] += ",SIDE://127.0.0.1:\(sideDoor.advertised)"
            settings["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SIDE:PLAINTEXT"
        }
        if let secured, let encrypted { settings.merge(security(secured, encrypted, settings)) { $1 } }
        settings.merge(more) { $1 }
        return settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n") + "\n"
    }

    /// Listeners for users with a password, and rights that are looked at: who comes through the other one may do everything.
    private static func security(_ secured: Int, _ encrypted: Int, _ settings: [String: String]) -> [String: String] {
        let address = ",SECURED://127.0.0.1:\(secured),ENCRYPTED://127.0.0.1:\(encrypted)"
        let plain = "org.apache.kafka.common.security.plain.PlainLoginModule required user_lantern=\"secret\";"
        return [
            "listeners": settings["listeners", default: ""] + address,
            "advertised.listeners": settings["advertised.listeners", default: ""] + address,
            "listener.security.protocol.map":
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_PLAINTEXT,ENCRYPTED:SASL_SSL",
            "listener.name.secured.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.encrypted.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
            "listener.name.secured.plain.sasl.jaas.config": plain,
            "listener.name.encrypted.plain.sasl.jaas.config": plain,
            "listener.name.encrypted.scram-sha-256.sasl.jaas.config":
                "org.apache.kafka.common.security.scram.ScramLoginModule required;",
            "listener.name.encrypted.ssl.keystore.type": "PEM",
            "listener.name.encrypted.ssl.keystore.location": "server.pem",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        ]
    }

    /// Warnings, and the line that says that the server is ready.
    static let logging = """
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %d %p %c %m%n
        rootLogger.level = warn
        rootLogger.appenderRef.console.ref = console
        logger.ready.name = kafka.server.KafkaRaftServer
        logger.ready.level = info

        """
}
