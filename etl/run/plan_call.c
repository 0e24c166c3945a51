/* etl/run/plan_call.c - one call of a plan: its id, its command, its values. */
#include "etl/run/plan_call.h"

#include "etl/core/system/sha256.h"
#include "providers/model/family.h"

enum { ID_BYTES_MAX = 64 << 20 };

/* ---- the id ---- */

static void add_netstring(struct buf *out, struct str text)
{
    buf_u64(out, text.len);
    buf_byte(out, ':');
    buf_add(out, text);
    buf_byte(out, ',');
}

static void add_record_key(struct buf *out, const struct plan_record *r, struct buf *work)
{
    bool says = r->says.ptr != NULL;

    add_netstring(out, says ? STR("says") : STR("key"));
    buf_reset(work);
    buf_add(work, says ? r->says : r->key.ptr != NULL ? r->key : r->lane);
    if (r->copy > 1)
        buf_fmt(work, "#%llu", (unsigned long long)r->copy);
    add_netstring(out, buf_str(work));
}

void plan_call_id(const struct plan_record *r, size_t i, char id[CALL_ID_DIGITS + 1])
{
    AUTO(buf_release) struct buf text, work;
    const struct plan_call_head *head = r->calls[i].head;
    struct hex256                digest;
    uint64_t                     nth = 0;

    buf_init(&text, ID_BYTES_MAX, "a call's id");
    buf_init(&work, ID_BYTES_MAX, "a call's id");
    for (size_t k = 0; k < i; k++)
        nth += str_eq(r->calls[k].head->as, head->as);
    add_netstring(&text, str_eq(r->lane, r->from) ? STR("") : r->lane);
    add_netstring(&text, head->stage == STAGE_LANE ? head->input : r->from);
    add_record_key(&text, r, &work);
    add_netstring(&text, head->as);
    buf_reset(&work);
    buf_u64(&work, nth);
    add_netstring(&text, buf_str(&work));
    digest = sha256_of(buf_str(&text));
    memcpy(id, digest.text, CALL_ID_DIGITS);
    id[CALL_ID_DIGITS] = '\0';
}

/* ---- command and values ---- */

const struct command *plan_call_command(const struct provider *p, const struct plan_call *call, struct arena *mem)
{
    const struct command *c = provider_command(p, call->head->command);
    struct str           *names = ARENA_ARRAY(mem, struct str, call->param_count + 1);

    for (size_t i = 0; i < call->param_count; i++)
        names[i] = call->params[i].name;
    return c != NULL ? command_with_members(c, names, call->param_count, false, mem) : NULL;
}

static enum etl_status open_value(const struct plan_param *p, const struct plan_values *how, struct arena *mem,
                                  struct value *out, struct err *err)
{
    AUTO(buf_wipe) struct buf plain;
    struct seal_place         place = { how->command->provider->name, how->command->name, p->name, how->lane };
    enum etl_status           st;

    buf_init(&plain, 4U << 20, "a sealed value");
    st = unseal(how->sealer, &place, p->value.text, &plain, err);
    if (st == ETL_OK)
        out->text = arena_str(mem, buf_str(&plain));
    return st;
}

enum etl_status plan_call_values(const struct plan_call *call, const struct plan_values *how, struct arena *mem,
                                 struct value **out, struct err *err)
{
    const struct command *command = how->command;
    struct value         *values = ARENA_ARRAY(mem, struct value, command->param_count + 1);

    for (size_t i = 0; i < call->param_count; i++) {
        const struct plan_param *p = &call->params[i];
        int                      at = command_param_index(command, p->name);
        enum etl_status          st;

        if (at < 0)
            return err_set(err, ETL_FAIL, "plan-line", "%.*s has no parameter %.*s", STR_ARG(command->name),
                           STR_ARG(p->name));
        values[at] = p->value;
        if (!p->sealed)
            continue;
        st = open_value(p, how, mem, &values[at], err);
        if (st != ETL_OK)
            return st;
        if (command->params[at].type != NULL && command->params[at].type->list != NULL)
            values[at].kind = VALUE_LIST;
    }
    *out = values;
    return ETL_OK;
}
