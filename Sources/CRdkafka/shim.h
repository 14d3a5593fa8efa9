#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <sys/eventfd.h>

/* What Swift cannot import: variadic functions, macros with casts, and anonymous enums of the C library. */

/* A descriptor that counts wake-ups; neither reading nor writing blocks. -1 with errno where there is none. */
static inline int lantern_wake_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

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
