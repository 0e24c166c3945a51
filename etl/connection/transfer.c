/* etl/connection/transfer.c - requests over HTTP, many at once, by libcurl's multi handle. */
#include "etl/connection/transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "etl/core/limits.h"
#include "etl/core/system/files.h"

enum { MAX_HEADERS = 64 << 10, MAX_CA_FILE = 256 };

struct transfer_private {
    CURL              *easy;
    struct curl_slist *headers;
    struct buf         url, header_text; /* what the handle was set to last; mostly the same for every call */
    size_t             read_at;          /* of the request's body */
    unsigned           begun;            /* how many times libcurl was about to send the request */
    bool               too_long, chunked, busy;
    char               error[CURL_ERROR_SIZE];
    struct transfers  *pool;
};

struct transfers {
    CURLM                  *multi;
    struct transfer        *all;
    size_t                  count, in_flight;
    struct transfer_options options;
    X509                   *extra[MAX_CA_FILE];
    size_t                  extra_count;
    bool                    told_time;
};

/* ---- callbacks ---- */

/* Called right before the first byte of the request, also on a reused connection. A second call for one request means that libcurl is
 * repeating it: it is refused. */
static int before_request(void *userdata, char *ip, char *local_ip, int port, int local_port)
{
    struct transfer *x = userdata;

    (void)ip;
    (void)local_ip;
    (void)port;
    (void)local_port;
    return ++x->private_->begun == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* There is no seek callback, so libcurl cannot send again what was read once. */
static size_t read_body(char *to, size_t size, size_t count, void *userdata)
{
    struct transfer         *x = userdata;
    struct transfer_private *p = x->private_;
    struct str               rest = str_skip(buf_str(&x->request.body), p->read_at);

    rest = str_head(rest, size * count);
    memcpy(to, rest.ptr, rest.len);
    p->read_at += rest.len;
    return rest.len;
}

static size_t write_body(char *from, size_t size, size_t count, void *userdata)
{
    struct transfer *x = userdata;

    if (x->stream != NULL) {
        if (x->body.len < REPLY_HEAD)
            buf_add(&x->body, str_head(str_of(from, size * count), REPLY_HEAD - x->body.len));
        return x->stream->bytes(x->stream->context, str_of(from, size * count)) ? size * count : 0;
    }
    buf_add(&x->body, str_of(from, size * count));
    if (buf_failed(&x->body)) {
        x->private_->too_long = true;
        return 0;
    }
    return size * count;
}

static size_t write_header(char *from, size_t size, size_t count, void *userdata)
{
    struct transfer *x = userdata;
    struct str       line = str_trim(str_of(from, size * count)), name, value;

    if (str_starts(line,
                   STR("HTTP/"))) { /* a 1xx response may come before the real one: the headers of the last one count */
        buf_reset(&x->headers);
        x->private_->chunked = false;
        return size * count;
    }
    value = str_cut(line, ':', &name);
    if (value.ptr == NULL)
        return size * count;
    buf_add(&x->headers, line);
    buf_byte(&x->headers, '\n');
    if (str_eq_nocase(name, STR("Transfer-Encoding")) && str_contains_nocase(value, STR("chunked")))
        x->private_->chunked = true;
    if (!x->private_->pool->told_time && str_eq_nocase(name, STR("Date"))) {
        char date[64];

        x->private_->pool->told_time = true;
        snprintf(date, sizeof date, "%.*s", STR_ARG(str_head(str_trim(value), 60)));
        x->server_time = (int64_t)curl_getdate(date, NULL);
    }
    return size * count;
}

/* The store already has the system's authorities; those of ca_file are added. */
static CURLcode add_authorities(CURL *easy, void *ssl_ctx, void *userdata)
{
    struct transfers *t = userdata;
    X509_STORE       *store = SSL_CTX_get_cert_store(ssl_ctx);

    (void)easy;
    for (size_t i = 0; i < t->extra_count; i++)
        if (X509_STORE_add_cert(store, t->extra[i]) != 1)
            return CURLE_SSL_CACERT_BADFILE;
    return CURLE_OK;
}

/* ---- opening ---- */

static enum etl_status read_authorities(struct transfers *t, struct err *err)
{
    FILE *file = files_stream_open(t->options.ca_file);
    X509 *cert;

    if (file == NULL)
        return err_set(err, ETL_FAIL, "ca-file", "cannot read %s: %s", t->options.ca_file, strerror(errno));
    while (t->extra_count < MAX_CA_FILE && (cert = PEM_read_X509(file, NULL, NULL, NULL)) != NULL)
        t->extra[t->extra_count++] = cert;
    files_stream_close(file);
    return t->extra_count != 0
               ? ETL_OK
               : err_set(err, ETL_FAIL, "ca-file", "%s holds no certificate in PEM form", t->options.ca_file);
}

static void set_up(struct transfers *t, struct transfer *x)
{
    CURL      *c = x->private_->easy;
    const long timeout = (long)t->options.timeout_ms;

    curl_easy_setopt(c, CURLOPT_PRIVATE, x);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->private_->error);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOPROXY, "*"); /* otherwise libcurl reads the environment for every request */
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    /* Without a folder of authorities libcurl keeps the parsed bundle for all connections: 32 of them share one. */
    curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    if (t->extra_count != 0) {
        curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, add_authorities);
        curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, t);
    }
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, timeout < 10000 ? timeout : 10000L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, t->options.user_agent);
    curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(c, CURLOPT_PREREQDATA, x);
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, read_body);
    curl_easy_setopt(c, CURLOPT_READDATA, x);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, write_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, write_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
}

