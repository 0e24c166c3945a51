/* etl/pages/call_balance.c - how many calls there are, and what became of them: the sum that must come out even. */
#include "etl/pages/call_balance.h"

#include "etl/pages/layout.h"

static const struct {
    enum call_state state;
    const char     *word, *key;
} balance_words[] = {
    { CALL_DONE, " done", "done" },          { CALL_REFUSED, " refused", "refused" },
    { CALL_FAILED, " failed", "failed" },    { CALL_UNCERTAIN, " uncertain", "uncertain" },
    { CALL_BLOCKED, " blocked", "blocked" }, { CALL_PENDING, " not sent", "not_sent" },
};
enum { BALANCE_WORDS = 6 };

/* A call that a killed command left in flight may have happened: it counts as uncertain. */
static uint64_t number_of(const struct ledger_counts *c, enum call_state state)
{
    return c->by_state[state] + (state == CALL_UNCERTAIN ? c->by_state[CALL_SENDING] : 0);
}

bool call_balance_line(struct buf *out, const char *label, const struct ledger_counts *c)
{
    uint64_t sum = 0;

    buf_fmt(out, "%-9s ", label);
    layout_number(out, c->calls);
    for (size_t i = 0; i < BALANCE_WORDS; i++) {
        uint64_t n = number_of(c, balance_words[i].state);

        buf_text(out, i == 0 ? " = " : " + ");
        layout_number(out, n);
        buf_text(out, balance_words[i].word);
        sum += n;
    }
    return sum == c->calls;
}

void call_balance_json(struct json_writer *w, const char *name, const struct ledger_counts *c)
{
    json_gap(w, "\n ");
    json_member_object(w, name);
    json_member_number(w, "planned", c->calls);
    for (size_t i = 0; i < BALANCE_WORDS; i++)
        json_member_number(w, balance_words[i].key, number_of(c, balance_words[i].state));
    json_end_object(w);
}
