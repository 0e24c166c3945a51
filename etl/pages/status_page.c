/* etl/pages/status_page.c - where a run stands, for people and for programs. */
#include "etl/pages/status_page.h"

#include "etl/pages/layout.h"

/* ---- for people ---- */

static void add_part(struct buf *out, const char *before, uint64_t n, const char *word)
{
    buf_text(out, before);
    layout_number(out, n);
    buf_text(out, word);
}

static const struct {
    enum call_state state;
    const char     *word;
} call_words[] = {
    { CALL_DONE, " done" },           { CALL_REFUSED, " refused" }, { CALL_FAILED, " failed" },
    { CALL_UNCERTAIN, " uncertain" }, { CALL_BLOCKED, " blocked" }, { CALL_SENDING, " under way" },
    { CALL_PENDING, " not sent" },
};

static void add_books(const struct run_status *s, struct buf *out)
{
    const struct run_facts *f = &s->facts;
    uint64_t                sum = 0;
    bool                    first = true;

    add_part(out, "  records     ", f->records, " = ");
    add_part(out, "", f->planned, " planned");
    add_part(out, " + ", f->rejected, " rejected");
    add_part(out, " + ", f->without_calls, " without calls\n");
    if (f->records != f->planned + f->rejected + f->without_calls)
        buf_lit(out, "              these books do not balance: an error of subferry, please report it\n");
    add_part(out, "  calls       ", f->calls, " for ");
    add_part(out, "", f->lanes, f->lanes == 1 ? " subscriber = " : " subscribers = ");
    for (size_t i = 0; i < sizeof call_words / sizeof call_words[0]; i++) {
        uint64_t n = s->counts.by_state[call_words[i].state];

        sum += n;
        if (n == 0 && (call_words[i].state == CALL_SENDING || (!s->has_ledger && call_words[i].state != CALL_PENDING)))
            continue;
        add_part(out, first ? "" : " + ", n, call_words[i].word);
        first = false;
    }
    buf_byte(out, '\n');
    if (sum != f->calls)
        buf_lit(out, "              these books do not balance: an error of subferry, please report it\n");
}

static void add_dangers(const struct run_status *s, struct buf *out)
{
    static const char *const words[4] = { " calls cut a service", " calls destroy content", " calls spend money",
                                          " calls write to a person" };
    const char              *before = "  dangers     ";

    for (size_t d = 0; d < 4; d++)
        if (s->facts.dangers[d] != 0) {
            add_part(out, before, s->facts.dangers[d], words[d]);
            before = ", ";
        }
    if (before[0] == ',')
        buf_byte(out, '\n');
}

static void add_rejects(const struct run_status *s, struct buf *out)
{
    for (size_t i = 0; i < s->facts.input_count; i++) {
        const struct run_input *in = &s->facts.inputs[i];

        if (in->rejected > in->damaged) {
            add_part(out, "  rejects     ", in->rejected - in->damaged, " in ");
            buf_fmt(out, "%s\n", s->rejects[i]);
        }
        if (in->damaged != 0) {
            add_part(out, "  damaged     ", in->damaged, " in ");
            buf_fmt(out, "%s/rejects/%.*s.damaged\n", s->run->path, STR_ARG(in->name));
        }
    }
    if (s->facts.warnings != 0) {
        add_part(out, "  warnings    ", s->facts.warnings, " in ");
        buf_fmt(out, "%s/findings.jsonl\n", s->run->path);
    }
}

static void add_ladder(const struct run_status *s, struct buf *out)
{
    static const char *const names[] = { "test", "canary", "all" };

    buf_lit(out, "  ladder      plan");
    for (size_t i = 0; i < 3; i++) {
        const struct ledger_rung *r = run_status_rung(s, names[i], s->bound.connection);

        if (r == NULL)
            r = run_status_rung(s, names[i], STR_NONE);
        if (r == NULL)
            buf_fmt(out, " → (%s)", names[i]);
        else
            buf_fmt(out, " → %s at %.*s, %.*s", names[i], STR_ARG(r->connection), STR_ARG(r->at));
    }
    buf_byte(out, '\n');
    for (size_t i = 0; i < s->tested_count; i++) {
        add_part(out, i == 0 ? "  tested      " : ", ", s->tested[i].calls, " ");
        buf_add(out, s->tested[i].outcome);
    }
    buf_text(out, s->tested_count != 0 ? "\n" : "");
}

