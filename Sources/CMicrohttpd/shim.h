#pragma once
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>

/* What libmicrohttpd said last; it is read when a start has failed. */
struct lantern_http_words { char text[256]; };

static inline void lantern_http_log(void *words, const char *format, va_list arguments) {
    vsnprintf(((struct lantern_http_words *)words)->text, sizeof ((struct lantern_http_words *)words)->text, format, arguments);
}

struct lantern_http_options {
    /* Bound and listening; the daemon closes it. */
    int listener;
    unsigned int connections;
    unsigned int connections_per_address;
    /* For a connection's request line, headers and response headers together: without room for these there is no answer. */
    size_t memory;
    /* After so many seconds in which not one byte went either way a connection is closed. */
    unsigned int idle_seconds;
    /* PEM, or NULL for plain HTTP. */
    const char *certificate;
    const char *key;
};

/* Swift cannot call variadic functions. One thread waits in poll(2), takes connections and calls `access`. */
static inline struct MHD_Daemon *lantern_http_start(
    const struct lantern_http_options *options, MHD_AccessHandlerCallback access,
    MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback notified, void *context,
    struct lantern_http_words *words) {
    unsigned int flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem items[] = {
        { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)&lantern_http_log, words },
        { MHD_OPTION_LISTEN_SOCKET, options->listener, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, options->connections, NULL },
        { MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->connections_per_address, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)options->memory, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, options->idle_seconds, NULL },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)completed, context },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)notified, context },
#if MHD_VERSION >= 0x01000000
        { MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL },
#else
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
#endif
        { MHD_OPTION_END, 0, NULL },
        { MHD_OPTION_END, 0, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    if (options->certificate != NULL) {
        size_t last = sizeof items / sizeof items[0] - 3;
        flags |= MHD_USE_TLS;
        items[last] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->certificate };
        items[last + 1] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->key };
    }
    return MHD_start_daemon(flags, 0, NULL, NULL, access, context, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

/* The connection's socket; -1 if there is none. */
static inline int lantern_http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

/* How many bytes the head of the request has. */
static inline size_t lantern_http_head_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

/* Whether this libmicrohttpd has TLS. */
static inline int lantern_http_has_tls(void) { return MHD_is_feature_supported(MHD_FEATURE_SSL) == MHD_YES; }

/* A response whose body comes by and by: `read` fills a buffer, `freed` is called once when it is over. */
static inline struct MHD_Response *lantern_http_stream(
    MHD_ContentReaderCallback read, MHD_ContentReaderFreeCallback freed, void *context) {
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read, context, freed);
}

/* What `read` returns at the end of the body. */
static inline ssize_t lantern_http_end(void) { return MHD_CONTENT_READER_END_OF_STREAM; }

/* A response with a copy of the body; NULL without memory. */
static inline struct MHD_Response *lantern_http_response(const void *body, size_t size) {
    return MHD_create_response_from_buffer(size, (void *)body, MHD_RESPMEM_MUST_COPY);
}
