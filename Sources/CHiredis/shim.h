#pragma once
#include <hiredis/hiredis.h>
#include <stddef.h>

/* hiredis 1.0 changed the type in which createArray gets its count. */
#if HIREDIS_MAJOR >= 1
typedef size_t lantern_array_count;
#else
typedef int lantern_array_count;
#endif

/* Arrays in C structs come to Swift as tuples of 128 elements: read them here. */
static inline const char *lantern_reader_error(const redisReader *reader) { return reader->errstr; }
static inline const char *lantern_context_error(const redisContext *context) { return context->errstr; }

#if __has_include(<hiredis/hiredis_ssl.h>)
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <hiredis/sds.h>

/* A client session that checks the server's certificate *and* its name, which hiredis' own context does not.
   NULL on failure, and then `step` says at what. The caller frees the session until hiredis has taken it. */
static inline SSL *lantern_tls_session(
    const char *ca, const char *certificate, const char *key, const char *host, const char **step) {
    SSL *session = NULL;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    *step = "create a TLS context";
    if (context == NULL) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    *step = "load the certificate authority";
    if (ca ? SSL_CTX_load_verify_locations(context, ca, NULL) != 1 : SSL_CTX_set_default_verify_paths(context) != 1)
        goto done;
    *step = "load the client certificate";
    if (certificate && SSL_CTX_use_certificate_chain_file(context, certificate) != 1) goto done;
    *step = "load the client key";
    if (key && SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) goto done;
    *step = "create a TLS session";
    session = SSL_new(context);
    if (session == NULL) goto done;
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) != 1) {
        *step = "set the name to check";
        if (SSL_set1_host(session, host) != 1 || SSL_set_tlsext_host_name(session, host) != 1) {
            SSL_free(session);
            session = NULL;
        }
    }
done:
    SSL_CTX_free(context);
    return session;
}

/* Why the server's certificate was refused; NULL where it was not. */
static inline const char *lantern_tls_refusal(SSL *session) {
    long verified = SSL_get_verify_result(session);
    return verified == X509_V_OK ? NULL : X509_verify_cert_error_string(verified);
}

/* 1: the handshake is done; 0 and *wants_write: wait for that; -1: failed, the reason in `text`. */
static inline int lantern_tls_handshake(SSL *session, int *wants_write, char *text, size_t size) {
    ERR_clear_error();
    int result = SSL_do_handshake(session);
    if (result == 1) return 1;
    int why = SSL_get_error(session, result);
    *wants_write = why == SSL_ERROR_WANT_WRITE;
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return 0;
    const char *reason = lantern_tls_refusal(session);
    if (reason != NULL) {
        size_t at = 0;
        for (; reason[at] && at + 1 < size; at++) text[at] = reason[at];
        text[at] = 0;
    } else {
        ERR_error_string_n(ERR_get_error(), text, size);
    }
    return -1;
}

/* Like hiredis' own read: bytes, 0 when it would block, -1 with the context's err set. */
static inline ssize_t lantern_tls_read(redisContext *context, char *buffer, size_t size) {
    ERR_clear_error();
    return context->funcs->read(context, buffer, size);
}

/* The alert with which the other side ended the session; NULL where the last failure was none. */
static inline const char *lantern_tls_alert(void) {
    unsigned long code = ERR_get_error();
    return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET
        ? ERR_reason_error_string(code) : NULL;
}

static inline size_t lantern_pending_output(const redisContext *context) { return sdslen(context->obuf); }
#endif