void status_page(const struct run_status *s, const struct next_command *next, struct buf *out)
{
    buf_fmt(out, "%s: %.*s to %.*s, planned %.*s\n", s->run->path, STR_ARG(s->facts.mapping),
            STR_ARG(s->facts.provider), STR_ARG(s->facts.made));
    add_books(s, out);
    add_dangers(s, out);
    add_rejects(s, out);
    if (s->seal_fault.ptr != NULL)
        buf_fmt(out, "  seal        BROKEN: %.*s\n", STR_ARG(s->seal_fault));
    if (s->bound.connection.ptr != NULL)
        buf_fmt(out, "  connection  %.*s at %.*s\n", STR_ARG(s->bound.connection), STR_ARG(s->bound.url));
    add_ladder(s, out);
    if (next->command.ptr != NULL)
        buf_fmt(out, "next: %.*s\n      (%.*s)\n", STR_ARG(next->command), STR_ARG(next->why));
    else
        buf_fmt(out, "next: %.*s\n", STR_ARG(next->why));
    if (next->then.ptr != NULL)
        buf_fmt(out, "then: %.*s\n", STR_ARG(next->then));
}

/* ---- for programs ---- */

static void json_text(struct buf *out, const char *before, struct str value)
{
    buf_text(out, before);
    if (value.ptr != NULL)
        buf_json(out, value);
    else
        buf_lit(out, "null");
}

static void json_number(struct buf *out, const char *before, uint64_t n)
{
    buf_text(out, before);
    buf_u64(out, n);
}

static void json_books(const struct run_status *s, struct buf *out)
{
    const struct run_facts *f = &s->facts;
    const uint64_t         *by = s->counts.by_state;

    json_number(out, ",\n \"records\":{\"read\":", f->records);
    json_number(out, ",\"planned\":", f->planned);
    json_number(out, ",\"rejected\":", f->rejected);
    json_number(out, ",\"without_calls\":", f->without_calls);
    json_number(out, "},\n \"lanes\":", f->lanes);
    json_number(out, ",\n \"calls\":{\"planned\":", f->calls);
    json_number(out, ",\"done\":", by[CALL_DONE]);
    json_number(out, ",\"refused\":", by[CALL_REFUSED]);
    json_number(out, ",\"failed\":", by[CALL_FAILED]);
    json_number(out, ",\"uncertain\":", by[CALL_UNCERTAIN]);
    json_number(out, ",\"blocked\":", by[CALL_BLOCKED]);
    json_number(out, ",\"sending\":", by[CALL_SENDING]);
    json_number(out, ",\"not_sent\":", by[CALL_PENDING]);
    buf_lit(out, "},\n \"dangers\":{");
    for (unsigned d = 0; d < 4; d++)
        buf_fmt(out, "%s\"%s\":%llu", d != 0 ? "," : "", danger_name(1U << d), (unsigned long long)f->dangers[d]);
    json_number(out, "},\n \"warnings\":", f->warnings);
}

static void json_rejects(const struct run_status *s, struct buf *out)
{
    bool first = true;

    buf_lit(out, ",\n \"rejects\":[");
    for (size_t i = 0; i < s->facts.input_count; i++) {
        const struct run_input *in = &s->facts.inputs[i];

        if (in->rejected == 0)
            continue;
        json_text(out, first ? "{\"input\":" : ",{\"input\":", in->name);
        first = false;
        json_number(out, ",\"records\":", in->rejected);
        json_number(out, ",\"damaged\":", in->damaged);
        if (in->rejected > in->damaged)
            json_text(out, ",\"file\":", str_from(s->rejects[i]));
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
}

static void json_ladder(const struct run_status *s, struct buf *out)
{
    buf_lit(out, ",\n \"rungs\":[");
    for (size_t i = 0; i < s->rung_count; i++) {
        json_text(out, i != 0 ? ",{\"name\":" : "{\"name\":", s->rungs[i].name);
        json_text(out, ",\"connection\":", s->rungs[i].connection);
        json_text(out, ",\"at\":", s->rungs[i].at);
        buf_byte(out, '}');
    }
    buf_lit(out, "],\n \"tested\":{");
    for (size_t i = 0; i < s->tested_count; i++) {
        json_text(out, i != 0 ? "," : "", s->tested[i].outcome);
        json_number(out, ":", s->tested[i].calls);
    }
    buf_byte(out, '}');
}

void status_json(const struct run_status *s, const struct next_command *next, struct buf *out)
{
    json_text(out, "{\"run\":", str_from(s->run->path));
    json_text(out, ",\n \"provider\":", s->facts.provider);
    json_text(out, ",\n \"mapping\":", s->facts.mapping);
    json_text(out, ",\n \"made\":", s->facts.made);
    buf_fmt(out, ",\n \"sealed\":%s", s->seal_fault.ptr == NULL ? "true" : "false");
    json_text(out, ",\n \"seal_fault\":", s->seal_fault);
    json_books(s, out);
    json_rejects(s, out);
    json_text(out, ",\n \"connection\":", s->bound.connection);
    json_text(out, ",\n \"url\":", s->bound.url);
    json_ladder(s, out);
    if (s->holder != 0)
        buf_fmt(out, ",\n \"in_use_by\":%ld", s->holder);
    else
        buf_lit(out, ",\n \"in_use_by\":null");
    json_text(out, ",\n \"next\":", next->command);
    json_text(out, ",\n \"why\":", next->why);
    json_text(out, ",\n \"then\":", next->then);
    buf_lit(out, "}\n");
}
