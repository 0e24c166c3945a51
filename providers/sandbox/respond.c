/* providers/sandbox/respond.c - one request: decoded, carried out, answered, damaged by a fault if one was ordered, written to the journal. */
#include "etl/core/notation/json_writer.h"
#include "providers/model/family.h"
#include "providers/sandbox/respond_private.h"

const char *const outcome_names[] = { "done", "nothing", "refused", "login", "unknown", "malformed", "dropped" };

struct workspace *workspace_new(struct str today)
{
    struct workspace *b = calloc(1, sizeof *b);

    if (b == NULL)
        memory_exhausted("the sandbox", sizeof *b);
    snprintf(b->today, sizeof b->today, "%.*s", STR_ARG(today));
    b->rules = rule_check_new(today);
    arena_init(&b->mem, 1U << 30, "one request to the sandbox");
    buf_init(&b->line, 8 << 20, "a line of the journal");
    return b;
}

void workspace_free(struct workspace *b)
{
    if (b == NULL)
        return;
    rule_check_free(b->rules);
    arena_release(&b->mem);
    buf_wipe(&b->line);
    free(b);
}

static bool was_sent(const struct served *w, const struct param *p)
{
    for (size_t i = 0; i < w->field_count; i++)
        if (str_eq(w->fields[i].name, p->wire) && str_eq(w->fields[i].value, p->always))
            return true;
    return false;
}

/* Two commands may have one name on the wire and differ by their `always` fields. The command with the most of these fields in the request is
 * meant. */
static const struct command *most_fitting(const struct served *w, const struct command *found)
{
    const struct provider *p = w->hosted->provider;
    size_t                 most = 0;

    for (size_t i = 0; i < p->command_count; i++) {
        const struct command *c = &p->commands[i];
        size_t                fit = 0;

        if (found->name_param >= 0 || !str_eq(c->wire, found->wire))
            continue;
        for (size_t k = 0; k < c->param_count && fit != SIZE_MAX; k++)
            if (c->params[k].always.ptr != NULL)
                fit = was_sent(w, &c->params[k]) ? fit + 1 : SIZE_MAX;
        if (fit != SIZE_MAX && fit > most) {
            most = fit;
            found = c;
        }
    }
    return found;
}

static void find_command(struct served *w)
{
    const struct provider *p = w->hosted->provider;
    struct str             place, *names;

    w->login = entrance_login(w->hosted->entrance, w->command_word);
    w->command = w->login != NULL ? w->login->command : provider_command_on_wire(p, w->command_word, &place);
    if (w->command == NULL)
        return;
    if (w->login == NULL)
        w->command = most_fitting(w, w->command);
    names = ARENA_ARRAY(&w->workspace->mem, struct str, w->field_count + 1);
    for (size_t i = 0; i < w->field_count; i++)
        names[i] = w->fields[i].name;
    w->command = command_with_members(w->command, names, w->field_count, true, &w->workspace->mem);
    w->values = ARENA_ARRAY(&w->workspace->mem, struct value, w->command->param_count + 1);
    if (w->login == NULL && w->command->name_param >= 0 &&
        w->command->params[w->command->name_param].always.ptr == NULL)
        w->values[w->command->name_param] = VALUE_OF(place);
}

static void process(struct served *w, struct str params)
{
    const struct provider *p = w->hosted->provider;

    w->out->status = 200;
    w->out->type = answer_type(w);
    if (w->login == NULL && !entrance_admits(w->hosted->entrance, w->fields, w->field_count, &w->workspace->mem)) {
        answer_with(w, OUTCOME_LOGIN, &p->answer_login, STR("credentials are wrong or missing"));
        return;
    }
    if (w->command == NULL) {
        answer_with(w, OUTCOME_UNKNOWN, &p->answer_unknown, STR("unknown command"));
        return;
    }
    if (request_read(w) != ETL_OK)
        return;
    if (w->login != NULL) {
        answer_login(w);
        return;
    }
    pthread_mutex_lock(&w->hosted->mutex);
    if (w->command->effect == EFFECT_READ)
        answer_read(w);
    else
        answer_write(w, params);
    pthread_mutex_unlock(&w->hosted->mutex);
}

