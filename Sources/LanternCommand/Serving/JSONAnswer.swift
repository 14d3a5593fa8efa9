import CommandLine
import Configuration
import FoundationEssentials
import Gateway
import Kafka
import Redis
import Worker

/// JSON in both directions, and errors as the page shows them: `{"message":"…"}`.
enum JSONAnswer {
    private struct Message: Codable { let message: String }

    /// What cannot be carried out as it was asked.
    struct Mistake: Error {
        let status: Int
        let message: String
    }

    /// Runs what makes an answer; an error becomes its words.
    static func of<Value: Encodable>(_ make: () throws -> Value) -> HTTPResponse {
        do {
            return .json(200, try encoded(try make()))
        } catch {
            let (status, message) = explained(error)
            return .json(status, (try? encoded(Message(message: message))) ?? [])
        }
    }

    static func decoded<Value: Decodable>(_ type: Value.Type, _ request: HTTPRequest) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(request.body))
        } catch {
            throw Mistake(status: 400, message: "the body is not the JSON that this path takes: \(error)")
        }
    }

    private static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    private static func explained(_ error: any Error) -> (status: Int, message: String) {
        switch error {
        case let error as Mistake: (error.status, error.message)
        case let error as WorkerError: (409, error.message)
        case let error as KafkaError: (503, error.message)
        case let error as RedisError: (503, error.message)
        case let error as UsageError: (400, error.description)
        case let error as ConfigurationError: (409, error.description)
        default: (500, "\(error)")
        }
    }
}
