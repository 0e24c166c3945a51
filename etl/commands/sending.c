/* etl/commands/sending.c - what apply and test say. */
#include "etl/commands/sending.h"

#include "etl/core/system/log.h"
#include "etl/core/system/signals.h"
#include "etl/pages/layout.h"

enum { PROGRESS_MS = 200 };

void tell_first(const struct delivery *w, const char *mode, uint64_t calls, uint64_t lanes, const char *rest)
{
    AUTO(buf_release) struct buf line = { 0 };
    uint64_t                     per_second = w->connection.limits.per_second;

    buf_init(&line, 1 << 16, "a line");
    buf_fmt(&line, "%s%s%.*s%s: ", mode, w->connection.config->live ? "LIVE " : "", STR_ARG(w->connection.name),
            w->connection.config->live ? "" : " (not live)");
    layout_number(&line, calls);
    buf_text(&line, calls == 1 ? " call for " : " calls for ");
    layout_number(&line, lanes);
    buf_text(&line, lanes == 1 ? " subscriber, " : " subscribers, ");
    layout_duration(&line, (calls + per_second - 1) / per_second);
    buf_text(&line, rest);
    say("%s", buf_cstr(&line));
}

static const struct {
    enum call_state state;
    const char     *word, *key;
} book_words[] = {
    { CALL_DONE, " done", "done" },          { CALL_REFUSED, " refused", "refused" },
    { CALL_FAILED, " failed", "failed" },    { CALL_UNCERTAIN, " uncertain", "uncertain" },
    { CALL_BLOCKED, " blocked", "blocked" }, { CALL_PENDING, " not sent", "not_sent" },
};
enum { BOOK_WORDS = 6 };

/* What a killed command left under way may have happened. */
static uint64_t book_number(const struct ledger_counts *c, enum call_state state)
{
    return c->by_state[state] + (state == CALL_UNCERTAIN ? c->by_state[CALL_SENDING] : 0);
}

void tell_books(const char *label, const struct ledger_counts *c)
{
    AUTO(buf_release) struct buf line = { 0 };
    uint64_t                     sum = 0;

    buf_init(&line, 1 << 16, "a line");
    buf_fmt(&line, "%-9s ", label);
    layout_number(&line, c->calls);
    for (size_t i = 0; i < BOOK_WORDS; i++) {
        uint64_t n = book_number(c, book_words[i].state);

        buf_text(&line, i == 0 ? " = " : " + ");
        layout_number(&line, n);
        buf_text(&line, book_words[i].word);
        sum += n;
    }
    say("%s", buf_cstr(&line));
    if (sum != c->calls)
        fault("these books do not balance: an error of subferry, please report it");
}

void tell_progress(struct pace *p, uint64_t done, uint64_t of, const char *extra)
{
    AUTO(buf_release) struct buf line = { 0 };
    uint64_t                     now = now_ms(), rate;

    if (p->began_ms == 0)
        *p = (struct pace){ .began_ms = now, .began_at = done };
    if (now < p->told_ms + PROGRESS_MS)
        return;
    p->told_ms = now;
    rate = now > p->began_ms ? (done - p->began_at) * 1000 / (now - p->began_ms) : 0;
    buf_init(&line, 1 << 12, "a line");
    layout_number(&line, done);
    buf_lit(&line, " of ");
    layout_number(&line, of);
    buf_text(&line, extra);
    if (rate != 0) {
        buf_fmt(&line, ", %llu/s, ", (unsigned long long)rate);
        layout_duration(&line, (of - done) / rate);
        buf_lit(&line, " left");
    }
    progress("%s", buf_cstr(&line));
}

void json_text(struct buf *out, const char *before, struct str value)
{
    buf_text(out, before);
    if (value.ptr != NULL)
        buf_json(out, value);
    else
        buf_lit(out, "null");
}

void json_books(struct buf *out, const char *name, const struct ledger_counts *c)
{
    buf_fmt(out, ",\n \"%s\":{\"planned\":%llu", name, (unsigned long long)c->calls);
    for (size_t i = 0; i < BOOK_WORDS; i++)
        buf_fmt(out, ",\"%s\":%llu", book_words[i].key, (unsigned long long)book_number(c, book_words[i].state));
    buf_byte(out, '}');
}

void json_stopped(struct buf *out, const struct err *err)
{
    if (err->text[0] == '\0') {
        buf_lit(out, ",\n \"stopped\":null");
        return;
    }
    json_text(out, ",\n \"stopped\":{\"rule\":", str_from(err->rule));
    json_text(out, ",\"message\":", str_from(err->text));
    buf_byte(out, '}');
}

int tell_open(struct cli *cli, const struct sending_options *o, const char *run, struct delivery *out)
{
    struct delivery_options w = { .run = run,
                                  .connection = o->connection,
                                  .config = cli->config,
                                  .choice = { o->only, o->skip, o->limit },
                                  .stop_asked = &stop_asked };
    struct findings         faults;
    struct err              err = { 0 };
    enum etl_status         st;

    if (o->connection == NULL) {
        fault("--connection NAME is missing; subferry connection list shows those that are configured");
        return EXIT_WRONG;
    }
    findings_init(&faults, &cli->mem);
    signals_ask_to_stop();
    progress("%s: checking the seal, loading the ledger", run);
    st = delivery_open(&w, &cli->mem, out, &faults, &err);
    progress_end();
    if (faults.count != 0)
        cli_faults(cli, st, &faults);
    if (st == ETL_OK)
        return -1;
    return err.text[0] != '\0' ? cli_fail(cli, st, &err) : exit_from(st);
}
