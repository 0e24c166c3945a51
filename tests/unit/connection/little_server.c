/* tests/unit/connection/little_server.c - an HTTP server whose every byte a test decides. */
#include "tests/unit/connection/little_server.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "providers/sandbox/certificates.h"

enum { CONNECTIONS_MAX = 4096 };

struct connection_of_ours {
    struct little_server *server;
    int                   fd;
    unsigned              number;
    pthread_t             thread;
};
struct little_server {
    int                       fd;
    bool                      stopping;
    char                      url[64], ca_path[64];
    SSL_CTX                  *tls;
    little_script             script;
    void                     *context;
    pthread_t                 thread;
    pthread_mutex_t           mutex;
    unsigned                  requests, connection_count;
    struct connection_of_ours connections[CONNECTIONS_MAX];
};

static ssize_t take(SSL *ssl, int fd, char *to, size_t size)
{
    return ssl != NULL ? SSL_read(ssl, to, (int)size) : recv(fd, to, size, 0);
}

static void give(SSL *ssl, int fd, struct str bytes)
{
    while (bytes.len != 0) {
        ssize_t n =
            ssl != NULL ? SSL_write(ssl, bytes.ptr, (int)bytes.len) : send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        bytes = str_skip(bytes, (size_t)n);
    }
}

/* Is a whole request in the buffer? Its head and body then. */
static bool whole(struct str got, struct str *head, struct str *body)
{
    const char *end = got.len != 0 ? memmem(got.ptr, got.len, "\r\n\r\n", 4) : NULL;
    const char *length;
    size_t      n = 0;

    if (end == NULL)
        return false;
    *head = str_of(got.ptr, (size_t)(end - got.ptr) + 4);
    length = memmem(head->ptr, head->len, "Content-Length:", 15);
    if (length != NULL)
        n = strtoul(length + 15, NULL, 10);
    *body = str_head(str_skip(got, head->len), n);
    return got.len - head->len >= n;
}

static bool serve_one(struct connection_of_ours *c, SSL *ssl, struct buf *in, unsigned nth)
{
    struct little_server *s = c->server;
    struct asked_of_us    asked = { .connection = c->number, .nth = nth };
    struct our_answer     answer = { 0 };
    bool                  stay;

    while (!whole(buf_str(in), &asked.head, &asked.body)) {
        char    part[65536];
        ssize_t n = take(ssl, c->fd, part, sizeof part);

        if (n <= 0)
            return false;
        buf_add(in, str_of(part, (size_t)n));
    }
    buf_init(&answer.bytes, 64 << 20, "an answer");
    pthread_mutex_lock(&s->mutex);
    asked.number = ++s->requests;
    s->script(s->context, &asked, &answer);
    pthread_mutex_unlock(&s->mutex);
    if (answer.delay_ms != 0)
        usleep(answer.delay_ms * 1000);
    give(ssl, c->fd, buf_str(&answer.bytes));
    stay = !answer.close;
    buf_release(&answer.bytes);
    memmove(in->ptr, in->ptr + asked.head.len + asked.body.len, in->len - asked.head.len - asked.body.len);
    in->len -= asked.head.len + asked.body.len;
    return stay;
}

static void *serve(void *argument)
{
    struct connection_of_ours *c = argument;
    SSL                       *ssl = NULL;
    struct buf                 in;

    buf_init(&in, 64 << 20, "a request");
    if (c->server->tls != NULL) {
        ssl = SSL_new(c->server->tls);
        SSL_set_fd(ssl, c->fd);
    }
    if (ssl == NULL || SSL_accept(ssl) == 1)
        for (unsigned nth = 1; serve_one(c, ssl, &in, nth); nth++)
            ;
    SSL_free(ssl);
    buf_release(&in);
    shutdown(c->fd, SHUT_RDWR);
    return NULL;
}

static void *accept_all(void *argument)
{
    struct little_server *s = argument;

    for (;;) {
        struct connection_of_ours *c;
        int                        fd = accept(s->fd, NULL, NULL);

        if (fd < 0)
            return NULL;
        pthread_mutex_lock(&s->mutex);
        if (s->stopping || s->connection_count == CONNECTIONS_MAX) {
            pthread_mutex_unlock(&s->mutex);
            close(fd);
            continue;
        }
        c = &s->connections[s->connection_count];
        *c = (struct connection_of_ours){ .server = s, .fd = fd, .number = ++s->connection_count };
        pthread_create(&c->thread, NULL, serve, c);
        pthread_mutex_unlock(&s->mutex);
    }
}

