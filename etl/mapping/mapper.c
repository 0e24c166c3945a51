/* etl/mapping/mapper.c - evaluates a mapping. Per record it allocates from the record's arena only, and no cell is copied unless a filter
 * changes it. */
#include "etl/mapping/mapper.h"

#include "etl/core/limits.h"
#include "etl/core/utf8.h"
#include "etl/language/evaluate.h"
#include "etl/mapping/compiled.h"
#include "etl/secrets/made_password.h"
#include "providers/model/identity.h"
#include "providers/rules/rules.h"

enum { PASSWORD_ATTEMPTS = 1000, PASSWORD_MAX = 4096 };

const struct record record_of_nothing = { 0 };

struct mapper {
    const struct mapping  *m;
    const struct compiled *c;
    struct eval            eval;
    struct rule_check     *rules;
    const struct key      *password_key; /* NULL where no password is made */
    struct arena           own;          /* slots, scratch */
    struct buf             password, identity, list;
    struct target          target;
    struct rule_sink       sink;
    /* what is being mapped */
    struct mapped        *out;
    size_t                finding_cap;
    struct str            lane;
    size_t                element; /* inside each: which one, 1-based */
    struct str            list_path;
    size_t                call_cap;
    const struct command *command;
    struct value         *values;
    size_t                param;
};

/* ---- findings ---- */

/* Several calls may fail by the same value: it is reported once. */
static bool is_reported(const struct mapped *out, enum severity severity, const struct err *err)
{
    for (size_t i = 0; i < out->finding_count; i++) {
        const struct err *old = &out->findings[i].err;

        if (out->findings[i].severity == severity && strcmp(old->rule, err->rule) == 0 &&
            strcmp(old->text, err->text) == 0 &&
            strcmp(old->field != NULL ? old->field : "", err->field != NULL ? err->field : "") == 0)
            return true;
    }
    return false;
}

/* Inside each: the message names the element. */
static void name_element(struct mapper *mapper, struct err *err)
{
    size_t len = strlen(err->text);

    snprintf(err->text + len, sizeof err->text - len, " (element %zu of %.*s)", mapper->element,
             STR_ARG(mapper->list_path));
    err->text[utf8_valid_prefix(str_from(err->text))] = '\0';
}

static void add_finding(void *context, enum severity severity, const struct err *err)
{
    struct mapper *mapper = context;
    struct mapped *out = mapper->out;

    if (is_reported(out, severity, err))
        return;
    ARENA_PUSH(mapper->eval.mem, out->findings, out->finding_count, mapper->finding_cap) =
        (struct finding){ *err, severity, NULL };
    if (mapper->element != 0)
        name_element(mapper, &out->findings[out->finding_count - 1].err);
    out->rejected = out->rejected || severity == SEVERITY_ERROR;
}

/* Reports why the evaluation failed, for a parameter or for "when" and "once_per". */
static void add_failure(struct mapper *mapper, const char *field)
{
    mapper->eval.err.field = field;
    add_finding(mapper, SEVERITY_ERROR, &mapper->eval.err);
}

/* ---- what an expression may ask about the parameter that it feeds ---- */

static bool would_take(void *context, struct str value)
{
    struct mapper *mapper = context;

    return rules_would_take(mapper->rules, mapper->command, mapper->param, mapper->values, value, &mapper->sink);
}

static bool make_password(void *context, size_t length, struct str word, struct value *out)
{
    struct mapper        *mapper = context;
    struct password_place place = { mapper->lane, mapper->command->params[mapper->param].name, STR(""), word };

    if (mapper->password_key == NULL)
        return eval_fail(&mapper->eval, "password",
                         "a password is made with the installation's key, and there is none");
    buf_reset(&mapper->identity);
    identity_of_call(mapper->command, mapper->values, mapper->param, mapper->eval.mem, &mapper->identity);
    place.identity = buf_str(&mapper->identity);
    for (unsigned attempt = 0; attempt < PASSWORD_ATTEMPTS; attempt++) {
        buf_reset(&mapper->password);
        if (buf_failed(&mapper->identity) ||
            !made_password(mapper->password_key, &place, attempt, length, &mapper->password))
            return eval_fail(&mapper->eval, "password", "lane, key and word of this password have more than %d bytes",
                             MADE_PASSWORD_PLACE_BYTES_MAX);
        if (!would_take(mapper, buf_str(&mapper->password)))
            continue;
        *out = (struct value){ VALUE_TEXT, true, arena_str(mapper->eval.mem, buf_str(&mapper->password)) };
        return true;
    }
    return eval_fail(&mapper->eval, "password", "no password of %zu characters meets this parameter's rules", length);
}

/* ---- making and freeing ---- */

struct mapper *mapper_new(const struct mapping *m, struct str today, const struct key *key)
{
    struct mapper *mapper = calloc(1, sizeof *mapper);

