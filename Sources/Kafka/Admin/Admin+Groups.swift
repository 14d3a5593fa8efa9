internal import CRdkafka

extension Admin {
    /// Deletes a consumer group with the offsets that it committed; false: there is none of that name.
    ///
    /// Throws what Kafka refuses: a group with members (`NON_EMPTY_GROUP`), or a user without the right DELETE on it.
    @discardableResult
    public mutating func deleteGroup(_ name: String, timeoutMilliseconds: Int) throws(KafkaError) -> Bool {
        let action = "deleting consumer group \(name)"
        let group = unsafe rd_kafka_DeleteGroup_new(name)
        defer { unsafe rd_kafka_DeleteGroup_destroy(group) }
        let event: AdminEvent
        do throws(KafkaError) {
            event = unsafe try perform(action, timeoutMilliseconds) { client, options, queue in
                var groups: [OpaquePointer?] = unsafe [group]
                unsafe rd_kafka_DeleteGroups(client, &groups, 1, options, queue)
            }
        } catch {
            if error.name == "GROUP_ID_NOT_FOUND" { return false }
            throw error
        }
        var count = 0
        let result = unsafe rd_kafka_event_DeleteGroups_result(event.event)
        let answers = unsafe rd_kafka_DeleteGroups_result_groups(result, &count)
        guard count > 0, let answer = unsafe answers?[0] else {
            throw KafkaError(.other, message: "\(action): the reply does not contain it")
        }
        guard let error = unsafe rd_kafka_group_result_error(answer) else { return true }
        let code = unsafe rd_kafka_error_code(error)
        if code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND { return false }
        throw KafkaError(code, action)
    }
}
