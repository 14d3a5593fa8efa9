#pragma once
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

/* A client's side of a TLS session, and what it trusts. */
struct lantern_tls {
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    /* The session keeps the pointer only. */
    char *host;
};

static inline void lantern_tls_close(struct lantern_tls *tls) {
    if (tls->session) gnutls_deinit(tls->session);
    if (tls->credentials) gnutls_certificate_free_credentials(tls->credentials);
    free(tls->host);
    tls->host = NULL;
    tls->session = NULL;
    tls->credentials = NULL;
}

/* Prepares a session on a connected, non-blocking socket. The server's certificate must be valid for `host`. It is trusted
 * through the PEM file `ca`, or the system's authorities if that is NULL. Returns 0, or a negative code. */
static inline int lantern_tls_open(
    struct lantern_tls *tls, int descriptor, const char *host, int is_name, const char *ca) {
    int code = gnutls_certificate_allocate_credentials(&tls->credentials);
    if (code < 0) return code;
    code = ca ? gnutls_certificate_set_x509_trust_file(tls->credentials, ca, GNUTLS_X509_FMT_PEM)
              : gnutls_certificate_set_x509_system_trust(tls->credentials);
    if (code < 0) return code;
    if (ca && code == 0) return GNUTLS_E_NO_CERTIFICATE_FOUND;
    code = gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (code < 0) return code;
    code = gnutls_set_default_priority(tls->session);
    if (code < 0) return code;
    code = gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
    if (code < 0) return code;
    /* An address in numbers is no server's name. */
    if (is_name) {
        code = gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, host, strlen(host));
        if (code < 0) return code;
    }
    tls->host = strdup(host);
    if (tls->host == NULL) return GNUTLS_E_MEMORY_ERROR;
    gnutls_session_set_verify_cert(tls->session, tls->host, 0);
    gnutls_transport_set_int2(tls->session, descriptor, descriptor);
    return 0;
}

/* Why the certificate was refused, for people; empty if it was not. */
static inline void lantern_tls_reason(struct lantern_tls *tls, char *words, size_t size) {
    gnutls_datum_t text = { NULL, 0 };
    unsigned int status = gnutls_session_get_verify_cert_status(tls->session);
    size_t at = 0;
    if (status != 0 && status != (unsigned int)-1
        && gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) == 0) {
        for (; at + 1 < size && at < text.size && text.data[at]; at++) words[at] = (char)text.data[at];
        gnutls_free(text.data);
    }
    words[at] = 0;
}
