/* etl/pages/next_command.c - the command that comes next for a run. */
#include "etl/pages/next_command.h"

#include "etl/core/system/files.h"

enum { CANARY_LANES = 10 };

/* A word as a shell reads it: quoted where it has to be. */
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

/* The connection that the run went to; else the last one it was tested at; else the provider's only one. */
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

struct next_search {
    const struct run_status *s;
    struct next_command     *found;
    struct buf               line;
    struct arena            *mem;
    const char              *config_typed;
    struct str               connection, choice;
};

static void begin(struct next_search *t, const char *command)
{
    buf_reset(&t->line);
    buf_fmt(&t->line, "subferry %s ", command);
    add_word(&t->line, str_from(t->s->run->path));
}

/* The first command that is found is the next one; a second one comes behind it. */
static void finish(struct next_search *t, bool connected, const char *options, const char *why)
{
    struct next_command *found = t->found;

    if (connected) {
        buf_lit(&t->line, " --connection ");
        add_word(&t->line, t->connection);
    }
    buf_text(&t->line, options);
    if (t->config_typed != NULL) {
        buf_lit(&t->line, " -c ");
        add_word(&t->line, str_from(t->config_typed));
    }
    if (found->command.ptr != NULL) {
        found->then = arena_str(t->mem, buf_str(&t->line));
        return;
    }
    found->command = arena_str(t->mem, buf_str(&t->line));
    found->why =
        connected && t->choice.ptr != NULL ? arena_fmt(t->mem, "%s; %.*s", why, STR_ARG(t->choice)) : str_from(why);
}

static void next_explain(struct next_search *t, struct str lane, const char *why)
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

/* Rejects are mended in their file and planned again after this run. */
static void next_mend(struct next_search *t)
{
    const struct run_facts *f = &t->s->facts;
    const char             *mended = arena_cstr(t->mem, arena_fmt(t->mem, "%s-mended", t->s->run->path));

    buf_reset(&t->line);
    if (files_exists(mended)) {
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

static void next_climb(struct next_search *t)
{
    const struct run_status *s = t->s;

    if (run_status_rung(s, "test", STR_NONE) == NULL && s->tested_count == 0) {
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

/* What was refused so far may be refused to all the others, too: a person looks first. */
static void next_go_on(struct next_search *t)
{
    const struct run_status *s = t->s;
    bool                     went_well = run_status_rung(s, "canary", s->bound.connection) != NULL;

    if (s->first_lane[CALL_REFUSED].ptr != NULL)
        next_explain(t, s->first_lane[CALL_REFUSED],
                     "look first: the first subscriber with a refused call; results.csv lists them all");
    else if (s->first_lane[CALL_FAILED].ptr != NULL)
        next_explain(t, s->first_lane[CALL_FAILED],
                     "look first: the first subscriber with a failed call; results.csv lists them all");
    begin(t, "apply");
    finish(t, true, "", went_well ? "the canary went well: all of it" : "goes on where it stopped");
}

static void find_next(struct next_search *t)
{
    const struct run_status *s = t->s;
    struct next_command     *found = t->found;
    const uint64_t          *by = s->counts.by_state;

    if (s->holder != 0) {
        found->why = arena_fmt(t->mem, "process %ld works on it; ask again when it has ended", s->holder);
    } else if (s->seal_fault.ptr != NULL && s->bound.connection.ptr != NULL) {
        found->why =
            STR("calls were sent from this plan: bring its files back from a copy; a new plan would not know of them");
    } else if (s->seal_fault.ptr != NULL) {
        found->why = STR("nothing can be sent from this plan any more; plan it again into a new folder");
    } else if (s->facts.calls != 0 && s->bound.connection.ptr == NULL) {
        next_climb(t);
    } else if (by[CALL_PENDING] + by[CALL_SENDING] != 0) {
        next_go_on(t);
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
        found->why = s->facts.calls == 0 ? STR("the plan holds no calls") : STR("nothing is left to do");
    }
    if (s->holder == 0 && by[CALL_PENDING] + by[CALL_SENDING] == 0 && can_mend(&s->facts))
        next_mend(t);
}

void next_command_find(const struct run_status *s, const struct config *config, const char *config_typed,
                       struct arena *mem, struct next_command *out)
{
    struct next_search t = { .s = s, .found = out, .mem = mem, .config_typed = config_typed };

    *out = (struct next_command){ .command = STR_NONE };
    buf_init(&t.line, 1 << 20, "the next command");
    t.connection = likely_connection(s, config, mem, &t.choice);
    find_next(&t);
    buf_release(&t.line);
}
