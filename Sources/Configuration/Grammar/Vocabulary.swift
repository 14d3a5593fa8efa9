internal import Projections

/// Every name of the configuration language (Projections.md, "The file"), outside of views.
enum Vocabulary {
    static let namePattern = "^[a-z0-9][a-z0-9-]*$"
    static let topicPattern = "^[a-zA-Z0-9._-]{1,249}$"
    static let pathPattern = #"^\$(\.[^.\s"'\[\]{}?]+)+$"#

    static let top: [Word] = [
        Word(
            name: "kafka",
            summary: "librdkafka properties, except those that are Lantern's own; bootstrap.servers is needed.",
            shape: .named(pattern: "", .scalar), isRequired: true),
        Word(
            name: "redis", summary: "Where the views live: a URL, or a map.",
            shape: .either([.text(pattern: "^(rediss?|unix)://"), .map(redis)]), isRequired: true),
        Word(
            name: "registry", summary: "The schema registry of binary events: a URL, or a map.",
            shape: .either([.text(pattern: "^https?://"), .map(registry)])),
        Word(name: "worker", summary: "How this process works.", shape: .map(worker)),
        Word(name: "limits", summary: "Bounds; each has a default.", shape: .map(LimitWord.all.map(\.word))),
        Word(name: "log", summary: "What is logged, and how.", shape: .map(log)),
        Word(
            name: "gateway", summary: "Probes, metrics, status and a page over HTTP; without it nothing listens.",
            shape: .map(gateway)),
        Word(
            name: "projections", summary: "Named, versioned rules that turn the events of topics into views.",
            shape: .named(pattern: namePattern, .map(projection)), isRequired: true),
        Word(
            name: "queries", summary: "Rows of several views, read together; the gateway answers them.",
            shape: .named(pattern: namePattern, .map(QueryVocabulary.query))),
    ]

    static let redis: [Word] = [
        Word(
            name: "url", summary: "redis://[user@]host[:port][/database], rediss:// with TLS, unix:///path[?db=n].",
            shape: .text(pattern: "^(rediss?|unix)://")),
        Word(
            name: "sentinels", summary: "Instead of a URL: host:port of each sentinel; the default port is 26379.",
            shape: .list(.scalar)),
        Word(name: "master", summary: "What the sentinels call the master.", shape: .scalar),
        Word(
            name: "database", summary: "With sentinels: the database of the live views; default 0.",
            shape: .integer(databases)),
        Word(name: "sentinel-user", summary: "The ACL user at the sentinels, if they have their own.", shape: .scalar),
        Word(
            name: "sentinel-password-file", summary: "A file that holds the sentinels' password.", shape: .scalar),
        Word(name: "user", summary: "The ACL user; default: Redis's default user.", shape: .scalar),
        Word(
            name: "password-file", summary: "A file that holds the password; read at each connection.", shape: .scalar),
        Word(
            name: "tls", summary: "Certificates for rediss://; with sentinels it turns TLS on, to them too.",
            shape: .map(tls)),
        Word(
            name: "spare",
            summary: "Databases that a rebuild may take when they are empty; default: the highest empty one.",
            shape: .list(.integer(databases))),
    ]

    static let registry: [Word] = [
        Word(
            name: "url", summary: "http:// or https://, with the path under which it serves Confluent's API.",
            shape: .text(pattern: "^https?://"), isRequired: true),
        Word(name: "user", summary: "For basic authentication.", shape: .scalar),
        Word(name: "password-file", summary: "A file that holds the password; read for each request.", shape: .scalar),
        Word(name: "tls", summary: "Certificates for https://.", shape: .map(tls)),
    ]

    static let tls: [Word] = [
        Word(name: "ca", summary: "A PEM file of trusted authorities; default: the system's.", shape: .scalar),
        Word(name: "cert", summary: "The client's certificate, PEM; together with key.", shape: .scalar),
        Word(name: "key", summary: "The client's key, PEM; together with cert.", shape: .scalar),
    ]

    static let worker: [Word] = [
        Word(name: "lanes", summary: "Lanes (threads) for each projection; default 1.", shape: .integer(1...256)),
        Word(
            name: "instance-id", summary: "Static membership: a restarted worker has its partitions back at once.",
            shape: .scalar),
        Word(
            name: "partitions", summary: "These partitions of every topic, without a consumer group: 0-3,7 or all.",
            shape: .scalar),
        Word(
            name: "group", summary: "Replaces lantern-PROJECTION in the consumer group's name.", shape: .scalar),
        Word(
            name: "on-change",
            summary: "What a worker does by itself when the live views have another definition; default wait.",
            shape: .choice(WorkerSettings.OnChange.allCases.map(\.rawValue))),
        Word(
            name: "keep-previous",
            summary: "How long what was live before a promotion is kept for the way back; default 24h.",
            shape: .duration),
    ]

