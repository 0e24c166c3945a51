/* providers/sandbox/server.c - libmicrohttpd's callbacks: a request is gathered and answered; a fault may damage the answer. */
#include "providers/sandbox/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "providers/sandbox/timers.h"

enum {
    BODY_MAX = 16 << 20,
    CONTROL_MAX = 1 << 30,
    CONNECTIONS_MAX = 4096,
    BACKLOG = 1024,
    KEPT_BODY = 64 << 10,
    HEADERS_MAX = 64 << 10,
    PIECE = 64 << 10
};

struct server {
    const struct sandbox_shared *shared;
    struct control              *control;
    struct MHD_Daemon           *daemon;
    struct timers               *timers;
    const struct clock          *clock;
    uint16_t                     port;
    _Atomic uint64_t             next_connection;
    pthread_mutex_t              mutex; /* guards the list of free workspaces */
    struct workspace            *workspaces;
};
/* A connection, and the request that is on it now. */
struct http_exchange {
    struct server       *server;
    uint64_t             connection, requests;
    struct buf           body;
    struct MHD_Response *response; /* made; NULL: not yet, or there will be none */
    unsigned             status;
    bool                 begun, answered, drop, close_behind;
};

/* ---- workspaces ---- */

/* A workspace that was made before midnight holds yesterday's date, so it is not used any more. */
static struct workspace *workspace_borrow(struct server *s)
{
    struct workspace *b;
    char              date[16];

    clock_today(s->clock, date);
    pthread_mutex_lock(&s->mutex);
    b = s->workspaces;
    if (b != NULL)
        s->workspaces = b->next;
    pthread_mutex_unlock(&s->mutex);
    if (b != NULL && strcmp(b->today, date) != 0) {
        workspace_free(b);
        b = NULL;
    }
    return b != NULL ? b : workspace_new(str_from(date));
}

static void workspace_return(struct server *s, struct workspace *b)
{
    pthread_mutex_lock(&s->mutex);
    b->next = s->workspaces;
    s->workspaces = b;
    pthread_mutex_unlock(&s->mutex);
}

/* ---- connections ---- */

static void visit_clear(struct http_exchange *v)
{
    if (v->response != NULL)
        MHD_destroy_response(v->response);
    v->response = NULL;
    v->begun = v->answered = v->drop = v->close_behind = false;
    if (v->body.cap > KEPT_BODY)
        buf_wipe(&v->body);
    buf_reset(&v->body);
}

static void on_connection(void *context, struct MHD_Connection *mc, void **place,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server        *s = context;
    struct http_exchange *v = *place;

    (void)mc;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        v = calloc(1, sizeof *v);
        if (v == NULL)
            memory_exhausted("the sandbox's connections", sizeof *v);
        v->server = s;
        v->connection = ++s->next_connection;
        buf_init(&v->body, BODY_MAX, "a request");
        *place = v;
    } else if (v != NULL) {
        visit_clear(v);
        buf_wipe(&v->body);
        free(v);
        *place = NULL;
    }
}