static void set_up_tls(struct little_server *s)
{
    AUTO(arena_release) struct arena mem;
    struct certificates              certificates;
    struct err                       err = { 0 };
    BIO                             *bio;
    X509                            *certificate;
    EVP_PKEY                        *key;
    int                              fd;

    arena_init(&mem, 1 << 20, "certificates");
    if (certificates_make(time(NULL), &real_random, &mem, &certificates, &err) != ETL_OK)
        abort();
    snprintf(s->ca_path, sizeof s->ca_path, "/tmp/little-ca-XXXXXX");
    fd = mkstemp(s->ca_path);
    if (fd < 0 || write(fd, certificates.ca, strlen(certificates.ca)) < 0)
        abort();
    close(fd);
    s->tls = SSL_CTX_new(TLS_server_method());
    bio = BIO_new_mem_buf(certificates.server, -1);
    certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    bio = BIO_new_mem_buf(certificates.server_key, -1);
    key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (SSL_CTX_use_certificate(s->tls, certificate) != 1 || SSL_CTX_use_PrivateKey(s->tls, key) != 1)
        abort();
    X509_free(certificate);
    EVP_PKEY_free(key);
}

struct little_server *little_server_new(bool tls, little_script script, void *context)
{
    struct little_server *s = calloc(1, sizeof *s);
    struct sockaddr_in    at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t             size = sizeof at;

    signal(SIGPIPE, SIG_IGN);
    s->script = script;
    s->context = context;
    pthread_mutex_init(&s->mutex, NULL);
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(s->fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(s->fd, 128) != 0 ||
        getsockname(s->fd, (struct sockaddr *)&at, &size) != 0)
        abort();
    if (tls)
        set_up_tls(s);
    snprintf(s->url, sizeof s->url, "%s://127.0.0.1:%d/api", tls ? "https" : "http", ntohs(at.sin_port));
    pthread_create(&s->thread, NULL, accept_all, s);
    return s;
}

void little_server_free(struct little_server *s)
{
    pthread_mutex_lock(&s->mutex);
    s->stopping = true;
    pthread_mutex_unlock(&s->mutex);
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
    for (unsigned i = 0; i < s->connection_count; i++) {
        shutdown(s->connections[i].fd, SHUT_RDWR);
        pthread_join(s->connections[i].thread, NULL);
        close(s->connections[i].fd);
    }
    SSL_CTX_free(s->tls);
    if (s->ca_path[0] != '\0')
        unlink(s->ca_path);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

const char *little_server_url(const struct little_server *s)
{
    return s->url;
}

const char *little_server_ca(const struct little_server *s)
{
    return s->ca_path[0] != '\0' ? s->ca_path : NULL;
}

static unsigned counted(struct little_server *s, const unsigned *what)
{
    unsigned n;

    pthread_mutex_lock(&s->mutex);
    n = *what;
    pthread_mutex_unlock(&s->mutex);
    return n;
}

unsigned little_server_requests(struct little_server *s)
{
    return counted(s, &s->requests);
}

unsigned little_server_connections(struct little_server *s)
{
    return counted(s, &s->connection_count);
}

void answer_status(struct our_answer *a, int status, const char *headers, const char *body)
{
    buf_fmt(&a->bytes, "HTTP/1.1 %d X\r\nContent-Type: text/plain\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
            strlen(body), body);
}

void answer_text(struct our_answer *a, const char *body)
{
    answer_status(a, 200, "", body);
}

bool form_value(struct str body, const char *name, char *out, size_t size)
{
    struct str pair, key, value, rest = body;

    while (rest.len != 0) {
        size_t at = 0;

        rest = str_cut(rest, '&', &pair);
        value = str_cut(pair, '=', &key);
        if (value.ptr == NULL || !str_is(key, name))
            continue;
        for (size_t i = 0; i < value.len && at + 1 < size; i++) {
            char hex[3] = { 0 };

            if (value.ptr[i] == '%' && i + 2 < value.len) {
                memcpy(hex, value.ptr + i + 1, 2);
                out[at++] = (char)strtoul(hex, NULL, 16);
                i += 2;
            } else {
                out[at++] = value.ptr[i];
            }
        }
        out[at] = '\0';
        return true;
    }
    return false;
}
