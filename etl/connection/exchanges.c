/* etl/connection/exchanges.c - the requests to a provider: paced, judged, and sent again where that is no repetition. */
#include "etl/connection/exchanges.h"

#include "etl/connection/session.h"

enum {
    RETRY_AFTER_MAX_MS = 600000,
    OUTAGE_ROW = 5, /* and as many more as may be in flight: one hiccup fails all of them at once */
    MAX_REPLY = 256 << 20,
    MAX_ANSWER = 4 << 20 /* of a report; of a write */
};

enum etl_status exchanges_open(struct connection *c, struct arena *run_mem, struct exchanges *e, struct err *err)
{
    struct transfer_options options = { .concurrency = c->limits.concurrency,
                                        .timeout_ms = (uint64_t)c->limits.timeout_seconds * 1000,
                                        .ca_file = c->config->ca_file,
                                        .user_agent = "subferry/" SUBFERRY_VERSION,
                                        .max_reply = MAX_REPLY };
    enum etl_status         st;

    *e = (struct exchanges){ .connection = c,
                             .run_mem = run_mem,
                             .pace = pace_from(c->limits.per_second, clock_monotonic_ms(c->clock)),
                             .clock = c->clock };
    e->waiting_end = &e->waiting;
    st = transfers_open(&options, &e->transfers, err);
    if (st != ETL_OK)
        return st;
    e->judge = reply_judge_new(c->clock);
    e->session = calloc(1, sizeof *e->session);
    if (e->session == NULL)
        memory_exhausted("a session", sizeof *e->session);
    session_init(e->session, c);
    return ETL_OK;
}

void exchanges_close(struct exchanges *e)
{
    transfers_close(e->transfers);
    reply_judge_free(e->judge);
    if (e->session != NULL)
        session_release(e->session);
    free(e->session);
    e->session = NULL;
    e->transfers = NULL;
    e->judge = NULL;
}

/* ---- pace ---- */

size_t exchanges_room(struct exchanges *e)
{
    uint64_t now = clock_monotonic_ms(e->clock);
    size_t   free_slots = e->connection->limits.concurrency - e->in_flight, now_allowed, room;

    if (e->drain || e->session->state == SESSION_OPENING)
        return 0;
    if (e->session->state == SESSION_CLOSED) /* the first one opens it */
        return e->waiting_count == 0;
    now_allowed = pace_allows(&e->pace, now);
    room = free_slots < now_allowed ? free_slots : now_allowed;
    return room > e->waiting_count ? room - e->waiting_count : 0;
}

uint64_t exchanges_pause_ms(struct exchanges *e)
{
    return pace_pause_ms(&e->pace, clock_monotonic_ms(e->clock));
}

/* ---- beginning ---- */

static void submit_first(struct exchanges *e, struct exchange *x)
{
    x->next = e->waiting;
    if (e->waiting == NULL)
        e->waiting_end = &x->next;
    e->waiting = x;
    e->waiting_count++;
}

void exchanges_submit(struct exchanges *e, struct exchange *x)
{
    if (e->session->state == SESSION_CLOSED && !e->drain)
        submit_first(e, session_begin(e->session, e->connection)); /* the others wait for it */
    x->next = NULL;
    *e->waiting_end = x;
    e->waiting_end = &x->next;
    e->waiting_count++;
}

static struct exchange *unlink_waiting(struct exchanges *e, struct exchange **at)
{
    struct exchange *x = *at;

    *at = x->next;
    if (x->next == NULL)
        e->waiting_end = at;
    e->waiting_count--;
    return x;
}

static bool begin(struct exchanges *e, struct exchange *x)
{
    struct err       err = { 0 };
    struct transfer *t = transfer_take(e->transfers);

    if (t == NULL)
        return false;
    x->transfer = t;
    t->owner = x;
    x->session = e->session->number;
    if (wire_encode(&(struct wire_call){ .command = x->command,
                                         .wire = e->connection->wire,
                                         .url = e->connection->url,
                                         .values = x->values,
                                         .credentials = x->opens_session ? NULL : e->connection->credentials,
                                         .extra = x->extra,
                                         .extra_count = x->extra_count,
                                         .how = x->test ? ENCODE_TEST : 0 },
                    &t->request, &err) != ETL_OK) {
        /* The rules passed it, so this is a fault of ours or of the description: nothing was sent. */
        x->why = arena_str(x->mem, str_from(err.text));
        transfer_give_back(e->transfers, t);
        x->transfer = NULL;
        return true;
    }
    if (x->stream != NULL) {
        x->through = (struct transfer_stream){ x->stream->bytes, x->stream->context };
        t->stream = &x->through;
        x->stream->begin(x->stream->context);
    }
    t->body.max = x->command->effect == EFFECT_READ ? MAX_REPLY : MAX_ANSWER;
    transfer_start(e->transfers, t);
    x->credentials = e->credentials;
    e->in_flight++;
    pace_take(&e->pace);
    e->sent++;
    x->tries++;
    return true;
}

