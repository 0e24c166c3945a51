/* etl/pages/status.c - where a run stands: read from summary, seal and ledger. */
#include "etl/pages/status.h"

#include <unistd.h>

enum { CANARY_LANES = 10 };

/* ---- reading ---- */

static enum etl_status read_ledger(struct run_status *s, struct ledger *l, struct arena *mem, struct err *err)
{
    static const enum call_state troubled[] = { CALL_REFUSED, CALL_FAILED, CALL_UNCERTAIN };
    enum etl_status              st = ledger_count(l, &s->counts, err);

    if (st == ETL_OK)
        st = ledger_bound(l, mem, &s->bound, err);
    if (st == ETL_OK)
        st = ledger_rungs(l, mem, &s->rungs, &s->rung_count, err);
    if (st == ETL_OK)
        st = ledger_tested(l, mem, &s->tested, &s->tested_count, err);
    for (size_t i = 0; i < 3 && st == ETL_OK; i++) {
        if (s->counts.by_state[troubled[i]] == 0)
            continue;
        st = ledger_first_lane(l, troubled[i], mem, &s->first_lane[troubled[i]], err);
        st = st == ETL_END ? ETL_OK : st; /* calls of before: and after: have no lane */
    }
    if (st == ETL_OK)
        st = ledger_first_tested(l, "refused", mem, &s->first_refused_in_test, err);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status open_ledger(struct run_status *s, struct arena *mem, struct err *err)
{
    struct ledger  *l = NULL;
    enum etl_status st = ledger_open(run_folder_file(s->run, "ledger.db", mem), s->facts.plan_digest, false, &l, err);

    if (st == ETL_END) {
        s->counts = (struct ledger_counts){ .calls = s->facts.calls, .lanes = s->facts.lanes };
        s->counts.by_state[CALL_PENDING] = s->facts.calls;
        return ETL_OK;
    }
    if (st != ETL_OK)
        return st;
    s->has_ledger = true;
    st = read_ledger(s, l, mem, err);
    ledger_close(l);
    return st;
}

static void check_seal(struct run_status *s, const struct config *config, struct arena *mem)
{
    struct key      *key = NULL;
    struct run_facts checked = { 0 };
    struct err       err = { 0 };
    enum etl_status  st = config_key_at_hand(config, &key, &err);

    if (st == ETL_OK)
        st = run_folder_check(s->run, key, mem, &checked, &err);
    if (st != ETL_OK)
        s->seal_fault = arena_str(mem, str_from(err.text));
    provider_free(checked.description);
    key_free(key);
}

/* ---- the next command ---- */

/* As a shell takes it. */
static void add_word(struct buf *out, struct str word)
{
    bool plain = word.len != 0;

    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];

        plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          strchr("_-./:=@,%+", c) != NULL);
    }
    if (plain) {
        buf_add(out, word);
        return;
    }
    buf_byte(out, '\'');
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] == '\'')
            buf_lit(out, "'\\''");
        else
            buf_byte(out, word.ptr[i]);
    buf_byte(out, '\'');
}

const struct ledger_rung *status_rung(const struct run_status *s, const char *name, struct str connection)
{
    for (size_t i = 0; i < s->rung_count; i++)
        if (str_is(s->rungs[i].name, name) && (connection.ptr == NULL || str_eq(s->rungs[i].connection, connection)))
            return &s->rungs[i];
    return NULL;
}

/* The run's own; else the one it was tested at; else the only one of this provider. */
static struct str likely_connection(const struct run_status *s, const struct config *config, struct arena *mem,
                                    struct str *choice)
{
    AUTO(buf_release) struct buf names = { 0 };
    struct str                   only = STR_NONE;
    size_t                       n = 0;

    if (s->bound.connection.ptr != NULL)
        return s->bound.connection;
    if (s->rung_count != 0)
        return s->rungs[s->rung_count - 1].connection;
    buf_init(&names, 1 << 16, "names");
    for (size_t i = 0; i < config->connection_count; i++) {
        const struct config_connection *c = &config->connections[i];

        if (!str_eq(c->provider, s->facts.provider))
            continue;
        only = c->name;
        buf_fmt(&names, "%s%.*s", n++ != 0 ? ", " : "", STR_ARG(c->name));
    }
    if (n == 1)
        return only;
    *choice = n == 0 ? STR("the configuration names no connection for this provider yet")
                     : arena_fmt(mem, "NAME is one of %s", buf_cstr(&names));
    return STR("NAME");
}

struct steps {
    struct run_status *s;
    struct buf         line;
    struct arena      *mem;
    const char        *config_typed;
    struct str         connection, choice;
};

static void begin(struct steps *t, const char *command)
{
    buf_reset(&t->line);
    buf_fmt(&t->line, "subferry %s ", command);
    add_word(&t->line, str_from(t->s->run->path));
}

/* The first command found is the next one, a second one comes then. */
static void finish(struct steps *t, bool connected, const char *options, const char *why)
{
    struct run_status *s = t->s;

    if (connected) {
        buf_lit(&t->line, " --connection ");
        add_word(&t->line, t->connection);
    }
    buf_text(&t->line, options);
    if (t->config_typed != NULL) {
        buf_lit(&t->line, " -c ");
        add_word(&t->line, str_from(t->config_typed));
    }
    if (s->next.ptr != NULL) {
        s->then = arena_str(t->mem, buf_str(&t->line));
        return;
    }
    s->next = arena_str(t->mem, buf_str(&t->line));
    s->why =
        connected && t->choice.ptr != NULL ? arena_fmt(t->mem, "%s; %.*s", why, STR_ARG(t->choice)) : str_from(why);
}

static void next_explain(struct steps *t, struct str lane, const char *why)
{
    begin(t, "explain");
    buf_byte(&t->line, ' ');
    add_word(&t->line, lane);
    finish(t, false, "", why);
}

