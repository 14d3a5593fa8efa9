// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// hiredis has TLS from 1.0 on, in a library of its own (Debian 12's 0.14 has none).
let hiredisHasTLS = FileManager.default.fileExists(atPath: "/usr/include/hiredis/hiredis_ssl.h")

/// librdkafka allocates each record on one thread and the lane frees it on another: glibc's allocator makes both wait for
/// each other there, jemalloc's does not. Linked into programs where it is there (not into libraries: a program has one
/// allocator, and the allocation gate brings its own).
let allocator: [LinkerSetting] =
    FileManager.default.fileExists(atPath: "/usr/include/jemalloc/jemalloc.h") ? [.linkedLibrary("jemalloc")] : []

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
    .enableExperimentalFeature("SuppressedAssociatedTypes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Dependencies point down: what stands first may import only what stands below it.
let package = Package(
    name: "lantern",
    products: [
        .executable(name: "lantern", targets: ["LanternCommand"]),
        .executable(name: "orders-example", targets: ["OrdersExample"]),
        .library(name: "Lantern", targets: ["Lantern"]),
        .library(name: "LanternClient", targets: ["LanternClient"]),
    ],
    targets: [
        // What a user runs and imports.
        .executableTarget(
            name: "LanternCommand",
            dependencies: [
                "Lantern", "Gateway", "Worker", "Observing", "Configuration", "Registry", "Formats", "Records",
                "Projections", "Kafka", "Redis",
                "CommandLine", "Logging", "System", "Bytes",
            ],
            swiftSettings: strict, linkerSettings: allocator),
        .executableTarget(
            name: "OrdersExample", dependencies: ["Lantern"], swiftSettings: strict, linkerSettings: allocator),

        // What scripts/bench measures with; no products.
        .executableTarget(
            name: "BenchmarkLoad", dependencies: ["BenchmarkEvents", "Kafka", "Bytes", "System", "WebClient"],
            path: "Tests/Benchmarks/Load", swiftSettings: strict),
        .executableTarget(
            name: "BenchmarkOrders", dependencies: ["Lantern"], path: "Tests/Benchmarks/SwiftOrders",
            swiftSettings: strict, linkerSettings: allocator),
        .executableTarget(
            name: "AllocationGate",
            dependencies: [
                "Lantern", "Worker", "Configuration", "Formats", "Records", "Projections", "Kafka", "Redis", "Bytes",
                "RedisServer", "AllocationCounter", "BenchmarkEvents",
            ],
            path: "Tests/Benchmarks/Allocations", swiftSettings: strict),
        .target(
            name: "BenchmarkEvents", dependencies: ["Bytes"], path: "Tests/Benchmarks/Events", swiftSettings: strict),

        // Of the tests, what stands on the targets below.
        .target(
            name: "Oracle", dependencies: ["Seeded", "Bytes"], path: "Tests/Support/Oracle", swiftSettings: strict),
        .target(name: "Seeded", dependencies: ["Bytes"], path: "Tests/Support/Seeded", swiftSettings: strict),
        .target(
            name: "PatientRedis", dependencies: ["Redis"], path: "Tests/Support/PatientRedis", swiftSettings: strict),

        .target(
            name: "Lantern",
            dependencies: [
                "Gateway", "Reads", "Observing", "Worker", "Configuration", "Registry", "Formats", "Records",
                "Projections", "Kafka", "Redis", "Logging", "System", "Bytes",
            ],
            swiftSettings: strict),

        // For programs that read rows from a gateway: nothing of Lantern stands below it.
        .target(name: "LanternClient", swiftSettings: strict),

        // HTTP: sees what is observed, never a lane.
        .target(
            name: "Gateway",
            dependencies: [
                "Reads", "Observing", "Configuration", "Records", "Projections", "Logging", "System", "CMicrohttpd",
                "CGnuTLS",
            ],
            resources: [.embedInCode("Dashboard/Page")], swiftSettings: strict),
        // Rows for readers who say how fresh they must be.
        .target(
            name: "Reads", dependencies: ["Records", "Projections", "Kafka", "Redis", "System", "Bytes"],
            swiftSettings: strict),

        // The engine.
        .target(
            name: "Worker",
            dependencies: ["Observing", "Records", "Projections", "Kafka", "Redis", "Logging", "System", "Bytes"],
            swiftSettings: strict),
        .target(
            name: "Configuration",
            dependencies: [
                "Formats", "Records", "Redis", "Projections", "CommandLine", "Logging", "System", "Bytes", "CYaml",
            ],
            swiftSettings: strict),
        // How everything is, for people and for monitoring: one value for the command line, the gateway and alerts.
        .target(
            name: "Observing", dependencies: ["Records", "Projections", "Kafka", "Redis", "System", "Bytes"],
            swiftSettings: strict),
        // The schemas of binary events: from a registry, and kept in Redis.
        .target(
            name: "Registry", dependencies: ["Formats", "Records", "Projections", "Redis", "System", "Bytes", "CCurl"],
            swiftSettings: strict),
        // What Lantern keeps in Redis beside the views, and how it is read.
        .target(name: "Records", dependencies: ["Projections", "Redis", "Bytes"], swiftSettings: strict),
        .target(
            name: "Formats", dependencies: ["Projections", "Bytes", "CSimdjson", "CNumberText"], swiftSettings: strict),
        .target(name: "Kafka", dependencies: ["System", "Bytes", "CRdkafka"], swiftSettings: strict),
        .target(
            name: "Redis", dependencies: ["System", "Bytes", "CHiredis"],
            swiftSettings: strict + (hiredisHasTLS ? [.define("REDIS_TLS")] : []),
            linkerSettings: hiredisHasTLS
                ? [.linkedLibrary("hiredis_ssl"), .linkedLibrary("ssl"), .linkedLibrary("crypto")] : []),
        .target(name: "CommandLine", dependencies: ["System"], swiftSettings: strict),
        .target(name: "Logging", dependencies: ["System"], swiftSettings: strict),
        .target(name: "System", dependencies: ["CSystem"], swiftSettings: strict),

        // The theory: no I/O; of C only a hash.
        .target(name: "Projections", dependencies: ["Bytes"], swiftSettings: strict),
        .target(name: "Bytes", dependencies: ["CXxhash"], swiftSettings: strict),

        // The distribution's libraries.
        .systemLibrary(name: "CRdkafka"),
        .systemLibrary(name: "CHiredis"),
        .systemLibrary(name: "CYaml"),
        .systemLibrary(name: "CMicrohttpd"),
        .systemLibrary(name: "CGnuTLS"),
        .systemLibrary(name: "CXxhash"),
        .systemLibrary(name: "CSystem"),
        .systemLibrary(name: "CCurl"),
        .target(name: "CNumberText"),
        .target(
            name: "CSimdjson",
            cxxSettings: [.define("NDEBUG", .when(configuration: .release))],
            linkerSettings: [.linkedLibrary("simdjson")]),

        // Tests.
        .target(name: "AllocationCounter", path: "Tests/Benchmarks/AllocationCounter"),
        .testTarget(
            name: "EquivalenceTests",
            dependencies: ["Oracle", "Seeded", "RedisServer", "Configuration", "Formats", "Projections", "Bytes"],
            swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests", dependencies: ["CommandLine", "Logging", "System", "ChildProcess"],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "Reads", "Configuration", "Records", "Projections", "Redis", "Logging", "System", "Bytes",
                "Seeded", "WebClient", "ChildProcess",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ReadsTests",
            dependencies: [
                "Reads", "Configuration", "Records", "Projections", "Redis", "RedisServer", "PatientRedis", "Bytes",
                "Seeded",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "LanternCommand", "Gateway", "Reads", "Configuration", "Observing", "Records", "Projections", "Redis",
                "CommandLine", "System", "Bytes", "Seeded",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ProjectionsTests", dependencies: ["Lantern", "Projections", "Bytes", "Seeded"], swiftSettings: strict
        ),
        .testTarget(
            name: "RecordsTests",
            dependencies: ["Records", "Projections", "Redis", "RedisServer", "PatientRedis", "Bytes"],
            swiftSettings: strict),
        .testTarget(
            name: "ObservingTests",
            dependencies: [
                "Observing", "Records", "Projections", "Kafka", "Redis", "RedisServer", "PatientRedis", "System",
                "Bytes",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LanternTests",
            dependencies: [
                "Lantern", "OrdersExample", "Configuration", "Formats", "Projections", "Redis", "Bytes", "Seeded",
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "FormatsTests", dependencies: ["Formats", "Configuration", "Projections", "Bytes", "Seeded"],
            exclude: ["Oracles"], swiftSettings: strict),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: ["Configuration", "Redis", "Projections", "System", "Bytes", "Seeded"],
            swiftSettings: strict),
        // PostgreSQL, Kafka Connect with Debezium, and a schema registry.
        .target(
            name: "FeedServer", dependencies: ["KafkaServer", "RedisServer", "ChildProcess", "WebClient"],
            path: "Tests/Support/FeedServer", exclude: ["AvroConverter.java"], swiftSettings: strict),
        .target(
            name: "KafkaServer", dependencies: ["RedisServer", "ChildProcess"], path: "Tests/Support/KafkaServer",
            swiftSettings: strict),
        .testTarget(name: "KafkaTests", dependencies: ["Kafka", "KafkaServer", "Bytes"], swiftSettings: strict),
        .target(name: "FakeRegistry", path: "Tests/Support/FakeRegistry", swiftSettings: strict),
        .testTarget(
            name: "RegistryTests",
            dependencies: [
                "Registry", "FakeRegistry", "FeedServer", "Worker", "Configuration", "Formats", "Records",
                "Projections", "Kafka", "Redis", "RedisServer", "PatientRedis", "WebClient", "ChildProcess", "Bytes",
            ],
            swiftSettings: strict),
        .target(name: "RedisServer", path: "Tests/Support/RedisServer", swiftSettings: strict),
        .testTarget(
            name: "RedisTests",
            dependencies: ["Redis", "System", "Bytes", "RedisServer", "PatientRedis", "Seeded"],
            swiftSettings: strict + (hiredisHasTLS ? [.define("REDIS_TLS")] : [])),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Worker", "Configuration", "Formats", "Records", "Projections", "Kafka", "Redis", "RedisServer",
                "PatientRedis", "Bytes", "Logging", "System", "Seeded",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "LanternCommand", "Kafka", "KafkaServer", "FeedServer", "FakeRegistry", "Oracle", "Seeded", "Records",
                "Projections", "RedisServer", "System", "WebClient", "Browser", "LanternClient", "ChildProcess",
                "Worker",
                "Bytes",
            ],
            swiftSettings: strict),
        .testTarget(name: "LanternClientTests", dependencies: ["LanternClient"], swiftSettings: strict),
        .target(name: "WebClient", path: "Tests/Support/WebClient", swiftSettings: strict),
        .target(
            name: "Browser", dependencies: ["ChildProcess"], path: "Tests/Support/Browser", swiftSettings: strict),
        // Programs that the tests start.
        .target(name: "ChildProcess", path: "Tests/Support/ChildProcess", swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
