/* etl/pages/status_page.c - where a run stands, for people and for programs. */
#include "etl/pages/status_page.h"

#include "etl/core/notation/json_writer.h"
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
    add_part(out, " + ", f->without_calls, " without calls");
    if (f->held != 0)
        add_part(out, " + ", f->held, " held");
    buf_byte(out, '\n');
    if (f->records != f->planned + f->rejected + f->without_calls + f->held)
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
    if (s->facts.held != 0) {
        add_part(out, "  held        ", s->facts.held, " records of ");
        add_part(out, "", s->facts.held_lanes, s->facts.held_lanes == 1 ? " subscriber" : " subscribers");
        buf_fmt(out, " by a guard, in no call of this plan: %s/held has them, findings.jsonl why\n", s->run->path);
    }
    if (s->facts.warnings != 0) {
        add_part(out, "  warnings    ", s->facts.warnings, " in ");
        buf_fmt(out, "%s/findings.jsonl\n", s->run->path);
    }
}

static void add_mapping(const struct run_status *s, struct buf *out)
{
    if (s->mapping_differs && s->seal_fault.ptr == NULL)
        buf_fmt(out,
                "  mapping     %.*s was changed or removed since; this run keeps its own copy, %s/" MAPPING_FILE "\n",
                STR_ARG(s->facts.mapping_path), s->run->path);
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
    add_mapping(s, out);
    add_ladder(s, out);
    if (next->command.ptr != NULL)
        buf_fmt(out, "next: %.*s\n      (%.*s)\n", STR_ARG(next->command), STR_ARG(next->why));
    else
        buf_fmt(out, "next: %.*s\n", STR_ARG(next->why));
    if (next->then.ptr != NULL)
        buf_fmt(out, "then: %.*s\n", STR_ARG(next->then));
}

/* ---- for programs ---- */

/* A member on a line of its own: what a person who looks into the JSON finds first. */
static void line_text(struct json_writer *w, const char *name, struct str value)
{
    json_gap(w, "\n ");
    json_member_text_or_null(w, name, value);
}

static void line_number(struct json_writer *w, const char *name, uint64_t number)
{
    json_gap(w, "\n ");
    json_member_number(w, name, number);
}

static void line_object(struct json_writer *w, const char *name)
{
    json_gap(w, "\n ");
    json_member_object(w, name);
}

static void line_list(struct json_writer *w, const char *name)
{
    json_gap(w, "\n ");
    json_member_list(w, name);
}

static void json_books(const struct run_status *s, struct json_writer *w)
{
    const struct run_facts *f = &s->facts;
    const uint64_t         *by = s->counts.by_state;

    line_object(w, "records");
    json_member_number(w, "read", f->records);
    json_member_number(w, "planned", f->planned);
    json_member_number(w, "rejected", f->rejected);
    json_member_number(w, "without_calls", f->without_calls);
    json_member_number(w, "held", f->held);
    json_end_object(w);
    line_number(w, "lanes", f->lanes);
    line_object(w, "calls");
    json_member_number(w, "planned", f->calls);
    json_member_number(w, "done", by[CALL_DONE]);
    json_member_number(w, "refused", by[CALL_REFUSED]);
    json_member_number(w, "failed", by[CALL_FAILED]);
    json_member_number(w, "uncertain", by[CALL_UNCERTAIN]);
    json_member_number(w, "blocked", by[CALL_BLOCKED]);
    json_member_number(w, "sending", by[CALL_SENDING]);
    json_member_number(w, "not_sent", by[CALL_PENDING]);
    json_end_object(w);
    line_object(w, "dangers");
    for (unsigned d = 0; d < 4; d++)
        json_member_number(w, danger_name(1U << d), f->dangers[d]);
    json_end_object(w);
    line_number(w, "warnings", f->warnings);
}

static void json_rejects(const struct run_status *s, struct json_writer *w)
{
    line_list(w, "rejects");
    for (size_t i = 0; i < s->facts.input_count; i++) {
        const struct run_input *in = &s->facts.inputs[i];

        if (in->rejected == 0)
            continue;
        json_begin_object(w);
        json_member_text(w, "input", in->name);
        json_member_number(w, "records", in->rejected);
        json_member_number(w, "damaged", in->damaged);
        if (in->rejected > in->damaged)
            json_member_text(w, "file", str_from(s->rejects[i]));
        json_end_object(w);
    }
    json_end_list(w);
}

static void json_ladder(const struct run_status *s, struct json_writer *w)
{
    line_list(w, "rungs");
    for (size_t i = 0; i < s->rung_count; i++) {
        json_begin_object(w);
        json_member_text_or_null(w, "name", s->rungs[i].name);
        json_member_text_or_null(w, "connection", s->rungs[i].connection);
        json_member_text_or_null(w, "at", s->rungs[i].at);
        json_end_object(w);
    }
    json_end_list(w);
    line_object(w, "tested");
    for (size_t i = 0; i < s->tested_count; i++) {
        json_name_text(w, s->tested[i].outcome);
        json_number(w, s->tested[i].calls);
    }
    json_end_object(w);
}

void status_json(const struct run_status *s, const struct next_command *next, struct buf *out)
{
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "run", str_from(s->run->path));
    line_text(&w, "provider", s->facts.provider);
    line_text(&w, "mapping", s->facts.mapping);
    line_text(&w, "made", s->facts.made);
    json_gap(&w, "\n ");
    json_member_bool(&w, "sealed", s->seal_fault.ptr == NULL);
    line_text(&w, "seal_fault", s->seal_fault);
    json_books(s, &w);
    json_rejects(s, &w);
    line_text(&w, "connection", s->bound.connection);
    line_text(&w, "url", s->bound.url);
    json_ladder(s, &w);
    json_gap(&w, "\n ");
    json_name(&w, "in_use_by");
    if (s->holder != 0)
        json_integer(&w, s->holder);
    else
        json_null(&w);
    line_text(&w, "next", next->command);
    line_text(&w, "why", next->why);
    line_text(&w, "then", next->then);
    json_end_object(&w);
    buf_byte(out, '\n');
}