    if (mapper == NULL)
        memory_exhausted("a mapper", sizeof *mapper);
    mapper->m = m;
    mapper->c = m->compiled;
    arena_init(&mapper->own, 1U << 20, "a mapper");
    buf_init(&mapper->password, PASSWORD_MAX, "a password");
    buf_init(&mapper->identity, MADE_PASSWORD_PLACE_BYTES_MAX, "what a password is for");
    buf_init(&mapper->list, VALUE_BYTES_MAX, "a list");
    mapper->eval.list = &mapper->list;
    mapper->rules = rule_check_new(today);
    mapper->password_key = m->uses_password ? key : NULL;
    mapper->eval.slots = ARENA_ARRAY(&mapper->own, struct let_slot, m->compiled->let_count + 1);
    mapper->eval.match = pattern_match_new();
    mapper->target = (struct target){ would_take, make_password, mapper };
    mapper->sink = (struct rule_sink){ add_finding, mapper, m->ease_count != 0 ? mapping_severity : NULL, m };
    return mapper;
}

void mapper_free(struct mapper *mapper)
{
    if (mapper == NULL)
        return;
    rule_check_free(mapper->rules);
    pattern_match_free(mapper->eval.match);
    buf_wipe(&mapper->password);
    buf_release(&mapper->identity);
    buf_wipe(&mapper->list);
    arena_release(&mapper->own);
    free(mapper);
}

/* ---- evaluating ---- */

static void begin(struct mapper *mapper, size_t input, const struct row *row, struct arena *record_mem)
{
    struct eval *e = &mapper->eval;

    e->record = row != NULL ? row->record : NULL;
    e->parent = row != NULL ? row->parent : NULL;
    e->element = NULL;
    e->nth = row != NULL ? row->nth : 0;
    e->counts = row != NULL ? row->counts : NULL;
    e->row_number++; /* makes the lets that are kept from the row before invalid */
    e->lets = mapper->c->in[input].lets;
    e->mem = record_mem;
    e->target = NULL;
    e->err.field = NULL;
}

struct eval *mapper_eval(struct mapper *mapper, const struct row *row, struct arena *record_mem)
{
    begin(mapper, row->input, row, record_mem);
    return &mapper->eval;
}

enum etl_status mapper_keys(struct mapper *mapper, const struct row *row, struct arena *record_mem, struct str *lane,
                            struct str *unique, struct err *err)
{
    const struct compiled_input *in = &mapper->c->in[row->input];
    size_t                       unique_count = mapper->m->inputs[row->input].unique_count;
    struct value                 v = VALUE_NONE;

    for (size_t i = 0; i < unique_count; i++) {
        size_t column = (size_t)in->unique_columns[i];

        unique[i] = column < row->record->count ? row->record->cells[column] : STR("");
    }
    *lane = STR_NONE;
    if (in->lane.node == NULL)
        return ETL_OK;
    begin(mapper, row->input, row, record_mem);
    if (!eval_node(&mapper->eval, in->lane.node, &v)) {
        *err = mapper->eval.err;
        return ETL_REJECT;
    }
    if (v.kind != VALUE_TEXT || v.text.len == 0)
        return err_set(err, ETL_REJECT, "lane-empty", "the lane is empty: %.*s", STR_ARG(in->lane.yaml->text));
    *lane = v.text;
    return ETL_OK;
}

static void map_fields(struct mapper *mapper, const struct compiled_call *cc)
{
    struct eval *e = &mapper->eval;

    for (size_t i = 0; i < cc->field_count; i++) {
        const struct compiled_field *f = &cc->fields[i];
        struct value                *v = &mapper->values[f->param];

        e->target = f->turn != FIELD_PLAIN ? &mapper->target : NULL;
        mapper->param = f->param;
        if (eval_node(e, f->value.node, v))
            continue;
        add_failure(mapper, mapper->command->params[f->param].name.ptr);
        *v = (struct value){ .kind = VALUE_REF }; /* its fault is reported; as a reference, the rules take it as set */
    }
    e->target = NULL;
}

static void check_dangers(struct mapper *mapper, struct mapped_call *call)
{
    unsigned forbidden;

    call->dangers = rules_dangers(mapper->command, call->values);
    forbidden = call->dangers & DANGERS_TO_ALLOW & ~mapper->m->allow;
    for (unsigned bit = 1; forbidden != 0 && bit <= DANGER_NOTIFIES; bit <<= 1)
        if (forbidden & bit) {
            struct err err = { 0 };

            err_set(&err, ETL_REJECT, "allow", "%.*s %s here, which the mapping does not allow (allow: [%s])",
                    STR_ARG(mapper->command->name), danger_name(bit), danger_name(bit));
            add_finding(mapper, SEVERITY_ERROR, &err);
        }
}