static struct str mapping_word(const struct run_facts *f)
{
    struct str path = f->mapping_path;

    if (!str_starts(path, STR("stock:")))
        return path;
    path = str_skip(path, 6);
    return str_ends(path, STR(".yaml")) ? str_head(path, path.len - 5) : path;
}

/* What was rejected is mended in its file and planned again behind this run. */
static void next_mend(struct steps *t)
{
    const struct run_facts *f = &t->s->facts;
    const char             *mended = arena_cstr(t->mem, arena_fmt(t->mem, "%s-mended", t->s->run->path));

    buf_reset(&t->line);
    if (access(mended, F_OK) == 0) {
        buf_lit(&t->line, "subferry status ");
        add_word(&t->line, str_from(mended));
        finish(t, false, "", "the run that its mended rejects were planned into");
        return;
    }
    buf_lit(&t->line, "subferry plan -m ");
    add_word(&t->line, mapping_word(f));
    buf_lit(&t->line, " --after ");
    add_word(&t->line, str_from(t->s->run->path));
    buf_lit(&t->line, " -o ");
    add_word(&t->line, str_from(mended));
    for (size_t i = 0; i < f->set_count; i++) {
        buf_lit(&t->line, " --set ");
        add_word(&t->line, arena_fmt(t->mem, "%.*s=%.*s", STR_ARG(f->set[i].name), STR_ARG(f->set[i].value)));
    }
    for (size_t i = 0; i < f->input_count; i++) {
        if (f->inputs[i].rejected <= f->inputs[i].damaged)
            continue;
        buf_byte(&t->line, ' ');
        add_word(&t->line, arena_fmt(t->mem, "%.*s=%s", STR_ARG(f->inputs[i].name), t->s->rejects[i]));
    }
    finish(t, false, "", "when the rejects are mended in their files");
}

static bool can_mend(const struct run_facts *f)
{
    for (size_t i = 0; i < f->input_count; i++)
        if (f->inputs[i].rejected > f->inputs[i].damaged)
            return true;
    return false;
}

static void next_climb(struct steps *t)
{
    const struct run_status *s = t->s;

    if (status_rung(s, "test", STR_NONE) == NULL && s->tested_count == 0) {
        begin(t, "test");
        finish(t, true, "", "asks the provider what can be known; changes nothing there");
        return;
    }
    if (s->first_refused_in_test.ptr != NULL)
        next_explain(t, s->first_refused_in_test,
                     "the first subscriber with a call that would be refused; test.csv lists them all");
    if (s->counts.lanes > CANARY_LANES) {
        begin(t, "apply");
        finish(t, true, " --limit 10", "the canary: the first 10 subscribers only");
    } else {
        begin(t, "apply");
        finish(t, true, "", "sends it");
    }
}

static void find_next(struct steps *t)
{
    struct run_status *s = t->s;
    const uint64_t    *by = s->counts.by_state;

    if (s->holder != 0) {
        s->why = arena_fmt(t->mem, "process %ld works on it; ask again when it has ended", s->holder);
    } else if (s->seal_fault.ptr != NULL) {
        s->why = STR("nothing can be sent from this plan any more; plan it again into a new folder");
    } else if (s->facts.calls != 0 && s->bound.connection.ptr == NULL) {
        next_climb(t);
    } else if (by[CALL_PENDING] + by[CALL_SENDING] != 0) {
        begin(t, "apply");
        finish(t, true, "",
               status_rung(s, "canary", s->bound.connection) != NULL ? "the canary went well: all of it"
                                                                     : "goes on where it stopped");
    } else if (by[CALL_UNCERTAIN] != 0 && s->first_lane[CALL_UNCERTAIN].ptr != NULL) {
        next_explain(t, s->first_lane[CALL_UNCERTAIN],
                     "a call may or may not have happened; apply again reads it back where it can be read");
    } else if (by[CALL_REFUSED] != 0 && s->first_lane[CALL_REFUSED].ptr != NULL) {
        next_explain(t, s->first_lane[CALL_REFUSED],
                     "the first subscriber with a refused call; results.csv lists them all");
    } else if (by[CALL_FAILED] != 0 && s->first_lane[CALL_FAILED].ptr != NULL) {
        next_explain(t, s->first_lane[CALL_FAILED],
                     "the first subscriber with a failed call; results.csv lists them all");
    } else if (!can_mend(&s->facts)) {
        s->why = s->facts.calls == 0 ? STR("the plan holds no calls") : STR("nothing is left to do");
    }
    if (s->holder == 0 && by[CALL_PENDING] + by[CALL_SENDING] == 0 && can_mend(&s->facts))
        next_mend(t);
}

enum etl_status status_read(const struct run_folder *run, const struct config *config, const char *config_typed,
                            struct arena *mem, struct run_status *out, struct err *err)
{
    struct run_status s = { .run = run, .holder = run_folder_holder(run, mem) };
    struct steps      t = { .s = &s, .mem = mem, .config_typed = config_typed };
    enum etl_status   st = run_folder_read(run, mem, &s.facts, err);

    if (st == ETL_OK)
        st = open_ledger(&s, mem, err);
    if (st != ETL_OK)
        return st;
    s.rejects = ARENA_ARRAY(mem, char *, s.facts.input_count + 1);
    for (size_t i = 0; i < s.facts.input_count; i++)
        s.rejects[i] = run_folder_rejects(run, s.facts.inputs[i].name, mem);
    check_seal(&s, config, mem);
    buf_init(&t.line, 1 << 20, "the next command");
    t.connection = likely_connection(&s, config, mem, &t.choice);
    find_next(&t);
    buf_release(&t.line);
    *out = s;
    return ETL_OK;
}
