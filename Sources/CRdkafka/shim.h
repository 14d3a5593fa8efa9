#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* What Swift cannot import: variadic functions, macros with casts, and anonymous enums of the C library. */

/* Copies key and value; takes ownership of headers only where it answers no error. A timestamp of 0 is now. */
static inline rd_kafka_resp_err_t lantern_produce(
        rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, const void *key, size_t key_size,
        const void *value, size_t value_size, rd_kafka_headers_t *headers, int64_t timestamp, void *tag) {
    if (headers)
        return rd_kafka_producev(
            client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY((void *)key, key_size),
            RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_HEADERS(headers),
            RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
    return rd_kafka_producev(
        client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY((void *)key, key_size),
        RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_TIMESTAMP(timestamp),
        RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
}

/* Asks for the bytes of a record before they are read. */
static inline void lantern_prefetch(const rd_kafka_message_t *message) {
    const char *value = (const char *)message->payload;
    __builtin_prefetch(message->key);
    for (size_t at = 0; value && at < message->len && at < 512; at += 64)
        __builtin_prefetch(value + at);
}

/* Topic ids came with librdkafka 2.3: looked up while running, so that a newer library than that of the build has them too. */
#include <dlfcn.h>

/* Asks for the ids of topics; 0 where this library cannot. */
static inline int lantern_describe_topics(
        rd_kafka_t *client, const char **topics, size_t count, const rd_kafka_AdminOptions_t *options,
        rd_kafka_queue_t *queue) {
    void *(*collect)(const char **, size_t) =
        (void *(*)(const char **, size_t))dlsym(NULL, "rd_kafka_TopicCollection_of_topic_names");
    void (*destroy)(void *) = (void (*)(void *))dlsym(NULL, "rd_kafka_TopicCollection_destroy");
    void (*describe)(rd_kafka_t *, const void *, const rd_kafka_AdminOptions_t *, rd_kafka_queue_t *) =
        (void (*)(rd_kafka_t *, const void *, const rd_kafka_AdminOptions_t *, rd_kafka_queue_t *))dlsym(
            NULL, "rd_kafka_DescribeTopics");
    if (!collect || !destroy || !describe)
        return 0;
    void *collection = collect(topics, count);
    describe(client, collection, options, queue);
    destroy(collection);
    return 1;
}

/* The name of topic `index` in the answer, and its id in base64, which the answer owns; 0 behind the last one. An id is
 * NULL where the broker has none. */
static inline int lantern_described_topic(
        rd_kafka_event_t *event, size_t index, const char **name, const char **identifier) {
    const void *(*result_of)(rd_kafka_event_t *) =
        (const void *(*)(rd_kafka_event_t *))dlsym(NULL, "rd_kafka_event_DescribeTopics_result");
    const void **(*topics_of)(const void *, size_t *) =
        (const void **(*)(const void *, size_t *))dlsym(NULL, "rd_kafka_DescribeTopics_result_topics");
    const char *(*name_of)(const void *) =
        (const char *(*)(const void *))dlsym(NULL, "rd_kafka_TopicDescription_name");
    const void *(*id_of)(const void *) = (const void *(*)(const void *))dlsym(NULL, "rd_kafka_TopicDescription_topic_id");
    const char *(*text_of)(const void *) = (const char *(*)(const void *))dlsym(NULL, "rd_kafka_Uuid_base64str");
    int64_t (*high_of)(const void *) = (int64_t(*)(const void *))dlsym(NULL, "rd_kafka_Uuid_most_significant_bits");
    int64_t (*low_of)(const void *) = (int64_t(*)(const void *))dlsym(NULL, "rd_kafka_Uuid_least_significant_bits");
    if (!result_of || !topics_of || !name_of || !id_of || !text_of || !high_of || !low_of)
        return 0;
    const void *result = result_of(event);
    size_t count = 0;
    const void **topics = result ? topics_of(result, &count) : NULL;
    if (!topics || index >= count)
        return 0;
    const void *id = id_of(topics[index]);
    *name = name_of(topics[index]);
    *identifier = id && (high_of(id) || low_of(id)) ? text_of(id) : NULL;
    return 1;
}
