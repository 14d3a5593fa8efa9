internal import CRdkafka
internal import System

extension KafkaError {
    /// From librdkafka's code and words; `action` says what was tried, `detail` replaces the library's general text.
    init(
        _ error: rd_kafka_resp_err_t, _ action: String, detail: String? = nil, isFatal: Bool = false,
        isRetriable: Bool = false
    ) {
        let cause = unsafe detail ?? String(cString: rd_kafka_err2str(error))
        self.init(
            Code(error), name: unsafe String(cString: rd_kafka_err2name(error)), message: "\(action): \(cause)",
            isFatal: isFatal || error == RD_KAFKA_RESP_ERR__FATAL, isRetriable: isRetriable)
    }

    /// From an error object, which is destroyed.
    init(consuming error: OpaquePointer, _ action: String) {
        let code = unsafe rd_kafka_error_code(error)
        unsafe self.init(
            code, action, detail: String(cString: rd_kafka_error_string(error)),
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0 || rd_kafka_error_txn_requires_abort(error) != 0)
        unsafe rd_kafka_error_destroy(error)
    }

    /// What `body` returns; a refusal of the operating system is a failure of the client.
    static func wrapping<Result>(_ body: () throws(SystemError) -> Result) throws(KafkaError) -> Result {
        do throws(SystemError) {
            return try body()
        } catch {
            throw KafkaError(.other, message: "the system refused what a Kafka client needs: \(error)")
        }
    }

    /// The same error, with more said about what was tried.
    func with(_ message: String) -> KafkaError {
        KafkaError(code, name: name, message: message, isFatal: isFatal, isRetriable: isRetriable)
    }
}

extension KafkaError.Code {
    /// Foreign codes are never exhaustive: what is not listed is `other`.
    init(_ error: rd_kafka_resp_err_t) {
        self =
            switch error {
            case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
                RD_KAFKA_RESP_ERR__NODE_UPDATE, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
                .unreachable
            case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
                RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
                .timedOut
            case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
                RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
                .authentication
            case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
                RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
                .authorization
            case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
                .unknownTopic
            case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: .unknownPartition
            case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: .topicExists
            case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: .offsetOutOfRange
            case RD_KAFKA_RESP_ERR__BAD_COMPRESSION, RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR_INVALID_MSG,
                RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
                .damagedData
            case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
                RD_KAFKA_RESP_ERR_INVALID_RECORD:
                .unacceptableRecord
            case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID: .fencedInstance
            case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED: .pollIntervalExceeded
            case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
                RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
                .staleGeneration
            case RD_KAFKA_RESP_ERR__QUEUE_FULL: .queueFull
            case RD_KAFKA_RESP_ERR__DESTROY: .closed
            case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED,
                RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
                .unsupported
            case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE,
                RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
                .transaction
            case RD_KAFKA_RESP_ERR__INVALID_ARG: .configuration
            default: .other
            }
    }
}