/* ---- faults ---- */

static void answer_unprocessed(struct served *w)
{
    static const struct str page = {
        "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head>\n<body><h1>We are down for maintenance</h1>\n"
        "<p>The service is temporarily unavailable. Please try again later.</p></body></html>\n",
        0
    };
    struct answered *out = w->out;

    out->outcome = OUTCOME_DROPPED;
    out->status = 200;
    out->type = STR("text/html");
    switch (out->fault.kind) {
    case FAULT_STATUS:
        out->status = (int)out->fault.number;
        out->body = STR("<html><body><h1>Error</h1></body></html>\n");
        break;
    case FAULT_THROTTLE:
        out->status = 429;
        out->retry_after = true;
        out->body = STR("slow down\n");
        break;
    case FAULT_HTML: out->body = str_from(page.ptr); break;
    case FAULT_LOGIN:
        out->type = answer_type(w);
        answer_with(w, OUTCOME_LOGIN, &w->hosted->provider->answer_login, STR("a fault"));
        break;
    default: /* drop-before, empty: nothing is sent */
        out->type = w->hosted->provider->answer_type;
        out->body = STR("");
        break;
    }
}

/* Applies a fault to an answer after the request was carried out. Cutting or dropping the reply is done by the server. */
static void spoil_answer(struct served *w)
{
    struct answered *out = w->out;
    unsigned char   *noise;

    if (out->fault.kind == FAULT_STATUS_AFTER) {
        out->status = (int)out->fault.number;
        out->type = STR("text/html");
        out->body = STR("<html><body><h1>Internal Server Error</h1></body></html>\n");
    } else if (out->fault.kind == FAULT_GARBAGE) {
        noise = arena_alloc(&w->workspace->mem, 64);
        faults_noise(w->shared->faults, noise, 64);
        out->body = str_of((const char *)noise, 64);
    } else {
        return;
    }
    listing_free(out->listing);
    out->listing = NULL;
}

/* ---- the journal ---- */

/* {"billid":"999","pass":"***"}. An unknown field may be a secret, so it is masked. */
static struct str params_json(struct served *w)
{
    struct buf            *out = &w->workspace->line;
    const struct provider *p = w->hosted->provider;
    struct json_writer     json = json_writer(out);

    buf_reset(out);
    json_begin_object(&json);
    if (w->command != NULL && w->command->name_param >= 0 && w->values[w->command->name_param].kind == VALUE_TEXT) {
        json_name_text(&json, w->command->params[w->command->name_param].name);
        json_text(&json, w->values[w->command->name_param].text);
    }
    for (size_t i = 0; i < w->field_count; i++) {
        const struct wire_field *field = &w->fields[i];
        int                      at = w->command != NULL ? request_param(w->command, field->name) : -1;
        bool                     open = at >= 0 && !w->command->params[at].secret;

        if (str_eq(field->name, p->command_field) ||
            (w->login == NULL && entrance_is_proof(w->hosted->entrance, field->name)))
            continue;
        json_name_text(&json, field->name);
        json_text(&json, open || request_test_field(p, field->name) != NULL || field->value.len == 0 ? field->value
                                                                                                     : STR("***"));
    }
    json_end_object(&json);
    return arena_str(&w->workspace->mem, buf_str(out));
}

