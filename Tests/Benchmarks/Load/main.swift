import BenchmarkEvents
import Foundation
import Kafka

// What scripts/bench produces its events with.
//
//   BenchmarkLoad load BROKERS TOPIC KIND EVENTS KEYS PARTITIONS FOLDER   the events, and in FOLDER what views must hold
//   BenchmarkLoad schemas                                                 a line each: Avro's schema, and Protobuf's descriptors
//   BenchmarkLoad version                                                 librdkafka's
//   BenchmarkLoad paced BROKERS TOPIC RATE SECONDS FILE                   orders at RATE a second, and when probes were acknowledged
//   BenchmarkLoad gets PORT CONNECTIONS RATE SECONDS FILE                 requests for rows of `order`, and how long each took
//   BenchmarkLoad stream BROKERS TOPIC EVENTS KEYS PARTITIONS RATE HEAVY FOLDER    orders, and more at RATE from `go` to the end of stdin

let arguments = CommandLine.arguments.dropFirst().map { $0 }
do {
    switch arguments.first {
    case "load" where arguments.count == 8:
        guard let events = Int(arguments[4]), let keys = Int(arguments[5]), let partitions = Int(arguments[6]),
            let kind = WorkloadKind(rawValue: arguments[3])
        else {
            let kinds = WorkloadKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ToolError("load: KIND is one of \(kinds); the counts are numbers")
        }
        let load = Load(brokers: arguments[1], topic: arguments[2], kind: kind, events: events, keys: keys)
        try load.run(partitions: partitions, folder: URL(fileURLWithPath: arguments[7]))
    case "paced" where arguments.count == 6:
        guard let rate = Int(arguments[3]), let seconds = Int(arguments[4]) else {
            throw ToolError("paced: RATE and SECONDS are numbers")
        }
        let paced = PacedLoad(brokers: arguments[1], topic: arguments[2], rate: rate, seconds: seconds)
        try paced.run(file: URL(fileURLWithPath: arguments[5]))
    case "gets" where arguments.count == 6:
        guard let port = UInt16(arguments[1]), let connections = Int(arguments[2]), let rate = Int(arguments[3]),
            let seconds = Int(arguments[4])
        else { throw ToolError("gets: PORT to SECONDS are numbers") }
        let reads = PacedReads(port: port, connections: connections, rate: rate, seconds: seconds)
        try reads.run(file: URL(fileURLWithPath: arguments[5]))
    case "stream" where arguments.count == 9:
        let numbers = arguments[3..<8].compactMap { Int($0) }
        guard numbers.count == 5 else { throw ToolError("stream: EVENTS to HEAVY are numbers") }
        let load = StreamedLoad(
            brokers: arguments[1], topic: arguments[2], events: numbers[0], keys: numbers[1], partitions: numbers[2],
            rate: numbers[3], heavy: numbers[4])
        try load.run(folder: URL(fileURLWithPath: arguments[8]))
    case "schemas": print(OrderEvent.avroSchema, OrderEvent.protobufDescriptors, separator: "\n")
    case "version": print(libraryVersion)
    default: throw ToolError("what is wanted? (the head of Tests/Benchmarks/Load/main.swift says what there is)")
    }
} catch {
    FileHandle.standardError.write(Data("BenchmarkLoad: \(error)\n".utf8))
    exit(1)
}