/* Begins what may begin. One that cannot be begun at all comes back. *wait_ms shrinks to when the next one may. */
static struct exchange *begin_waiting(struct exchanges *e, uint64_t *wait_ms)
{
    uint64_t          now = clock_monotonic_ms(e->clock);
    struct exchange **at = &e->waiting;

    e->drain = e->drain || (e->stop_asked != NULL && *e->stop_asked != 0);
    while (*at != NULL) {
        struct exchange *x = *at;

        if (e->drain) {
            x = unlink_waiting(e, at);
            x->end = EXCHANGE_NOT_SENT;
            if (x->why.ptr == NULL)
                x->why = STR("stopped before it was sent");
            return x;
        }
        if (e->in_flight >= e->connection->limits.concurrency)
            break;
        if (e->session->state == SESSION_OPENING && !x->opens_session) {
            at = &x->next;
            continue;
        }
        if (pace_allows(&e->pace, now) == 0) {
            uint64_t until = exchanges_pause_ms(e);

            *wait_ms = until < *wait_ms ? until : *wait_ms;
            break;
        }
        if (now < x->not_before_ms) {
            *wait_ms = x->not_before_ms - now < *wait_ms ? x->not_before_ms - now : *wait_ms;
            at = &x->next;
            continue;
        }
        if (!begin(e, x))
            break;
        unlink_waiting(e, at);
        if (x->transfer == NULL) {
            x->end = EXCHANGE_UNSENDABLE;
            return x;
        }
    }
    return NULL;
}

/* ---- ending ---- */

static void stop(struct exchanges *e, const char *rule, const char *what, struct str why)
{
    if (e->stop != ETL_OK || e->drain) /* the first reason is the one to tell */
        return;
    e->drain = true;
    e->stop = err_set(&e->stop_err, ETL_AGAIN, rule, "%s: %.*s", what, STR_ARG(str_head(why, 240)));
}

static void count_failure(struct exchanges *e, struct str why)
{
    if (++e->row >= OUTAGE_ROW + e->connection->limits.concurrency)
        stop(e, "outage",
             "the provider does not answer as it should, several times in a row; the same command goes on later", why);
}

/* To be sent again later; false when its tries are used up. */
static bool again(struct exchanges *e, struct exchange *x, uint64_t delay_ms)
{
    x->failures++;
    if (x->failures >= e->connection->limits.tries || e->drain)
        return false;
    x->not_before_ms =
        clock_monotonic_ms(e->clock) + (delay_ms != 0 ? delay_ms : pace_backoff_ms(e->connection->random, x->failures));
    exchanges_submit(e, x);
    return true;
}

/* A session that lapsed is no reason to stop. What such an answer says was not carried out. */
static bool session_again(struct exchanges *e, struct exchange *x)
{
    struct session *s = e->session;

    if (s->state == SESSION_NOT_NEEDED || x->opens_session || s->fruitless >= SESSIONS_FRUITLESS ||
        ++x->sessions >= SESSIONS_A_CALL)
        return false;
    if (s->state == SESSION_OPEN && x->session == s->number)
        session_close(s, e->connection);
    submit_first(e, x); /* its turn comes while the next one is fresh */
    if (s->state == SESSION_CLOSED && !e->drain)
        submit_first(e, session_begin(s, e->connection));
    return true;
}

static void read_credentials_again(struct exchanges *e)
{
    if (!connection_read_again(e->connection, e->run_mem))
        return;
    e->credentials++;
    e->session->fruitless = 0;
    if (e->session->state == SESSION_OPEN)
        session_close(e->session, e->connection);
}

/* Many may be in flight with what has just been replaced: each of them goes again with what holds now. */
static bool login_again(struct exchanges *e, struct exchange *x)
{
    if (session_again(e, x))
        return true;
    if (x->credentials == e->credentials)
        read_credentials_again(e);
    if (x->credentials != e->credentials && !e->drain) {
        x->sessions = 0;
        if (x->opens_session)
            submit_first(e, session_begin(e->session, e->connection));
        else
            exchanges_submit(e, x);
        return true;
    }
    stop(e, "login", "the provider refuses the credentials; nothing more is sent", x->verdict.reason);
    return false;
}

