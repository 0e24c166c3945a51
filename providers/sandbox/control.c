/* providers/sandbox/control.c - what tests read from the sandbox, order from it and reset in it. */
#include "providers/sandbox/control.h"

#include <stdarg.h>

#include "etl/core/notation/json_writer.h"
#include "providers/sandbox/store/steps.h"

static const char help[] =
    "GET  /_/journal                    one JSON line a request\n"
    "GET  /_/counts                     per provider and command; creates carried out twice\n"
    "GET  /_/state[/PROVIDER[/TABLE]]   the rows\n"
    "POST /_/faults                     the body's faults replace those ordered before; an empty body: none\n"
    "POST /_/reset                      journal counts faults state, or an empty body: all of them\n";

static void say(struct control_reply *out, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void say(struct control_reply *out, int status, const char *fmt, ...)
{
    char    text[512];
    va_list list;

    va_start(list, fmt);
    vsnprintf(text, sizeof text, fmt, list);
    va_end(list);
    out->status = status;
    out->type = "text/plain";
    buf_text(&out->body, text);
    buf_byte(&out->body, '\n');
}

/* ---- reading ---- */

static void journal(struct control *c, struct str rest, struct str body, struct control_reply *out)
{
    (void)rest;
    (void)body;
    out->type = "application/jsonl";
    journal_text(c->shared->journal, &out->body);
}

static void counts(struct control *c, struct str rest, struct str body, struct control_reply *out)
{
    struct json_writer json = json_writer(&out->body);

    (void)rest;
    (void)body;
    json_begin_object(&json);
    for (size_t i = 0; i < c->hosted_count; i++) {
        pthread_mutex_lock(&c->all_hosted[i].mutex);
        counts_json(c->all_hosted[i].counts, &json);
        pthread_mutex_unlock(&c->all_hosted[i].mutex);
    }
    json_end_object(&json);
    buf_byte(&out->body, '\n');
}

static void row_json(const struct control *c, const struct state_table *t, const struct state_row *row,
                     const bool *secret, struct json_writer *json)
{
    json_begin_object(json);
    for (size_t i = 0; i < state_column_count(t); i++) {
        struct str name = state_column_name(t, i), value = state_cell(t, row, name);

        if (value.ptr == NULL)
            continue;
        json_name_text(json, name);
        json_text(json, secret[i] && value.len != 0 && !c->show_secrets ? STR("***") : value);
    }
    json_end_object(json);
}

static void table_json(const struct control *c, const struct hosted_provider *d, struct state_table *t,
                       struct json_writer *json)
{
    struct arena       mem;
    struct state_row **rows;
    size_t             count;
    bool              *secret;

    arena_init(&mem, 1U << 30, "the rows of a table");
    secret = ARENA_ARRAY(&mem, bool, state_column_count(t) + 1);
    for (size_t i = 0; i < state_column_count(t); i++)
        secret[i] = steps_secret_column(d->provider, state_table_name(t), state_column_name(t, i));
    count = state_select(t, NULL, 0, &mem, &rows);
    json_begin_list(json);
    for (size_t i = 0; i < count; i++) {
        json_gap(json, "\n");
        row_json(c, t, rows[i], secret, json);
    }
    json_end_list(json);
    arena_release(&mem);
}

/* One table, or all of them when none is named. False: there is no such table. */
static bool hosted_provider_json(struct control *c, struct hosted_provider *d, struct str table, struct buf *out)
{
    struct json_writer json = json_writer(out);
    bool               found = table.len == 0;

    pthread_mutex_lock(&d->mutex);
    if (table.len == 0)
        json_begin_object(&json);
    for (size_t i = 0; state_table_at(d->state, i) != NULL; i++) {
        struct state_table *t = state_table_at(d->state, i);

        if (table.len != 0 && !str_eq(table, state_table_name(t)))
            continue;
        found = true;
        if (table.len == 0) {
            json_gap(&json, json.needs_comma ? "\n" : NULL);
            json_name_text(&json, state_table_name(t));
        }
        table_json(c, d, t, &json);
    }
    if (table.len == 0)
        json_end_object(&json);
    pthread_mutex_unlock(&d->mutex);
    return found;
}

static void state(struct control *c, struct str rest, struct str body, struct control_reply *out)
{
    struct str provider, table = str_cut(rest, '/', &provider);
    bool       any = false;

    (void)body;
    if (provider.len == 0)
        buf_byte(&out->body, '{');
    for (size_t i = 0; i < c->hosted_count; i++) {
        struct hosted_provider *d = &c->all_hosted[i];

        if (provider.len != 0 && !str_eq(provider, d->provider->name))
            continue;
        if (provider.len == 0) {
            buf_text(&out->body, i == 0 ? "" : ",\n");
            json_string_add(&out->body, d->provider->name);
            buf_byte(&out->body, ':');
        }
        any = true;
        if (hosted_provider_json(c, d, table, &out->body))
            continue;
        if (hosted_provider_has_table(d, table)) /* known, but without rows so far */
            buf_lit(&out->body, "[]");
        else
            any = false;
    }
    if (!any && provider.len != 0) {
        buf_reset(&out->body);
        say(out, 404, "there is no such provider or table here");
        return;
    }
    buf_text(&out->body, provider.len == 0 ? "}\n" : "\n");
}

/* ---- orders ---- */

static void faults(struct control *c, struct str rest, struct str body, struct control_reply *out)
{
    struct err err = { 0 };

    (void)rest;
    if (faults_set(c->shared->faults, &body, 1, &err) != ETL_OK)
        say(out, 400, "%s", err.text);
    else
        say(out, 200, "ordered");
}

static void reset_journal(struct control *c)
{
    journal_reset(c->shared->journal);
}

static void reset_counts(struct control *c)
{
    for (size_t i = 0; i < c->hosted_count; i++) {
        pthread_mutex_lock(&c->all_hosted[i].mutex);
        counts_reset(c->all_hosted[i].counts);
        pthread_mutex_unlock(&c->all_hosted[i].mutex);
    }
}

static void reset_faults(struct control *c)
{
    faults_set(c->shared->faults, NULL, 0, NULL);
}

static void reset_state(struct control *c)
{
    for (size_t i = 0; i < c->hosted_count; i++) {
        struct hosted_provider *d = &c->all_hosted[i];

        pthread_mutex_lock(&d->mutex);
        state_free(d->state);
        d->state = state_new();
        if (c->fill != NULL)
            c->fill(c->context, d);
        pthread_mutex_unlock(&d->mutex);
    }
}

static const struct resettable {
    const char *name;
    void (*reset)(struct control *c);
} parts[] = {
    { "faults", reset_faults },
    { "state", reset_state },
    { "counts", reset_counts },
    { "journal", reset_journal },
};
enum { PARTS = sizeof parts / sizeof parts[0] };

static void reset(struct control *c, struct str rest, struct str body, struct control_reply *out)
{
    bool       want[PARTS] = { 0 };
    struct str left = str_trim(body);

    (void)rest;
    for (size_t i = 0; left.len == 0 && i < PARTS; i++)
        want[i] = true;
    while (left.len != 0) {
        struct str word;
        size_t     i = 0;

        left = str_trim(str_cut(left, ' ', &word));
        while (i < PARTS && !str_is(word, parts[i].name))
            i++;
        if (i == PARTS) {
            say(out, 400, "%s is none of journal, counts, faults, state", shown(word, false).text);
            return;
        }
        want[i] = true;
    }
    for (size_t i = 0; i < PARTS; i++)
        if (want[i])
            parts[i].reset(c);
    say(out, 200, "reset");
}

static const struct entry {
    const char *method, *path;
    void (*answer)(struct control *c, struct str rest, struct str body, struct control_reply *out);
} entries[] = {
    { "GET", "journal", journal }, { "GET", "counts", counts }, { "GET", "state", state },
    { "POST", "faults", faults },  { "POST", "reset", reset },
};

void control_answer(struct control *c, struct str method, struct str path, struct str body, struct control_reply *out)
{
    struct str head, rest = str_cut(path, '/', &head);

    out->status = 200;
    out->type = "application/json";
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        if (!str_is(head, entries[i].path))
            continue;
        if (!str_is(method, entries[i].method)) {
            say(out, 405, "%s takes %s", entries[i].path, entries[i].method);
            return;
        }
        entries[i].answer(c, rest, body, out);
        if (buf_failed(&out->body)) {
            buf_reset(&out->body);
            say(out, 507, "the answer would be longer than the sandbox gives");
        }
        return;
    }
    say(out, head.len == 0 ? 200 : 404, "%s", help);
}
