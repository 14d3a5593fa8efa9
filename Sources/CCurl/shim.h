#pragma once
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One GET. Strings may be NULL, except the URL. */
struct lantern_get_options {
    const char *url;
    const char *user;
    const char *password;
    /* Files in PEM. */
    const char *ca;
    const char *certificate;
    const char *key;
    long connect_milliseconds;
    long milliseconds;
    /* The most bytes that a body may have. */
    size_t largest;
};

struct lantern_get_reply {
    /* 0 if there was none: then `words` say why. */
    long status;
    char *body;
    size_t count;
    char words[CURL_ERROR_SIZE];
    /* Used while it is received. */
    size_t largest;
    int is_too_large;
};

static inline size_t lantern_get_receive(char *bytes, size_t size, size_t count, void *context) {
    struct lantern_get_reply *reply = context;
    size_t more = size * count;
    if (reply->count + more > reply->largest) {
        reply->is_too_large = 1;
        return 0;
    }
    char *grown = realloc(reply->body, reply->count + more + 1);
    if (grown == NULL) return 0;
    memcpy(grown + reply->count, bytes, more);
    reply->body = grown;
    reply->count += more;
    return more;
}

/* Why there was no reply. Many of libcurl's own texts hold milliseconds or bytes, which differ each time: they would make
   many reasons of one that lasts. */
static inline void lantern_get_explain(CURL *curl, CURLcode code, struct lantern_get_reply *reply) {
    switch (code) {
    /* These hold none, and say which name, which file, or what is wrong with a certificate. */
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        if (reply->words[0] != 0) return;
        break;
    default: break;
    }
    long number = 0;
    if (code == CURLE_COULDNT_CONNECT) curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
    const char *words = reply->is_too_large ? "the reply is too large" : curl_easy_strerror(code);
    if (number == 0)
        snprintf(reply->words, sizeof reply->words, "%s", words);
    else
        snprintf(reply->words, sizeof reply->words, "%s: %s", words, strerror((int)number));
}

/* To be called once, before anything else of libcurl. */
static inline int lantern_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; }

/* Swift cannot call variadic functions. A redirect is not followed: it could take the password elsewhere. The caller frees
   the body. */
static inline void lantern_get(CURL *curl, const struct lantern_get_options *options, struct lantern_get_reply *reply) {
    memset(reply, 0, sizeof *reply);
    reply->largest = options->largest;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, options->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, options->connect_milliseconds);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, options->milliseconds);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reply->words);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, lantern_get_receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    if (options->user != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, options->password == NULL ? "" : options->password);
    }
    if (options->ca != NULL) curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca);
    if (options->certificate != NULL) curl_easy_setopt(curl, CURLOPT_SSLCERT, options->certificate);
    if (options->key != NULL) curl_easy_setopt(curl, CURLOPT_SSLKEY, options->key);
    struct curl_slist *headers =
        curl_slist_append(NULL, "Accept: application/vnd.schemaregistry.v1+json, application/json");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (code == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    } else {
        lantern_get_explain(curl, code, reply);
    }
}