    static let log: [Word] = [
        Word(
            name: "level", summary: "The lowest level that is logged; default info.",
            shape: .choice(LogSettings.Level.allCases.map(\.rawValue))),
        Word(
            name: "format", summary: "text, json, or auto (default): text on a terminal, else JSON lines.",
            shape: .choice(LogSettings.Format.allCases.map(\.rawValue))),
    ]

    static let gateway: [Word] = [
        Word(
            name: "listen",
            summary: "An address of this machine and a port; default \(GatewaySettings.usualAddress).",
            shape: .text(pattern: #"^(\[[0-9a-fA-F:.]+\]|[0-9.]+|localhost):[0-9]{1,5}$"#)),
        Word(
            name: "read-token-file",
            summary: "A file with the token for all that only reads; read again when it changes.",
            shape: .scalar),
        Word(
            name: "operate-token-file", summary: "A file with the token for actions; without it there are none.",
            shape: .scalar),
        Word(
            name: "hosts", summary: "Names under which it may be asked, beside localhost and addresses.",
            shape: .list(.scalar)),
        Word(name: "tls", summary: "Serves HTTPS with these files.", shape: .map(gatewayTLS)),
        Word(
            name: "clients-file",
            summary: "A file with the tokens of clients that read rows: TOKEN SUBJECT ROLE,ROLE on each line.",
            shape: .scalar),
        Word(
            name: "roles", summary: "The views that clients of a role may read: PROJECTION.VIEW, or PROJECTION.*.",
            shape: .named(pattern: namePattern, .list(.scalar))),
        Word(
            name: "read-from",
            summary: "Where /v1 reads rows: master (default), replica (by the sentinels), or HOST:PORT of replicas.",
            shape: .either([.choice(["master", "replica"]), .list(.scalar)])),
        Word(
            name: "connections", summary: "Open connections at the same time; default 256.",
            shape: .integer(connections)),
        Word(
            name: "connections-per-address",
            summary: "Of them from one address, a proxy's for example; default 48.", shape: .integer(connections)),
    ]

    static let connections = 8...10_000

    static let gatewayTLS: [Word] = [
        Word(name: "certificate", summary: "The certificate and its chain, PEM.", shape: .scalar, isRequired: true),
        Word(name: "key", summary: "The certificate's key, PEM.", shape: .scalar, isRequired: true),
    ]

    static let projection: [Word] = [
        Word(
            name: "version", summary: "The fold's version, from 1; another one is another build of the views.",
            shape: .integer(1...Int(Int32.max)), isRequired: true),
        Word(
            name: "topics", summary: "The topics that are read: a list, or a map with options.",
            shape: .either([
                .list(.text(pattern: topicPattern)),
                .named(pattern: topicPattern, .either([.map(TopicVocabulary.topic), .definition("nothing")])),
            ]), isRequired: true),
        Word(name: "type", summary: "Where an event says what it is.", shape: .definition("source")),
        Word(
            name: "time", summary: "Where the event time is; default: the record's timestamp.",
            shape: TopicVocabulary.timeShape),
        Word(
            name: "unknown", summary: "Events whose type no view has a rule for; default ignore.",
            shape: .choice(["ignore", "park", "halt"])),
        Word(
            name: "on-error", summary: "What happens to a bad event; default park.",
            shape: .either([.choice(["park", "halt", "skip"]), .map(errorPolicy)])),
        Word(
            name: "views", summary: "Named families of Redis keys.",
            shape: .named(pattern: namePattern, .map(ViewVocabulary.view)), isRequired: true),
        Word(
            name: "changes", summary: "Whether readers can be told of rows that change; default false.", shape: .flag),
        Word(
            name: "database", summary: "The Redis database of its views; default: the one of the URL.",
            shape: .integer(databases)),
    ]

    /// Numbers that a Redis database can have.
    static let databases = 0...65_535

    static let errorPolicy: [Word] = [
        Word(
            name: "dead-letter", summary: "Produce bad events to this topic before continuing.",
            shape: .text(pattern: topicPattern), isRequired: true)
    ]

    /// Properties of librdkafka that are Lantern's own (Deployment.md, "Kafka"), and why.
    static let ownProperties: [(name: String, reason: String)] = [
        ("isolation.level", "Lantern always reads only committed events"),
        ("enable.auto.commit", "the checkpoint in Redis decides where reading continues"),
        ("auto.commit.enable", "the checkpoint in Redis decides where reading continues"),
        ("auto.offset.reset", "a missing offset halts the partition instead of skipping or repeating events"),
        ("group.id", "the group is named for the projection and its generation; see `worker: { group: NAME }`"),
        ("enable.partition.eof", "Lantern needs to see the end of each partition"),
        ("group.instance.id", "use `worker: { instance-id: NAME }`"),
        ("enable.auto.offset.store", "the checkpoint in Redis decides where reading continues"),
        ("plugin.library.paths", "plug-ins could change what Lantern reads"),
    ]
}
