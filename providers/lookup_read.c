/* providers/lookup_read.c - what a read answers about a call: is it there, is it ours, and what does it yield? */
#include "providers/reply.h"

static struct str field_of(const struct reply_record *record, struct str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_eq(record->fields[i].name, name))
            return record->fields[i].value;
    return STR_NONE;
}

/* Of this record, where there are records: what the answer captured is of its first one. `name` is a field or one of the read's captures. */
static struct str read_value(const struct lookup_read *l, const struct verdict *v, const struct reply_record *record, struct str name)
{
    const struct capture *own = command_capture(l->read, name);
    struct str            value;

    if (record != NULL) {
        value = field_of(record, name);
        return value.ptr == NULL && own != NULL && own->field.len != 0 ? field_of(record, own->field) : value;
    }
    for (size_t i = 0; i < v->capture_count; i++)
        if (str_eq(v->captures[i].name, name))
            return v->captures[i].value;
    return STR_NONE;
}

bool lookup_names_it(const struct lookup_read *l, const struct value *values, struct arena *mem)
{
    return l->match.count == 0 || text_fill(&l->match.items[0].text, values, NULL, 0, mem).ptr != NULL;
}

/* How many of the pairs are equal; an expected value that is absent is not asked. */
static bool record_matches(const struct lookup_read *l, const struct value *values, const struct verdict *v,
                           const struct reply_record *record, struct arena *mem, bool *first_equal)
{
    bool all = true;

    *first_equal = false;
    for (size_t i = 0; i < l->match.count; i++) {
        struct str wanted = text_fill(&l->match.items[i].text, values, NULL, 0, mem);
        struct str got = read_value(l, v, record, l->match.items[i].name);
        bool       equal = wanted.ptr == NULL || (got.ptr != NULL && str_eq(wanted, got));

        if (i == 0)
            *first_equal = equal;
        all = all && equal;
    }
    return all;
}

enum lookup_answer lookup_judge(const struct lookup_read *l, const struct value *values, const struct verdict *v,
                                struct arena *mem)
{
    bool identified = false, first_equal;

    if (v->is == REPLY_NOTHING)
        return LOOKUP_NOT_THERE;
    if (v->is != REPLY_DONE)
        return LOOKUP_UNKNOWN;
    if (l->match.count == 0)
        return LOOKUP_THERE;
    if (v->record_count == 0)
        return record_matches(l, values, v, NULL, mem, &first_equal) ? LOOKUP_THERE : LOOKUP_DIFFERS;
    for (size_t i = 0; i < v->record_count; i++) {
        if (record_matches(l, values, v, &v->records[i], mem, &first_equal))
            return LOOKUP_THERE;
        identified = identified || first_equal;
    }
    /* In a full report the first pair is what names the record: if none bears the name, it is not there. */
    return l->full && !identified ? LOOKUP_NOT_THERE : LOOKUP_DIFFERS;
}

size_t lookup_found(const struct lookup_read *l, const struct value *values, const struct verdict *v, struct arena *mem,
                    const struct reply_record **first)
{
    size_t found = 0;
    bool   first_equal;

    *first = NULL;
    for (size_t i = 0; i < v->record_count; i++)
        if (record_matches(l, values, v, &v->records[i], mem, &first_equal) && found++ == 0)
            *first = &v->records[i];
    return found;
}

/* Which of the read's fields or captures is the call's capture: as the lookup says, else the one of the same name. */
static struct str source_of(const struct lookup_read *l, struct str capture)
{
    for (size_t i = 0; i < l->capture_count; i++)
        if (str_eq(l->captures[i].name, capture))
            return l->captures[i].value;
    return capture;
}

size_t lookup_captures(const struct lookup_read *l, const struct command *command, const struct value *values, const struct verdict *v,
                       struct arena *mem, const struct pair_value **out)
{
    const struct reply_record *record;
    struct pair_value         *list = ARENA_ARRAY(mem, struct pair_value, command->capture_count + 1);
    size_t                     n = 0;

    lookup_found(l, values, v, mem, &record);
    for (size_t i = 0; i < command->capture_count; i++) {
        struct str name = command->captures[i].name;
        struct str value = read_value(l, v, record, source_of(l, name));

        if (value.ptr != NULL)
            list[n++] = (struct pair_value){ name, value };
    }
    *out = list;
    return n;
}
