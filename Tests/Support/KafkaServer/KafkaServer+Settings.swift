extension KafkaServer {
    /// The text of server.properties.
    static func properties(
        port: Int, controller: Int, data: String, _ sideDoor: SideDoor?, _ more: [String: String]
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
        settings.merge(more) { $1 }
        return settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n") + "\n"
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
