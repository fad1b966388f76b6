// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift does not import:
// one inline function for each type of argument stands in for them.
#ifndef HYPERKIT_CCURL_SHIM_H
#define HYPERKIT_CCURL_SHIM_H

#include <curl/curl.h>

static inline CURLcode hyperkit_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hyperkit_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hyperkit_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hyperkit_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*hyperkit_curl_write)(char *data, size_t size, size_t count, void *context);

static inline CURLcode hyperkit_curl_set_write(CURL *handle, CURLoption option, hyperkit_curl_write value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hyperkit_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode hyperkit_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

#endif