static void find_once_per(struct mapper *mapper, const struct compiled_call *cc, struct mapped_call *call)
{
    struct value v;

    if (cc->once_per.node == NULL)
        return;
    if (!eval_node(&mapper->eval, cc->once_per.node, &v)) {
        add_failure(mapper, "once_per");
    } else if (v.kind != VALUE_TEXT || v.text.len == 0) {
        eval_fail(&mapper->eval, "once-per-empty", "the value is empty: %.*s", STR_ARG(cc->once_per.yaml->text));
        add_failure(mapper, "once_per");
    } else {
        call->once_per = v.text;
    }
}

static void make_call(struct mapper *mapper, size_t index)
{
    const struct mapping_call  *head = &mapper->m->calls[index];
    const struct compiled_call *cc = &mapper->c->calls[index];
    struct mapped_call         *call;
    bool                        failed = false;

    if (cc->when.node != NULL && !eval_condition(&mapper->eval, cc->when.node, &failed)) {
        if (failed)
            add_failure(mapper, "when");
        return;
    }
    mapper->out->calls =
        arena_grow(mapper->eval.mem, mapper->out->calls, mapper->out->count, &mapper->call_cap, sizeof *call);
    call = &mapper->out->calls[mapper->out->count++];
    *call = (struct mapped_call){ .call = head, .element = mapper->element };
    call->values = ARENA_ARRAY(mapper->eval.mem, struct value, head->command->param_count + 1);
    mapper->command = head->command;
    mapper->values = call->values;
    map_fields(mapper, cc);
    find_once_per(mapper, cc, call);
    rules_call(mapper->rules, head->command, call->values, &mapper->sink, mapper->eval.mem);
    check_dangers(mapper, call);
}

/* each: one call per element. */
static void map_elements(struct mapper *mapper, size_t index, int list)
{
    struct eval              *e = &mapper->eval;
    const struct json_wanted *wanted = &mapper->m->inputs[mapper->m->calls[index].input].wanted;
    size_t                    columns = wanted->lists[list].column_count;

    mapper->list_path = wanted->lists[list].path;
    for (mapper->element = 1; mapper_take_element(e, list, columns, mapper->element); mapper->element++)
        make_call(mapper, index);
    mapper->element = 0;
    e->element = NULL;
}

bool mapper_take_element(struct eval *e, int list, size_t columns, size_t element)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list is walked only where there is a record */
    const struct record_rows *rows = e->record->lists != NULL ? &e->record->lists[list] : NULL;
    size_t                    first = (element - 1) * columns;

    if (rows == NULL || element > rows->count)
        return false;
    e->element = rows->cells + first;
    e->element_is_list = rows->is_list != NULL ? rows->is_list + first : NULL;
    e->element_count = columns;
    return true;
}

static void map_call(struct mapper *mapper, size_t index, enum record_change change)
{
    if ((mapper->c->calls[index].on & ON_CHANGE(change)) == 0)
        return;
    if (mapper->m->calls[index].list < 0)
        make_call(mapper, index);
    else
        map_elements(mapper, index, mapper->m->calls[index].list);
}

static enum etl_status map(struct mapper *mapper, size_t input, const struct row *row, struct str lane,
                           struct arena *record_mem, int stage, struct mapped *out)
{
    const struct compiled_input *in = &mapper->c->in[input];

    *out = (struct mapped){ 0 };
    mapper->out = out;
    mapper->finding_cap = 0;
    mapper->lane = lane;
    begin(mapper, input, row, record_mem);
    mapper->call_cap = in->call_count + 1;
    out->calls = ARENA_ARRAY(record_mem, struct mapped_call, mapper->call_cap);
    if (row != NULL && in->asks_parent && row->parent == NULL) {
        const struct mapping_input *parent = &mapper->m->inputs[mapper->m->inputs[input].parent];

        eval_fail(&mapper->eval, "parent",
                  "the row of %.*s with this lane is not at hand, and the mapping asks its fields",
                  STR_ARG(parent->name));
        add_failure(mapper, NULL);
        return ETL_REJECT;
    }
    for (size_t i = 0; i < in->call_count; i++)
        if (stage < 0 || mapper->m->calls[in->calls[i]].is_after == (stage == 1))
            map_call(mapper, in->calls[i], row != NULL ? row->change : RECORD_ADDED);
    out->tried = out->count;
    if (out->rejected)
        out->count = 0;
    return out->rejected ? ETL_REJECT : ETL_OK;
}

enum etl_status mapper_row(struct mapper *mapper, const struct row *row, struct str lane, struct arena *record_mem,
                           struct mapped *out)
{
    return map(mapper, row->input, row, lane, record_mem, -1, out);
}

enum etl_status mapper_once(struct mapper *mapper, bool after, struct arena *record_mem, struct mapped *out)
{
    return map(mapper, mapper->m->input_count, NULL, STR(""), record_mem, after, out);
}
