/* tests/sim/network.c - the network between a life and the back office. */
#include "tests/sim/network.h"

#include <stdio.h>
#include <stdlib.h>

#include "etl/connection/transfer.h"
#include "etl/core/limits.h"
#include "tests/sim/back_office.h"
#include "tests/sim/crash.h"
#include "tests/sim/fate.h"
#include "tests/sim/witness.h"

struct transfer_private {
    bool         busy, flying;
    uint64_t     serial, ends_us, deadline_us;
    enum fate    fate;
    struct asked asked;
};
struct transfers {
    struct transfer        *all;
    size_t                  count, in_flight;
    struct transfer_options options;
    struct witness         *witness;
};

static struct world     *net_world;
static struct transfers *open_now; /* of this process */

void network_begin(struct world *w)
{
    net_world = w;
    open_now = NULL;
}

/* ---- a request, read and written ---- */

static void form_value(struct str body, const char *name, char *out, size_t size)
{
    struct str pair, key, value;

    out[0] = '\0';
    while (body.len != 0) {
        body = str_cut(body, '&', &pair);
        value = str_cut(pair, '=', &key);
        if (str_is(key, name))
            snprintf(out, size, "%.*s", STR_ARG(value)); /* the script's values need no %XX */
    }
}

static int call_of(const struct world *w, const char *tag, enum command_kind command)
{
    unsigned long row = tag[0] == 't' ? strtoul(tag + 1, NULL, 10) : ROWS_MAX;

    return command < WRITES && row < ROWS_MAX ? w->call_of[row][command] : -1;
}

static void read_request(struct world *w, const struct request *r, struct asked *out)
{
    struct str body = buf_str(&r->body);
    char       command[NAME], tag[NAME], auth[NAME];

    form_value(body, "cmd", command, sizeof command);
    form_value(body, "tag", tag, sizeof tag);
    form_value(body, "auth", auth, sizeof auth);
    form_value(body, "key", out->key, sizeof out->key);
    form_value(body, "pass", out->pass, sizeof out->pass);
    form_value(body, "to", out->to, sizeof out->to);
    out->command = command_from(str_from(command));
    out->call = call_of(w, tag, out->command);
    out->authorized = strcmp(auth, "open-sesame-42") == 0;
    if (out->command == COMMANDS || (out->command < WRITES && out->call < 0)) {
        world_violation(w, SOUND, "stranger", -1, "a request that no call explains: %.*s",
                        STR_ARG(str_head(body, 100)));
        *out = (struct asked){ .command = FIND, .call = -1 };
    }
}

/* Is what leaves what was planned? */
static void compare_with_script(struct world *w, const struct asked *a)
{
    const struct sim_call *c = &w->calls[a->call];

    if (strcmp(a->key, c->key) != 0 || (a->pass[0] != '\0' && strcmp(a->pass, c->pass) != 0))
        world_violation(w, SOUND, "other-values", a->call, "%s %s left with key %s and password %s",
                        command_names[c->command], c->key, a->key, a->pass);
}

static void finish_with(struct transfer *x, enum transfer_end end, const char *why)
{
    x->end = end;
    x->reach = end == TRANSFER_NOT_SENT ? REACH_CONNECT : REACH_ANSWER;
    snprintf(x->why, sizeof x->why, "%s", why);
}

static void write_answer(struct world *w, struct transfer *x, struct str text)
{
    const struct fate_row *row = &fates[x->private_->fate];

    if (row->body != NULL)
        text = str_from(row->body);
    if (x->private_->fate == REPORT_SHORT) { /* ends behind a line, and the transport calls it whole */
        size_t keep = text.len != 0 && world_chance(w, 50) ? world_between(w, 0, text.len - 1) : 0;

        while (keep != 0 && text.ptr[keep - 1] != '\n')
            keep--;
        text.len = keep;
    }
    if (row->headers != NULL)
        buf_text(&x->headers, row->headers);
    x->status = row->status != 0 ? row->status : 200;
    snprintf(x->content_type, sizeof x->content_type, "%s", row->type != NULL ? row->type : "text/plain");
    if (row->end == END_RESET) {
        buf_add(&x->body, str_head(text, text.len / 2));
        finish_with(x, TRANSFER_LOST, "the connection broke while the answer came");
        return;
    }
    buf_add(&x->body, text);
    finish_with(x, TRANSFER_WHOLE, "");
}