static void write_down(struct served *w, struct str params, const struct asked *asked)
{
    struct buf            *line = &w->workspace->line;
    const struct answered *out = w->out;
    struct json_writer     json = json_writer(line);

    buf_reset(line);
    json_member_text(&json, "provider", w->hosted->provider->name);
    json_member_text(&json, "command", w->command != NULL ? w->command->name : w->command_word);
    json_name(&json, "params");
    json_raw(&json, params);
    json_member_text(&json, "mode", w->test ? STR("test") : STR("live"));
    json_member_text(&json, "outcome", str_from(outcome_names[out->outcome]));
    json_member_text(&json, "reason", out->reason);
    json_member_text(&json, "fault", str_from(fault_name(out->fault.kind)));
    json_name(&json, "executed");
    json_bool(&json, w->executed);
    json_name(&json, "connection");
    json_number(&json, asked->connection);
    journal_add(w->shared->journal, buf_str(line));
}

static const enum count_kind outcome_counts[] = {
    [OUTCOME_REFUSED] = COUNT_REFUSED,   [OUTCOME_LOGIN] = COUNT_REFUSED,   [OUTCOME_UNKNOWN] = COUNT_REFUSED,
    [OUTCOME_MALFORMED] = COUNT_REFUSED, [OUTCOME_DROPPED] = COUNT_DROPPED,
};

static void count(struct served *w)
{
    pthread_mutex_lock(&w->hosted->mutex);
    counts_add(w->hosted->counts, w->command, COUNT_RECEIVED);
    if (w->out->outcome != OUTCOME_DONE &&
        w->out->outcome != OUTCOME_NOTHING) /* done and nothing are counted where they happen */
        counts_add(w->hosted->counts, w->command, outcome_counts[w->out->outcome]);
    pthread_mutex_unlock(&w->hosted->mutex);
}

static bool over_limit(const struct sandbox_shared *shared, struct hosted_provider *hosted, uint64_t now)
{
    bool over;

    if (shared->rate_limit == 0)
        return false;
    pthread_mutex_lock(&hosted->mutex);
    if (hosted->second != now) {
        hosted->second = now;
        hosted->in_second = 0;
    }
    over = ++hosted->in_second > shared->rate_limit;
    pthread_mutex_unlock(&hosted->mutex);
    return over;
}

static void pick_fault(struct served *w, const struct asked *asked)
{
    struct fault_request request = { w->hosted->provider->name, w->command != NULL ? w->command->name : w->command_word,
                                     asked->reused };

    w->out->fault = faults_pick(w->shared->faults, &request);
    if (over_limit(w->shared, w->hosted, asked->now_seconds) && fault_processes(w->out->fault.kind))
        w->out->fault.kind = FAULT_THROTTLE;
}

static void malformed(struct served *w, int status, const char *reason)
{
    w->field_count = 0;
    w->out->outcome = OUTCOME_MALFORMED;
    w->out->status = status;
    w->out->type = STR("text/plain");
    w->out->reason = arena_str(&w->workspace->mem, str_from(reason));
    w->out->body = arena_fmt(&w->workspace->mem, "%s\n", reason);
}

void respond(const struct sandbox_shared *shared, struct hosted_provider *hosted, struct workspace *workspace,
             const struct asked *asked, struct answered *out)
{
    struct served w = {
        .shared = shared, .hosted = hosted, .workspace = workspace, .command_word = STR(""), .asked = asked, .out = out
    };
    struct err    err = { 0 };
    struct intake taken;
    struct str    params;

    arena_reset(&workspace->mem);
    *out = (struct answered){ .reason = STR("") };
    if (intake_read(hosted->provider, asked, &workspace->mem, &taken, &err) != ETL_OK) {
        malformed(&w, taken.status, err.text);
    } else {
        w.wire = taken.wire;
        w.command_word = taken.command_word;
        w.fields = taken.fields;
        w.field_count = taken.field_count;
        find_command(&w);
    }
    params = params_json(&w);
    if (out->status == 0) {
        pick_fault(&w, asked);
        if (!fault_processes(out->fault.kind)) {
            answer_unprocessed(&w);
        } else {
            if (out->fault.kind == FAULT_LAPSE)
                entrance_lapse(hosted->entrance);
            process(&w, params);
            spoil_answer(&w);
        }
    }
    count(&w);
    write_down(&w, params, asked);
}
