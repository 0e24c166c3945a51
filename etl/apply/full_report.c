/* etl/apply/full_report.c - a report that lists everything, read once: what it says of one record. */
#include "etl/apply/full_report.h"

#include "etl/apply/readback.h"

enum { INDICES_MAX = 8 };

/* Records by the value of one field. Records with the same value form a chain, so all of them are found. */
struct field_index {
    struct str field;
    uint32_t  *heads, *next; /* 1-based into the records; 0: none */
    size_t     mask;
};
struct full_report {
    struct full_report   *next;
    const struct command *command;
    struct arena          mem;
    struct exchange       x;
    struct field_index    indices[INDICES_MAX];
    size_t                index_count;
};

struct full_report *full_report_find(struct full_report *list, const struct command *command)
{
    while (list != NULL && list->command != command)
        list = list->next;
    return list;
}

struct full_report *full_report_read(struct full_report **list, struct exchanges *e, const struct lookup_read *lookup,
                                     const struct value *call_values)
{
    struct full_report *r = full_report_find(*list, lookup->read);

    if (r != NULL)
        return r;
    r = calloc(1, sizeof *r);
    if (r == NULL)
        memory_exhausted("a report", sizeof *r);
    arena_init(&r->mem, (size_t)2 << 30, "a full report");
    r->command = lookup->read;
    r->x = (struct exchange){ .command = lookup->read,
                              .values = readback_values(lookup, call_values, &r->mem),
                              .may_repeat = true,
                              .mem = &r->mem };
    exchanges_run(e, &r->x);
    r->next = *list;
    *list = r;
    return r;
}

void full_reports_free(struct full_report **list)
{
    while (*list != NULL) {
        struct full_report *r = *list;

        *list = r->next;
        arena_release(&r->mem);
        free(r);
    }
}

struct str full_report_failed(const struct full_report *r)
{
    if (r->x.end != EXCHANGE_ANSWERED)
        return r->x.why;
    return r->x.verdict.is == REPLY_DONE || r->x.verdict.is == REPLY_NOTHING ? STR_NONE : r->x.verdict.reason;
}

int full_report_http(const struct full_report *r)
{
    return r->x.http;
}

static struct str field_of(const struct reply_record *record, struct str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_eq(record->fields[i].name, name))
            return record->fields[i].value;
    return STR_NONE;
}

static const struct field_index *index_by(struct full_report *r, struct str field)
{
    const struct verdict *v = &r->x.verdict;
    struct field_index   *index;
    size_t                slots = 16;

    for (size_t i = 0; i < r->index_count; i++)
        if (str_eq(r->indices[i].field, field))
            return &r->indices[i];
    if (r->index_count == INDICES_MAX)
        return NULL;
    while (slots < 2 * v->record_count)
        slots *= 2;
    index = &r->indices[r->index_count++];
    *index = (struct field_index){ field, ARENA_ARRAY(&r->mem, uint32_t, slots),
                                   ARENA_ARRAY(&r->mem, uint32_t, v->record_count + 1), slots - 1 };
    for (size_t i = v->record_count; i-- != 0;) {
        uint32_t *head = &index->heads[str_hash(field_of(&v->records[i], field)) & index->mask];

        index->next[i] = *head;
        *head = (uint32_t)(i + 1);
    }
    return index;
}

void full_report_about(struct full_report *r, const struct lookup_read *lookup, const struct value *call_values,
                       struct arena *mem, struct verdict *out)
{
    const struct verdict     *v = &r->x.verdict;
    const struct field_index *index = NULL;
    struct reply_record      *found = NULL;
    struct str                wanted = STR_NONE;
    size_t                    n = 0, cap = 0;

    *out = *v;
    /* Before the removal the report held at least this record. Empty now, it may have failed silently: only a person can say. */
    if (v->is == REPLY_NOTHING && lookup->wants_nothing) {
        out->is = REPLY_FAILED;
        out->reason = STR("the report came empty, which proves no removal");
        return;
    }
    if (lookup->match.count != 0) {
        wanted = text_fill(&lookup->match.items[0].text, call_values, NULL, 0, mem);
        index = index_by(r, lookup->match.items[0].name);
    }
    if (v->is != REPLY_DONE || wanted.ptr == NULL || index == NULL)
        return;
    for (uint32_t at = index->heads[str_hash(wanted) & index->mask]; at != 0; at = index->next[at - 1])
        if (str_eq(field_of(&v->records[at - 1], lookup->match.items[0].name), wanted))
            ARENA_PUSH(mem, found, n, cap) = v->records[at - 1];
    out->records = found;
    out->record_count = n;
    if (n == 0) {
        out->is = REPLY_NOTHING;
        out->reason = STR("the report does not have it");
    }
}