static void make_one(struct transfers *t, struct transfer *x)
{
    x->private_ = calloc(1, sizeof *x->private_);
    if (x->private_ == NULL || (x->private_->easy = curl_easy_init()) == NULL)
        memory_exhausted("a transfer", sizeof *x->private_);
    x->private_->pool = t;
    request_init(&x->request, REQUEST_BYTES_MAX);
    buf_init(&x->headers, MAX_HEADERS, "a reply's headers");
    buf_init(&x->body, t->options.max_reply, "a reply");
    buf_init(&x->private_->url, 1 << 16, "a URL");
    buf_init(&x->private_->header_text, 1 << 16, "a request's headers");
    set_up(t, x);
}

enum etl_status transfers_open(const struct transfer_options *options, struct transfers **out, struct err *err)
{
    struct transfers *t;
    enum etl_status   st = ETL_OK;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, ETL_FAIL, "libcurl", "libcurl cannot start");
    t = calloc(1, sizeof *t);
    if (t == NULL || (t->multi = curl_multi_init()) == NULL)
        memory_exhausted("the transfers", sizeof *t);
    t->options = *options;
    t->count = options->concurrency;
    if (options->ca_file != NULL)
        st = read_authorities(t, err);
    if (st != ETL_OK) {
        transfers_close(t);
        return st;
    }
    curl_multi_setopt(t->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)t->count);
    curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)t->count);
    t->all = calloc(t->count, sizeof *t->all);
    if (t->all == NULL)
        memory_exhausted("the transfers", t->count * sizeof *t->all);
    for (size_t i = 0; i < t->count; i++)
        make_one(t, &t->all[i]);
    *out = t;
    return ETL_OK;
}

static void release_one(struct transfers *t, struct transfer *x)
{
    struct transfer_private *p = x->private_;

    if (p->easy != NULL) {
        curl_multi_remove_handle(t->multi, p->easy);
        curl_easy_cleanup(p->easy);
    }
    curl_slist_free_all(p->headers);
    buf_release(&p->url);
    buf_release(&p->header_text);
    free(p);
    request_release(&x->request);
    buf_wipe(&x->headers);
    buf_wipe(&x->body);
}

void transfers_close(struct transfers *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; t->all != NULL && i < t->count; i++)
        release_one(t, &t->all[i]);
    free(t->all);
    curl_multi_cleanup(t->multi);
    for (size_t i = 0; i < t->extra_count; i++)
        X509_free(t->extra[i]);
    free(t);
    curl_global_cleanup();
}

/* ---- one transfer ---- */

struct transfer *transfer_take(struct transfers *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (!t->all[i].private_->busy) {
            t->all[i].private_->busy = true;
            request_reset(&t->all[i].request);
            t->all[i].stream = NULL;
            return &t->all[i];
        }
    return NULL;
}

static void same_text(struct buf *kept, struct str now)
{
    buf_reset(kept);
    buf_add(kept, now);
}

/* The handle's URL and headers are set only when they differ from the last call's: mostly they do not. */
static void set_target(struct transfer *x)
{
    struct transfer_private *p = x->private_;
    struct str               lines = buf_str(&x->request.headers), line;
    char                     text[2048];

    if (!str_eq(buf_str(&p->url), buf_str(&x->request.url))) {
        same_text(&p->url, buf_str(&x->request.url));
        curl_easy_setopt(p->easy, CURLOPT_URL, buf_cstr(&p->url));
    }
    if (p->headers != NULL && str_eq(buf_str(&p->header_text), lines))
        return;
    same_text(&p->header_text, lines);
    curl_slist_free_all(p->headers);
    p->headers = curl_slist_append(NULL, "Expect:"); /* no 100-continue: it costs a round trip a call */
    while (lines.len != 0) {
        lines = str_cut(lines, '\n', &line);
        snprintf(text, sizeof text, "%.*s", STR_ARG(line));
        if (line.len != 0)
            p->headers = curl_slist_append(p->headers, text);
    }
    curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
}