static struct http_exchange *visit_of(struct MHD_Connection *mc)
{
    return MHD_get_connection_info(mc, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The fault close-idle: the reply promised to keep the connection open, and it is closed all the same. */
static void on_completed(void *context, struct MHD_Connection *mc, void **request, enum MHD_RequestTerminationCode code)
{
    struct http_exchange *v = *request;

    (void)context;
    if (v == NULL)
        return;
    if (v->close_behind && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        shutdown(MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd, SHUT_RDWR);
    visit_clear(v);
    *request = NULL;
}

/* ---- replies ---- */

static void reply_header(struct http_exchange *v, const char *name, const char *value)
{
    MHD_add_response_header(v->response, name, value);
}

static void reply_make(struct http_exchange *v, unsigned status, const char *type, struct str body)
{
    v->status = status;
    v->response = MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.ptr, MHD_RESPMEM_MUST_COPY);
    if (v->response == NULL)
        memory_exhausted("the sandbox's replies", body.len);
    reply_header(v, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    v->answered = true;
}

/* A body that is being sent: a listing or bytes. A fault may cut it off. */
struct outflow {
    struct listing *listing;
    uint64_t        left; /* bytes that may still be sent */
    bool            torn; /* the connection is closed instead of ending the body */
    char            bytes[];
};

static ssize_t outflow_read(void *context, uint64_t at, char *out, size_t room)
{
    struct outflow *o = context;
    size_t          n = o->left < room ? (size_t)o->left : room;

    if (o->listing != NULL)
        n = n == 0 ? 0 : listing_read(o->listing, out, n);
    else
        memcpy(out, o->bytes + at, n);
    o->left -= n;
    if (n == 0)
        return o->torn ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;
    return (ssize_t)n;
}

static void outflow_free(void *context)
{
    struct outflow *o = context;

    listing_free(o->listing);
    free(o);
}

static struct outflow *outflow_new(const struct answered *a)
{
    size_t          len = a->listing != NULL ? 0 : a->body.len;
    struct outflow *o = malloc(sizeof *o + len);

    if (o == NULL)
        memory_exhausted("the sandbox's replies", len);
    *o = (struct outflow){ .listing = a->listing, .left = a->listing != NULL ? UINT64_MAX : len };
    if (len != 0)
        memcpy(o->bytes, a->body.ptr, len);
    return o;
}

/* Where a cut-off body ends: where it was ordered, else in the middle. At least one byte is missing. */
static void outflow_tear(struct outflow *o, const struct fault_choice *fault)
{
    o->torn = true;
    if (!fault->has_number && o->listing != NULL)
        listing_halve(o->listing);
    else if (!fault->has_number)
        o->left /= 2;
    else if (o->listing != NULL || fault->number < o->left)
        o->left = fault->number;
    else if (o->left != 0)
        o->left--;
}

static void reply_flowing(struct http_exchange *v, const struct answered *a, const char *type)
{
    struct outflow *o = outflow_new(a);
    uint64_t        size = a->listing != NULL ? MHD_SIZE_UNKNOWN : a->body.len;

    if (a->fault.kind == FAULT_CUTOFF) {
        outflow_tear(o, &a->fault);
        size += size == 0;
    } else if (a->fault.kind == FAULT_NO_LENGTH) {
        size = MHD_SIZE_UNKNOWN;
        if (a->fault.has_number && a->fault.number < o->left)
            o->left = a->fault.number;
    }
    v->status = (unsigned)a->status;
    v->response = MHD_create_response_from_callback(size, PIECE, outflow_read, o, outflow_free);
    if (v->response == NULL)
        memory_exhausted("the sandbox's replies", a->body.len);
    /* HTTP/1.0 has no chunks, so a body without a length ends with the connection. */
    if (a->fault.kind == FAULT_NO_LENGTH)
        MHD_set_response_options(v->response, MHD_RF_HTTP_VERSION_1_0_RESPONSE, MHD_RO_END);
    reply_header(v, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    v->answered = true;
}

static void reply_from_desk(struct http_exchange *v, const struct answered *a, const char *type)
{
    if (a->fault.kind == FAULT_DROP_BEFORE || a->fault.kind == FAULT_DROP_AFTER) {
        listing_free(a->listing);
        v->drop = v->answered = true;
        return;
    }
    v->close_behind = a->fault.kind == FAULT_CLOSE_IDLE;
    if (a->listing != NULL || a->fault.kind == FAULT_CUTOFF || a->fault.kind == FAULT_NO_LENGTH)
        reply_flowing(v, a, type);
    else
        reply_make(v, (unsigned)a->status, type, a->body);
    if (a->retry_after)
        reply_header(v, MHD_HTTP_HEADER_RETRY_AFTER, "1");
}

/* ---- requests ---- */

/* "/ispn/exec.pl" names the provider ispn; the rest of the path is for its wires. */
static struct hosted_provider *hosted_provider_at(struct server *s, struct str path)
{
    struct str name;

    str_cut(str_skip(path, 1), '/', &name);
    for (size_t i = 0; i < s->control->hosted_count; i++)
        if (str_eq(s->control->all_hosted[i].provider->name, name))
            return &s->control->all_hosted[i];
    return NULL;
}

static void ask_control(struct http_exchange *v, struct str method, struct str path)
{
    struct control_reply reply = { 0 };

    buf_init(&reply.body, CONTROL_MAX, "an answer of the sandbox");
    control_answer(v->server->control, method, path, buf_str(&v->body), &reply);
    reply_make(v, (unsigned)reply.status, reply.type, buf_str(&reply.body));
    buf_release(&reply.body);
}

static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    if (name != NULL && value != NULL)
        buf_fmt(context, "%s: %s\n", name, value);
    return MHD_YES;
}

/* Returns how many milliseconds the answer is delayed. */
static uint64_t ask_desk(struct http_exchange *v, struct MHD_Connection *mc, struct hosted_provider *d,
                         struct asked *asked)
{
    AUTO(buf_wipe) struct buf headers;
    struct workspace         *b = workspace_borrow(v->server);
    struct answered           answered;

    buf_init(&headers, HEADERS_MAX, "a request's headers");
    MHD_get_connection_values(mc, MHD_HEADER_KIND, add_header, &headers);
    asked->headers = buf_str(&headers);
    asked->type = wire_header(asked->headers, MHD_HTTP_HEADER_CONTENT_TYPE);
    respond(v->server->shared, d, b, asked, &answered);
    reply_from_desk(v, &answered, arena_cstr(&b->mem, answered.type));
    workspace_return(v->server, b);
    return answered.fault.delay_ms;
}

static uint64_t ask(struct http_exchange *v, struct MHD_Connection *mc, struct str method, struct str path)
{
    struct hosted_provider *d = hosted_provider_at(v->server, path);
    struct asked            asked = { .method = method,
                                      .path = path,
                                      .body = buf_str(&v->body),
                                      .reused = v->requests > 1,
                                      .connection = v->connection,
                                      .now_seconds = clock_wall_ms(v->server->clock) / 1000 };

    if (buf_failed(&v->body))
        reply_make(v, MHD_HTTP_CONTENT_TOO_LARGE, "text/plain", STR("a request may have 16 MiB\n"));
    else if (str_starts(path, STR("/_/")))
        ask_control(v, method, str_skip(path, 3));
    else if (d != NULL)
        return ask_desk(v, mc, d, &asked);
    else
        reply_make(v, MHD_HTTP_NOT_FOUND, "text/plain", STR("nothing is served at this path; see /_/\n"));
    return 0;
}

static enum MHD_Result send_reply(struct http_exchange *v, struct MHD_Connection *mc)
{
    enum MHD_Result result;

    if (v->drop)
        return MHD_NO;
    result = MHD_queue_response(mc, v->status, v->response);
    MHD_destroy_response(v->response);
    v->response = NULL;
    return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mc, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **request)
{
    struct server        *s = context;
    struct http_exchange *v = visit_of(mc);
    uint64_t              delay_ms;

    (void)version;
    if (!v->begun) {
        v->begun = true;
        v->requests++;
        *request = v;
        return MHD_YES;
    }
    if (*size != 0) {
        buf_add(&v->body, str_of(data, *size));
        *size = 0;
        return MHD_YES;
    }
    if (v->answered) /* it was delayed, and is sent now */
        return send_reply(v, mc);
    delay_ms = ask(v, mc, str_from(method), str_from(url));
    if (delay_ms == 0)
        return send_reply(v, mc);
    MHD_suspend_connection(mc);
    timers_add(s->timers, delay_ms, mc);
    return MHD_YES;
}

static void wake(void *connection)
{
    MHD_resume_connection(connection);
}

/* ---- start and stop ---- */

static enum etl_status listen_on(uint16_t port, int *out, uint16_t *bound, struct err *err)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t          len = sizeof address;
    int                on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        int reason = errno;

        if (fd >= 0)
            close(fd);
        return err_set(err, ETL_FAIL, "listen", "cannot listen on 127.0.0.1:%u: %s", port, strerror(reason));
    }
    *out = fd;
    *bound = ntohs(address.sin_port);
    return ETL_OK;
}

static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= CONNECTIONS_MAX + 64)
        return;
    limit.rlim_cur = limit.rlim_max < CONNECTIONS_MAX + 64 ? limit.rlim_max : CONNECTIONS_MAX + 64;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* libmicrohttpd tells of every connection that a client broke off; it is not worth a line here. */