/* "Slow down" is said to all of us: everything pauses. It uses up no tries, as long as anything is served in between. */
static bool throttled_again(struct exchanges *e, struct exchange *x)
{
    uint64_t wait = x->verdict.retry_after_ms < RETRY_AFTER_MAX_MS ? x->verdict.retry_after_ms : RETRY_AFTER_MAX_MS;

    if (++e->throttled_row >= e->connection->limits.tries + e->connection->limits.concurrency) {
        stop(e, "throttled", "the provider keeps asking to slow down, and serves nothing", x->verdict.reason);
        return false;
    }
    if (e->drain)
        return false;
    if (wait == 0)
        wait = pace_backoff_ms(e->connection->random, e->throttled_row);
    pace_hold(&e->pace, clock_monotonic_ms(e->clock) + wait);
    exchanges_submit(e, x);
    return true;
}

/* Is it in the caller's hands now, or on its way again? */
static bool settled(struct exchanges *e, struct exchange *x)
{
    switch (x->verdict.is) {
    case REPLY_THROTTLED: return !throttled_again(e, x);
    case REPLY_LOGIN: return !login_again(e, x);
    case REPLY_OUTAGE:
        count_failure(e, x->verdict.reason);
        return !(x->may_repeat && again(e, x, x->verdict.retry_after_ms));
    case REPLY_UNCERTAIN: count_failure(e, x->verdict.reason); return !(x->may_repeat && again(e, x, 0));
    case REPLY_FAILED:
        /* What no case of the description knows (a proxy's page, an answer for another question) may be right next time. */
        if (!x->verdict.by_description) {
            count_failure(e, x->verdict.reason);
            return !(x->may_repeat && again(e, x, 0));
        }
        break;
    case REPLY_DONE:
    case REPLY_NOTHING:
    case REPLY_REFUSED: break;
    }
    e->row = e->throttled_row = 0;
    if (!x->opens_session && x->session == e->session->number)
        e->session->fruitless = 0;
    return true;
}

static bool conclude(struct exchanges *e, struct exchange *x, struct transfer *t)
{
    x->reach = t->reach;
    x->took_us = t->took_us;
    if (t->end == TRANSFER_WHOLE || (x->stream != NULL && t->unproven)) {
        exchange_read_answer(x, e->connection, e->judge, t);
        return settled(e, x);
    }
    x->end = t->end == TRANSFER_NOT_SENT ? EXCHANGE_NOT_SENT : EXCHANGE_LOST;
    x->http = t->status;
    x->why = arena_str(x->mem, str_from(t->why));
    count_failure(e, x->why);
    if ((t->end == TRANSFER_NOT_SENT || x->may_repeat) && again(e, x, 0))
        return false;
    if (t->end == TRANSFER_NOT_SENT)
        stop(e, "outage", "the provider cannot be reached; the same command goes on later", x->why);
    return true;
}

/* The opening of a session has ended, one way or the other. */
static void end_opening(struct exchanges *e)
{
    struct exchange             *x = &e->session->x;
    struct str                   why = x->end == EXCHANGE_ANSWERED ? x->verdict.reason : x->why;
    AUTO(buf_release) struct buf kept; /* what it said goes with its memory */

    buf_init(&kept, 4096, "why there is no session");
    buf_add(&kept, str_head(why, 240));
    if (session_opened(e->session, e->connection) || (x->end == EXCHANGE_NOT_SENT && e->drain))
        return;
    stop(e, "login", "no session could be opened; nothing more is sent",
         kept.len != 0 ? buf_str(&kept) : STR("the answer to the login names none"));
}

struct exchange *exchanges_next(struct exchanges *e, uint64_t wait_ms)
{
    struct exchange *x = begin_waiting(e, &wait_ms);
    struct transfer *t;
    bool             mine;

    if (x != NULL && x->opens_session) {
        end_opening(e);
        return NULL;
    }
    if (x != NULL)
        return x;
    if (e->in_flight == 0 && wait_ms != 0) {
        clock_sleep_ms(e->clock, wait_ms);
        return NULL;
    }
    t = transfers_next(e->transfers, e->in_flight != 0 ? wait_ms : 0);
    if (t == NULL)
        return NULL;
    x = t->owner;
    e->in_flight--;
    x->transfer = NULL;
    mine = conclude(e, x, t);
    transfer_give_back(e->transfers, t);
    if (mine && x->opens_session) {
        end_opening(e);
        return NULL;
    }
    return mine ? x : NULL;
}

void exchanges_run(struct exchanges *e, struct exchange *x)
{
    exchanges_submit(e, x);
    while (exchanges_next(e, 1000) != x)
        ;
}
