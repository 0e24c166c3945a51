/* etl/apply/readback.c - what reading back proves about a call whose answer got lost. */
#include "etl/apply/readback.h"

#include "etl/core/must.h"
#include "providers/replies/lookup_read.h"

struct value *readback_values(const struct lookup_read *lookup, const struct value *call_values, struct arena *mem)
{
    struct value *values = ARENA_ARRAY(mem, struct value, lookup->read->param_count + 1);

    for (size_t i = 0; i < lookup->with.count; i++) {
        int        at = command_param_index(lookup->read, lookup->with.items[i].name);
        struct str text = text_fill(&lookup->with.items[i].text, call_values, NULL, 0, mem);

        if (at < 0 || text.ptr == NULL)
            continue;
        values[at] = VALUE_OF(text);
        values[at].secret = lookup->read->params[at].secret;
        for (size_t k = 0; k < lookup->with.items[i].text.count; k++) {
            int from = lookup->with.items[i].text.parts[k].param;

            if (from >= 0 && call_values[from].secret)
                values[at].secret = true;
        }
    }
    return values;
}

/* Is there a record that is equal in every field of `match`? What that proves is decided below. */
static enum lookup_answer look(const struct lookup_read *lookup, const struct value *values, const struct verdict *read,
                               struct arena *mem)
{
    if (read->is != REPLY_DONE && read->is != REPLY_NOTHING)
        return LOOKUP_UNKNOWN;
    return lookup_judge(lookup, values, read, mem);
}

enum readback readback_judge_baseline(const struct command *command, const struct value *values,
                                      const struct verdict *read, struct arena *mem, bool *there)
{
    *there = false;
    if (!lookup_names_it(&command->verify, values, mem))
        return READBACK_ABSENT; /* no value names the record: a lost answer will stay uncertain */
    switch (look(&command->verify, values, read, mem)) {
    case LOOKUP_THERE: *there = true; return READBACK_DONE;
    case LOOKUP_NOT_THERE:
    case LOOKUP_DIFFERS: /* not what this call will make: an equal record afterwards is ours */
        *there = false;
        return READBACK_ABSENT;
    case LOOKUP_OTHER_KIND: return READBACK_NO_PROOF;
    case LOOKUP_UNKNOWN: break;
    }
    return READBACK_UNREAD;
}

bool readback_is_shared(const struct lookup_read *lookup)
{
    for (size_t i = 0; i < lookup->with.count; i++)
        for (size_t k = 0; k < lookup->with.items[i].text.count; k++)
            if (lookup->with.items[i].text.parts[k].literal.ptr == NULL)
                return false;
    return lookup->full;
}

/* The provider tells one thing of a name, and told another than ours. */
static const char other_kind[] = "reading back tells of another kind of that name, which says nothing of this one";

static enum readback judge_removal(bool absence_is_proof, enum lookup_answer answer, const char **why)
{
    switch (answer) {
    case LOOKUP_NOT_THERE:
        if (absence_is_proof)
            return READBACK_DONE;
        *why = "reading back finds nothing, which proves nothing for this command";
        return READBACK_NO_PROOF;
    case LOOKUP_THERE: *why = "reading back still finds it"; return READBACK_ABSENT;
    case LOOKUP_DIFFERS: *why = "reading back finds something else in its place"; return READBACK_UNSURE;
    case LOOKUP_OTHER_KIND: *why = other_kind; return READBACK_NO_PROOF;
    case LOOKUP_UNKNOWN: break;
    }
    *why = "reading back gave no answer";
    return READBACK_UNREAD;
}

static enum readback judge(const struct command *command, const struct value *values,
                           const struct readback_baseline *before, const struct verdict *read, struct arena *mem,
                           const char **why)
{
    const struct lookup_read  *lookup = &command->verify;
    enum lookup_answer         answer = look(lookup, values, read, mem);
    const struct reply_record *record;

    if (!lookup_names_it(lookup, values, mem)) {
        *why = "nothing in the call names what is to be looked for";
        return READBACK_NO_PROOF;
    }
    if (lookup->wants_nothing)
        return judge_removal(lookup_absence_is_proof(lookup, values), answer, why);
    switch (answer) {
    case LOOKUP_THERE:
        if (before->there) {
            *why = "reading back finds it, but it was there before the first sending";
            return READBACK_UNSURE;
        }
        if (lookup_found(lookup, values, read, mem, &record) > 1) {
            *why = "reading back finds several that are as we sent it";
            return READBACK_UNSURE;
        }
        if (lookup->baseline && !before->looked) {
            *why = "reading back finds it, but nobody looked before the first sending";
            return READBACK_UNSURE;
        }
        return READBACK_DONE;
    case LOOKUP_NOT_THERE:
        if (lookup_absence_is_proof(lookup, values)) {
            *why = "reading back does not find it";
            return READBACK_ABSENT;
        }
        *why = "reading back does not find it, which proves nothing for this command";
        return READBACK_NO_PROOF;
    case LOOKUP_DIFFERS:
        if (before->same_answer && lookup_absence_is_proof(lookup, values) && !lookup->others_are_no_proof) {
            *why = "reading back answers as it did before the first sending";
            return READBACK_ABSENT;
        }
        if (before->same_answer) {
            *why = "reading back answers as it did before the first sending, which proves nothing for this command";
            return READBACK_NO_PROOF;
        }
        *why = "reading back finds it other than we sent it, or as another's";
        return READBACK_UNSURE;
    case LOOKUP_OTHER_KIND: *why = other_kind; return READBACK_NO_PROOF;
    case LOOKUP_UNKNOWN: break;
    }
    *why = "reading back gave no answer";
    return READBACK_UNREAD;
}

enum readback readback_judge(const struct command *command, const struct value *values,
                             const struct readback_baseline *before, const struct verdict *read, struct arena *mem,
                             const char **why)
{
    const struct lookup_read *lookup = &command->verify;
    enum readback             answer = judge(command, values, before, read, mem, why);

    MUST(answer != READBACK_DONE || read->is == REPLY_DONE || read->is == REPLY_NOTHING); /* only an answer proves */
    MUST(answer != READBACK_ABSENT || lookup->wants_nothing ||
         lookup_absence_is_proof(lookup, values)); /* it is sent again */
    return answer;
}
