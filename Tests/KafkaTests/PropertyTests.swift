@testable import Kafka
import Testing

@Suite struct PropertyTests {
    @Test func `a wrong property is named`() throws {
        let unknown = #expect(throws: KafkaError.self) {
            _ = try makeConsumer("x:1", topics: ["t"], [("fetch.wait", "1")])
        }
        #expect(unknown?.code == .configuration)
        #expect(unknown?.message.contains("fetch.wait") == true)
        let wrong = #expect(throws: KafkaError.self) {
            _ = try makeProducer("x:1", transactionalID: nil, [("compression.type", "best")])
        }
        #expect(wrong?.message.contains("compression.type") == true)
    }

    @Test func `a pattern is not a topic`() {
        let error = #expect(throws: KafkaError.self) { _ = try makeConsumer("x:1", topics: ["^orders"]) }
        #expect(error?.code == .configuration)
    }

    @Test func `Lantern's own properties win over the user's`() throws {
        // Reading from the end, or with automatic commits, would show in the mock tests; that it can be made is enough.
        var consumer = try makeConsumer(
            "127.0.0.1:1", topics: ["t"], [("auto.offset.reset", "latest"), ("enable.partition.eof", "false")])
        let isClosed = consumer.close(deadlineMilliseconds: 60_000)
        #expect(isClosed)
    }

    @Test func `SCRAM is refused where the library cannot log in to Kafka 4 with it`() throws {
        let parts = libraryVersion.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
        let isOld = parts.lexicographicallyPrecedes([2, 6, 1])
        do {
            _ = try makeConsumer("127.0.0.1:1", topics: ["t"], [("sasl.mechanisms", "SCRAM-SHA-256")])
            #expect(!isOld)
        } catch {
            if isOld {
                #expect((error as? KafkaError)?.code == .unsupported)
                #expect("\(error)".contains("2.6.1"))
            }
        }
        #expect(parts.count >= 3)
    }

    @Test func `the new group protocol is refused by name, with the reason`() {
        let fault = PropertyCheck.fault(of: "group.protocol", "Consumer")
        #expect(fault?.code == .unsupported)
        #expect(fault?.message.contains("group.protocol: consumer is not supported") == true)
    }

    @Test func `properties that do not go together are found without a broker`() {
        #expect(PropertyCheck.fault(of: [("bootstrap.servers", "b")]) == nil)
        let assignor = PropertyCheck.fault(of: [("partition.assignment.strategy", "nonsense")])
        #expect(assignor?.message.contains("partition.assignment.strategy") == true, "\(assignor?.message ?? "")")
        let size = PropertyCheck.fault(of: [("message.max.bytes", "4000000"), ("fetch.max.bytes", "100000")])
        #expect(size?.message.contains("fetch.max.bytes") == true, "\(size?.message ?? "")")
    }

    @Test func `SASL without a mechanism says that it would be Kerberos`() {
        let fault = PropertyCheck.fault(of: [("security.protocol", "SASL_SSL")])
        #expect(fault?.message.contains("sasl.mechanism") == true)
    }

    @Test func `a broker that was only told of points to its advertised address`() {
        let told = Admin.remedy("kafka.internal:9092/1: Failed to resolve 'kafka.internal:9092'")
        #expect(told.contains("advertised.listeners") && told.contains("kafka.internal:9092"))
        #expect(Admin.remedy("b:9092/bootstrap: Connect to b failed").contains("check bootstrap.servers"))
        let full = Admin.remedy(
            "b:9092/bootstrap: Failed to create socket: Too many open files (after 0ms in state CONNECT)")
        #expect(full.contains("ulimit -n") && !full.contains("bootstrap.servers"))
    }

    @Test func `cooperative rebalancing is refused where the library loses records in it`() throws {
        let properties = [
            ("bootstrap.servers", "127.0.0.1:1"), ("partition.assignment.strategy", "cooperative-sticky"),
        ]
        if supportsCooperativeRebalancing {
            _ = try Consumer(properties: properties, topics: ["t"], groupID: "g", clientID: "tests")
        } else {
            let error = #expect(throws: KafkaError.self) {
                _ = try Consumer(properties: properties, topics: ["t"], groupID: "g", clientID: "tests")
            }
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains("needs librdkafka 2.1 or later") == true)
        }
    }
}