/* ---- the way there ---- */

static void send_off(struct world *w, const struct under_way *what)
{
    for (size_t i = 0; i < UNDER_WAY_MAX; i++)
        if (w->under_way[i].at_us == 0) {
            w->under_way[i] = *what;
            return;
        }
    fprintf(stderr, "sim: more than %d requests under way\n", UNDER_WAY_MAX);
    exit(70);
}

static uint64_t when_it_acts(struct world *w, enum fate_act act, uint64_t patience_us)
{
    uint64_t soon = world_between(w, 2000, 300000);

    if (act == ACT_SLOWLY)
        return w->now_us + world_between(w, soon, patience_us);
    if (act == ACT_TOO_LATE) /* right behind the looks that miss it, or minutes later */
        return w->now_us + patience_us + world_between(w, 1, world_chance(w, 50) ? 6000000 : 290000000);
    return w->now_us + soon;
}

static void begin(struct world *w, struct transfers *t, struct transfer *x)
{
    struct transfer_private *p = x->private_;
    const struct fate_row   *row;
    uint64_t                 patience_us = t->options.timeout_ms * 1000;
    struct under_way         u;

    p->fate = fate_draw(w, &p->asked);
    row = &fates[p->fate];
    p->serial = ++w->serials;
    p->deadline_us = w->now_us + patience_us;
    p->ends_us = UINT64_MAX;
    u = (struct under_way){ .at_us = when_it_acts(w, row->act, patience_us),
                            .gives_up_us = p->deadline_us,
                            .serial = p->serial,
                            .life = w->life.number,
                            .fate = p->fate,
                            .asked = p->asked };
    if (row->act != ACT_NEVER)
        send_off(w, &u);
    else if (row->end != END_SILENCE)
        p->ends_us = u.at_us;
    if (w->broken == BREAK_TWICE && p->asked.command < WRITES && world_chance(w, 2)) {
        u.serial = ++w->serials;
        send_off(w, &u);
    }
    world_trace(w, "#%llu %s %s: %s", (unsigned long long)p->serial, command_names[p->asked.command], p->asked.key,
                row->name);
}

static bool has_given_up(const struct world *w, const struct under_way *u)
{
    return w->now_us > u->gives_up_us || w->life.number != u->life || w->life.killed || w->life.ended;
}

void network_arrived(struct world *w, const struct under_way *u)
{
    struct transfer             *x = NULL;
    AUTO(buf_release) struct buf answer;
    bool                         late = has_given_up(w, u);

    buf_init(&answer, 1 << 20, "an answer");
    for (size_t i = 0; open_now != NULL && i < open_now->count; i++)
        if (open_now->all[i].private_->flying && open_now->all[i].private_->serial == u->serial)
            x = &open_now->all[i];
    back_office_act(w, u, late, &answer);
    world_trace(w, "#%llu acted%s: %s %s: %.*s", (unsigned long long)u->serial, late ? " late" : "",
                command_names[u->asked.command], u->asked.key, STR_ARG(str_head(buf_str(&answer), 60)));
    if (x == NULL || fates[u->fate].end == END_SILENCE)
        return;
    x->private_->ends_us = w->now_us + world_between(w, 1000, 200000);
    if (u->fate == LOST_AFTER)
        finish_with(x, TRANSFER_LOST, "the connection broke before an answer came");
    else
        write_answer(w, x, buf_str(&answer));
}

/* ---- the way back ---- */

static uint64_t end_of(const struct transfer_private *p)
{
    return p->ends_us < p->deadline_us ? p->ends_us : p->deadline_us;
}

static void conclude(struct world *w, struct transfer *x)
{
    struct transfer_private *p = x->private_;
    const struct fate_row   *row = &fates[p->fate];

    if (p->ends_us > p->deadline_us) {
        buf_reset(&x->body);
        x->status = 0;
        finish_with(x, TRANSFER_LOST, "no answer in time");
    } else if (row->act == ACT_NEVER && row->end == END_ANSWER) {
        write_answer(w, x, STR(""));
    } else if (row->end == END_REFUSED) {
        finish_with(x, TRANSFER_NOT_SENT, "the connection was refused");
    } else if (row->act == ACT_NEVER) {
        finish_with(x, TRANSFER_LOST, "the connection broke before an answer came");
    }
}

