/* etl/pull/pulled.c - what a pull has brought so far, and how well it is proved. */
#include "etl/pull/pulled.h"

const char *const proof_names[] = { "complete", "unproven", "incomplete", NULL };

void pulled_release(struct pulled *p)
{
    if (p->connected)
        exchanges_close(&p->exchanges);
    request_journal_close(p->journal);
    p->connected = false;
    p->journal = NULL;
}

struct pulled_table *pulled_table_of(const struct pulled *p, const struct pulled_report *r)
{
    return &p->results[normalizer_table(r->kind.normalizer) - p->tables.items];
}

bool pulled_table_is_filled(const struct pulled_table *t)
{
    for (size_t c = 0; c < t->table->column_count; c++)
        if (t->fills[c])
            return true;
    return false;
}

static enum proof proof_of(const struct journal_counts *c)
{
    if (c->by_state[ENTRY_INCOMPLETE] != 0 || c->by_state[ENTRY_OPEN] != 0)
        return PROOF_INCOMPLETE;
    return c->by_state[ENTRY_UNPROVEN] != 0 ? PROOF_UNPROVEN : PROOF_COMPLETE;
}

static void lower_table(const struct pulled *p, const struct pulled_report *r)
{
    struct pulled_table *t = pulled_table_of(p, r);

    t->proof = r->proof > t->proof ? r->proof : t->proof;
}

/* Requests were made from the rows of these tables: where rows may be missing, requests may be, too. */
static void lower_to_sources(const struct pulled *p, size_t report)
{
    struct pulled_report *r = &p->reports[report];
    const struct report  *described = &p->provider->reports[report];

    for (size_t k = 0; k < described->each.table_count; k++) {
        const struct table *source = table_named(&p->tables, described->each.tables[k]);

        if (source == NULL || p->results[source - p->tables.items].proof <= r->proof)
            continue;
        r->proof = p->results[source - p->tables.items].proof;
        if (r->counts.why.ptr == NULL)
            r->counts.why = arena_fmt(p->mem, "%.*s, whose rows it was asked for, is %s", STR_ARG(source->name),
                                      proof_names[r->proof]);
    }
}

enum etl_status pulled_weigh(struct pulled *p, struct err *err)
{
    for (size_t i = 0; i < p->provider->report_count; i++) {
        struct pulled_report *r = &p->reports[i];
        enum etl_status       st;

        if (!r->wanted)
            continue;
        st = request_journal_count(p->journal, r->name, p->mem, &r->counts, err);
        if (st != ETL_OK)
            return st;
        r->proof = proof_of(&r->counts);
        lower_table(p, r);
    }
    for (size_t i = 0; i < p->provider->report_count; i++)
        if (p->reports[i].wanted) {
            lower_to_sources(p, i);
            lower_table(p, &p->reports[i]);
        }
    return ETL_OK;
}