static void ignore_talk(void *context, const char *fmt, va_list list)
{
    (void)context;
    (void)fmt;
    (void)list;
}

static struct MHD_Daemon *daemon_start(struct server *s, const struct server_options *o, int fd)
{
    unsigned              flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = { { MHD_OPTION_HTTPS_MEM_KEY, 0,
                                      o->certificates == NULL ? NULL : (void *)(uintptr_t)o->certificates->server_key },
                                    { MHD_OPTION_HTTPS_MEM_CERT, 0,
                                      o->certificates == NULL ? NULL : (void *)(uintptr_t)o->certificates->server },
                                    { MHD_OPTION_END, 0, NULL } };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };

    if (o->certificates != NULL)
        flags |= MHD_USE_TLS;
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, ignore_talk, NULL,
                            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, o->threads,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_NOTIFY_CONNECTION,
                            on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_ARRAY,
                            o->certificates != NULL ? tls : none, MHD_OPTION_END);
}

enum etl_status server_start(const struct server_options *o, const struct sandbox_shared *shared,
                             struct control *control, struct server **out, struct err *err)
{
    struct server  *s = calloc(1, sizeof *s);
    int             fd = -1;
    enum etl_status st;

    if (s == NULL)
        memory_exhausted("the sandbox", sizeof *s);
    s->shared = shared;
    s->control = control;
    s->clock = o->clock;
    pthread_mutex_init(&s->mutex, NULL);
    raise_file_limit();
    st = listen_on(o->port, &fd, &s->port, err);
    if (st == ETL_OK)
        st = timers_start(wake, s->clock, &s->timers, err);
    if (st == ETL_OK) {
        s->daemon = daemon_start(s, o, fd);
        if (s->daemon == NULL)
            st = err_set(err, ETL_FAIL, "server", "the HTTP server does not start");
    }
    if (st != ETL_OK) {
        if (fd >= 0)
            close(fd);
        server_stop(s);
        return st;
    }
    *out = s;
    return ETL_OK;
}

uint16_t server_port(const struct server *s)
{
    return s->port;
}

/* First the delayed connections are resumed: libmicrohttpd cannot end while a connection is suspended. */
void server_stop(struct server *s)
{
    if (s == NULL)
        return;
    if (s->timers != NULL)
        timers_stop(s->timers);
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    timers_free(s->timers);
    for (struct workspace *b = s->workspaces, *next; b != NULL; b = next) {
        next = b->next;
        workspace_free(b);
    }
    pthread_mutex_destroy(&s->mutex);
    free(s);
}
