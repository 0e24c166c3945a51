/* providers/replies/lookup_read.c - what a read answers about a call: is it there, is it ours, and what does it yield? */
#include "providers/replies/lookup_read.h"

static struct str field_of(const struct reply_record *record, struct str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_eq(record->fields[i].name, name))
            return record->fields[i].value;
    return STR_NONE;
}

/* `name` is a field or one of the read's captures. With records the value is the record's own, since captures hold only the first record's. */
static struct str read_value(const struct lookup_read *l, const struct verdict *v, const struct reply_record *record,
                             struct str name)
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

/* How a record compares with what the call expects. An expected value that is absent is not compared. */
struct likeness {
    bool all;
    bool name; /* the first pair is equal; in a full report it identifies the record */
    bool kind; /* the constant pairs are equal; they select the kind of record */
};

static bool is_constant(const struct text *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->parts[i].literal.ptr == NULL)
            return false;
    return true;
}

static struct likeness compare(const struct lookup_read *l, const struct value *values, const struct verdict *v,
                               const struct reply_record *record, struct arena *mem)
{
    struct likeness like = { true, true, true };

    for (size_t i = 0; i < l->match.count; i++) {
        struct str wanted = text_fill(&l->match.items[i].text, values, NULL, 0, mem);
        struct str got = read_value(l, v, record, l->match.items[i].name);

        if (wanted.ptr == NULL || (got.ptr != NULL && str_eq(wanted, got)))
            continue;
        like.all = false;
        like.name = like.name && i != 0;
        like.kind = like.kind && !is_constant(&l->match.items[i].text);
    }
    return like;
}

enum lookup_answer lookup_judge(const struct lookup_read *l, const struct value *values, const struct verdict *v,
                                struct arena *mem)
{
    bool   met = false, of_kind = false;
    size_t count = v->record_count != 0 ? v->record_count
                                        : 1; /* an answer without records counts as one record, made of captures */

    if (v->is == REPLY_NOTHING)
        return LOOKUP_NOT_THERE;
    if (v->is != REPLY_DONE)
        return LOOKUP_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        struct likeness like = compare(l, values, v, v->record_count != 0 ? &v->records[i] : NULL, mem);

        if (like.all)
            return LOOKUP_THERE;
        met = met || (like.kind && (like.name || !l->full));
        of_kind = of_kind || like.kind;
    }
    if (v->record_count == 0 && !of_kind)
        return LOOKUP_OTHER_KIND;
    return met ? LOOKUP_DIFFERS : LOOKUP_NOT_THERE;
}

size_t lookup_found(const struct lookup_read *l, const struct value *values, const struct verdict *v, struct arena *mem,
                    const struct reply_record **first)
{
    size_t found = 0;

    *first = NULL;
    for (size_t i = 0; i < v->record_count; i++)
        if (compare(l, values, v, &v->records[i], mem).all && found++ == 0)
            *first = &v->records[i];
    return found;
}

bool capture_is_ambiguous(const struct command *read, const struct verdict *v, size_t capture)
{
    struct str field = read->captures[capture].field, first;

    if (v->record_count < 2 || field.len == 0)
        return false;
    first = field_of(&v->records[0], field);
    for (size_t i = 1; i < v->record_count; i++)
        if (!str_eq(field_of(&v->records[i], field), first))
            return true;
    return false;
}

/* The read's field or capture for a capture of the call: the lookup's `captures:` names it; by default it has the same name. */
static struct str source_of(const struct lookup_read *l, struct str capture)
{
    for (size_t i = 0; i < l->capture_count; i++)
        if (str_eq(l->captures[i].name, capture))
            return l->captures[i].value;
    return capture;
}

size_t lookup_captures(const struct lookup_read *l, const struct command *command, const struct value *values,
                       const struct verdict *v, struct arena *mem, const struct pair_value **out)
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