void transfer_start(struct transfers *t, struct transfer *x)
{
    struct transfer_private *p = x->private_;

    p->read_at = 0;
    p->begun = 0;
    p->too_long = p->chunked = false;
    p->error[0] = '\0';
    buf_reset(&x->headers);
    buf_reset(&x->body);
    x->status = 0;
    x->unproven = false;
    x->server_time = -1;
    x->why[0] = x->content_type[0] = '\0';
    set_target(x);
    curl_easy_setopt(p->easy, CURLOPT_CUSTOMREQUEST, strcmp(x->request.method, "POST") != 0 ? x->request.method : NULL);
    curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->request.body.len);
    if (curl_multi_add_handle(t->multi, p->easy) != CURLM_OK)
        memory_exhausted("libcurl", 0);
    t->in_flight++;
}

void transfer_give_back(struct transfers *t, struct transfer *x)
{
    (void)t;
    if (x->body.cap > (1U << 20)) /* a full report's memory is released */
        buf_wipe(&x->body);
    else if (x->body.ptr != NULL)
        explicit_bzero(x->body.ptr, x->body.len);
    if (x->body.ptr == NULL)
        buf_init(&x->body, t->options.max_reply, "a reply");
    if (x->request.body.ptr != NULL)
        explicit_bzero(x->request.body.ptr, x->request.body.len);
    buf_reset(&x->body);
    x->private_->busy = false;
}

size_t transfers_in_flight(const struct transfers *t)
{
    return t->in_flight;
}

/* Did the transport tell where the reply ends, or was the connection just closed? */
static bool told_whole(struct transfer *x)
{
    curl_off_t length = -1;
    long       version = 0;

    curl_easy_getinfo(x->private_->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(x->private_->easy, CURLINFO_HTTP_VERSION, &version);
    return length >= 0 || x->private_->chunked || version >= CURL_HTTP_VERSION_2_0 || x->status == 204 ||
           x->status == 304;
}

/* libcurl has no times of a reused connection; such a one had reached the answer before. */
static enum transfer_reach how_far(struct transfer *x, CURLcode code)
{
    curl_off_t name = 0, connect = 0;

    if (x->private_->begun != 0)
        return REACH_ANSWER;
    curl_easy_getinfo(x->private_->easy, CURLINFO_NAMELOOKUP_TIME_T, &name);
    curl_easy_getinfo(x->private_->easy, CURLINFO_CONNECT_TIME_T, &connect);
    if (code == CURLE_COULDNT_RESOLVE_HOST || (code == CURLE_OPERATION_TIMEDOUT && name == 0))
        return REACH_NAME;
    if (code == CURLE_COULDNT_CONNECT || (code == CURLE_OPERATION_TIMEDOUT && connect == 0))
        return REACH_CONNECT;
    return str_starts(buf_str(&x->private_->url), STR("https:")) ? REACH_TLS : REACH_ANSWER;
}

static void conclude(struct transfer *x, CURLcode code)
{
    struct transfer_private *p = x->private_;
    const char              *type = NULL, *why = p->error[0] != '\0' ? p->error : curl_easy_strerror(code);
    curl_off_t               took = 0;
    long                     status = 0;

    curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(p->easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(p->easy, CURLINFO_TOTAL_TIME_T, &took);
    x->reach = how_far(x, code);
    x->status = (int)status;
    x->took_us = (uint64_t)took;
    snprintf(x->content_type, sizeof x->content_type, "%s", type != NULL ? type : "");
    if (code == CURLE_OK && told_whole(x)) {
        x->end = TRANSFER_WHOLE;
        return;
    }
    x->end = p->begun == 0 ? TRANSFER_NOT_SENT : TRANSFER_LOST;
    x->unproven = code == CURLE_OK;
    if (code == CURLE_OK)
        why = "the answer came without a length, and the connection just closed: it may be cut off";
    else if (p->too_long)
        why = "the answer is longer than any that is expected";
    else if (p->begun > 1)
        why = "the kept-open connection was closed while the request was sent";
    snprintf(x->why, sizeof x->why, "%s", why);
}

static struct transfer *ended(struct transfers *t)
{
    CURLMsg         *m;
    struct transfer *x = NULL;
    char            *private_pointer = NULL;
    int              left;

    while ((m = curl_multi_info_read(t->multi, &left)) != NULL) {
        CURLcode code = m->data.result;
        CURL    *easy = m->easy_handle;

        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private_pointer);
        x = (struct transfer *)(void *)private_pointer;
        conclude(x, code);
        curl_multi_remove_handle(t->multi, easy);
        t->in_flight--;
        return x;
    }
    return NULL;
}

struct transfer *transfers_next(struct transfers *t, uint64_t wait_ms)
{
    struct transfer *x = ended(t);
    int              running = 0;

    if (x != NULL)
        return x;
    curl_multi_perform(t->multi, &running);
    x = ended(t);
    if (x != NULL || wait_ms == 0)
        return x;
    curl_multi_poll(t->multi, NULL, 0, wait_ms > 60000 ? 60000 : (int)wait_ms, NULL);
    curl_multi_perform(t->multi, &running);
    return ended(t);
}