static struct transfer *ended(struct world *w, struct transfers *t)
{
    struct transfer *first = NULL;

    for (size_t i = 0; i < t->count; i++) {
        struct transfer *x = &t->all[i];

        if (x->private_->flying && end_of(x->private_) <= w->now_us &&
            (first == NULL || end_of(x->private_) < end_of(first->private_)))
            first = x;
    }
    if (first == NULL)
        return NULL;
    conclude(w, first);
    first->private_->flying = false;
    t->in_flight--;
    world_trace(w, "#%llu ends: %d %s", (unsigned long long)first->private_->serial, first->status,
                first->end == TRANSFER_WHOLE ? "whole" : first->why);
    crash_step("an answer came");
    return first;
}

/* ---- what transfer.h promises ---- */

enum etl_status transfers_open(const struct transfer_options *options, struct transfers **out, struct err *err)
{
    struct transfers *t = calloc(1, sizeof *t);

    (void)err;
    if (t == NULL || (t->all = calloc(options->concurrency, sizeof *t->all)) == NULL)
        memory_exhausted("the network", sizeof *t);
    t->options = *options;
    t->count = options->concurrency;
    for (size_t i = 0; i < t->count; i++) {
        struct transfer *x = &t->all[i];

        if ((x->private_ = calloc(1, sizeof *x->private_)) == NULL)
            memory_exhausted("the network", sizeof *x->private_);
        request_init(&x->request, REQUEST_BYTES_MAX);
        buf_init(&x->headers, 1 << 16, "a reply's headers");
        buf_init(&x->body, options->max_reply, "a reply");
    }
    *out = open_now = t;
    return ETL_OK;
}

void transfers_close(struct transfers *t)
{
    if (t == NULL)
        return;
    open_now = NULL;
    witness_close(t->witness);
    for (size_t i = 0; i < t->count; i++) {
        free(t->all[i].private_);
        request_release(&t->all[i].request);
        buf_release(&t->all[i].headers);
        buf_release(&t->all[i].body);
    }
    free(t->all);
    free(t);
}

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

void transfer_start(struct transfers *t, struct transfer *x)
{
    struct world            *w = net_world;
    struct transfer_private *p = x->private_;

    crash_step("a request starts");
    buf_reset(&x->headers);
    buf_reset(&x->body);
    x->status = 0;
    x->unproven = false;
    x->server_time = -1;
    x->took_us = 0;
    x->why[0] = x->content_type[0] = '\0';
    read_request(w, &x->request, &p->asked);
    w->life.requests++;
    w->requests++;
    if (p->asked.call >= 0) {
        w->calls[p->asked.call].requests++;
        compare_with_script(w, &p->asked);
        if (t->witness == NULL)
            t->witness = witness_open(w);
        witness_look(t->witness, p->asked.call);
    }
    begin(w, t, x);
    if (p->asked.call >= 0)
        w->calls[p->asked.call].met |= 1U << p->fate;
    p->flying = true;
    t->in_flight++;
    crash_step("a request is on its way");
}

void transfer_give_back(struct transfers *t, struct transfer *x)
{
    (void)t;
    buf_reset(&x->body);
    x->private_->busy = false;
}

size_t transfers_in_flight(const struct transfers *t)
{
    return t->in_flight;
}

struct transfer *transfers_next(struct transfers *t, uint64_t wait_ms)
{
    struct world    *w = net_world;
    uint64_t         until_us = w->now_us + wait_ms * 1000;
    bool             was_asked = crash_stop_asked != 0;
    struct transfer *x = ended(w, t);

    while (x == NULL && w->now_us < until_us && (was_asked || crash_stop_asked == 0)) {
        uint64_t next_us = world_next_due(w);

        for (size_t i = 0; i < t->count; i++)
            if (t->all[i].private_->flying && end_of(t->all[i].private_) < next_us)
                next_us = end_of(t->all[i].private_);
        world_pass_until(w, next_us < until_us ? next_us : until_us);
        crash_step("time passes");
        x = ended(w, t);
    }
    return x;
}
