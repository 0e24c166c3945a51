/* tests/sim/checks.c - what must hold after each life, and when all is over. */
#include "tests/sim/checks.h"

#include <stdio.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/run/results.h"
#include "tests/sim/back_office.h"
#include "tests/sim/script.h"
#include "tests/sim/witness.h"

/* ---- looking ---- */

static void copy_file(const struct world *w, const char *from_name, const char *to_name)
{
    AUTO(arena_release) struct arena mem;
    char                             from[PATH], to[PATH];
    struct str                       text;
    int                              fd;

    arena_init(&mem, 256 << 20, "a copy of the ledger");
    script_path(w, from_name, from);
    script_path(w, to_name, to);
    files_remove(to);
    if (!files_exists(from))
        return;
    if (file_read(from, 128 << 20, &mem, &text, NULL) != ETL_OK)
        return;
    fd = files_open(to, O_RDWR | O_CREAT);
    if (text.len != 0 && files_write(fd, text.ptr, text.len) != (ssize_t)text.len)
        perror(to);
    files_close(fd);
}

struct looking {
    struct world       *world;
    struct told        *told;
    struct script_index index;
};

static enum etl_status look_at(void *context, const struct ledger_row *row)
{
    struct looking *l = context;
    int             call = script_call_of(&l->index, row);

    if (call < 0)
        world_violation(l->world, BOOKS, "stranger", -1, "the ledger has a call %.*s of %.*s that was not planned",
                        STR_ARG(row->command), STR_ARG(row->lane_key));
    else
        l->told->state[call] = (int)row->state;
    l->told->by_state[row->state]++;
    return ETL_OK;
}

void checks_look(struct world *w, struct told *out)
{
    struct looking  looking = { .world = w, .told = out, .index = { .world = w } };
    struct ledger  *ledger = NULL;
    struct err      err = { 0 };
    char            folder[PATH];
    enum etl_status st;

    *out = (struct told){ 0 };
    for (size_t i = 0; i < CALLS_MAX; i++)
        out->state[i] = -1;
    script_path(w, "look", folder);
    files_make_folder(folder);
    copy_file(w, "run/ledger.db", "look/ledger.db");
    copy_file(w, "run/ledger.db-wal", "look/ledger.db-wal");
    st = ledger_open(folder, STR_NONE, false, &ledger, &err);
    if (st == ETL_OK) {
        out->loaded = true;
        st = ledger_each(ledger, 1, look_at, &looking, &err);
    }
    if (st != ETL_OK && st != ETL_END)
        world_violation(w, SOUND, "unreadable", -1, "the ledger cannot be read: %s", err.text);
    ledger_close(ledger);
}

/* ---- what is told of each call ---- */

static void check_call(struct world *w, int i, int state)
{
    const struct sim_call *c = &w->calls[i];
    const char            *name = command_names[c->command];

    if (state == -1) {
        world_violation(w, BOOKS, "missing", i, "the ledger has no %s %s", name, c->key);
        return;
    }
    switch ((enum call_state)state) {
    case CALL_DONE:
        if (c->deed_count == 0)
            world_violation(w, TRUTH, "done", i, "%s %s is told as done, and nothing was carried out", name, c->key);
        break;
    case CALL_REFUSED:
    case CALL_FAILED:
    case CALL_PENDING:
    case CALL_BLOCKED:
        if (c->deed_count != 0)
            world_violation(w, TRUTH, state == CALL_PENDING || state == CALL_BLOCKED ? "not-sent" : "not-done", i,
                            "%s %s is told as %s, and it was carried out", name, c->key,
                            state == CALL_PENDING ? "not sent" : call_state_names[state]);
        break;
    case CALL_SENDING:
    case CALL_UNCERTAIN:
    case CALL_STATES: break;
    }
}

static void check_calls(struct world *w, const struct told *told)
{
    if (!told->loaded)
        return;
    for (size_t i = 0; i < w->call_count; i++)
        check_call(w, (int)i, told->state[i]);
}

/* ---- results.csv ---- */

/* The next cell of a table, without its quotes; *last: it ends its row. */
static struct str next_cell(struct str *rest, char *out, size_t size, bool *last)
{
    bool   quoted = false;
    size_t n = 0, i = 0;

    for (; i < rest->len; i++) {
        char c = rest->ptr[i];

        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == ',' || c == '\n'))
            break;
        else if (n + 1 < size)
            out[n++] = c;
    }
    *last = i >= rest->len || rest->ptr[i] == '\n';
    *rest = str_skip(*rest, i + 1);
    return str_of(out, n);
}

static void count_outcome(struct str word, uint64_t by_state[CALL_STATES])
{
    for (int s = 0; s < CALL_STATES; s++)
        if (s != CALL_SENDING && str_is(word, outcome_word((enum call_state)s)))
            by_state[s]++;
}

static void check_results(struct world *w, const struct told *told)
{
    AUTO(arena_release) struct arena mem;
    uint64_t                         by_state[CALL_STATES] = { 0 };
    char                             path[PATH], text[64];
    struct str                       rest;
    bool                             last = false;
    int                              at = -1, column = 0;

    arena_init(&mem, 64 << 20, "results.csv");
    script_path(w, "run/results.csv", path);
    if (file_read(path, 32 << 20, &mem, &rest, NULL) != ETL_OK)
        return;
    for (; !last; column++)
        if (str_is(next_cell(&rest, text, sizeof text, &last), "outcome"))
            at = column;
    if (w->broken == BREAK_RESULTS)
        while (rest.len != 0 && rest.ptr[0] != '\n')
            rest = str_skip(rest, 1);
    while (rest.len != 0)
        for (column = 0, last = false; !last; column++) {
            struct str cell = next_cell(&rest, text, sizeof text, &last);

            if (column == at)
                count_outcome(cell, by_state);
        }
    by_state[CALL_UNCERTAIN] -= told->by_state[CALL_SENDING]; /* told alike */
    by_state[CALL_SENDING] = told->by_state[CALL_SENDING];
    for (int s = 0; s < CALL_STATES; s++)
        if (by_state[s] != told->by_state[s])
            world_violation(w, BOOKS, "results", -1, "results.csv has %llu calls %s, the ledger %llu",
                            (unsigned long long)by_state[s], call_state_names[s],
                            (unsigned long long)told->by_state[s]);
}

/* ---- behind a life ---- */

/* Does the first call of each lane that is not done wait for a look before its first sending? */
static bool all_wait_for_a_look(const struct world *w, const struct told *told)
{
    const struct sim_call *first[LANES_MAX] = { NULL };

    for (size_t i = 0; i < w->call_count; i++) {
        const struct sim_call *c = &w->calls[i];

        if (told->state[i] == CALL_PENDING && (first[c->lane] == NULL || c->command < first[c->lane]->command))
            first[c->lane] = c;
    }
    for (int lane = 0; lane < LANES_MAX; lane++)
        if (first[lane] != NULL && first[lane]->command != BREED && first[lane]->command != ENLIST)
            return false;
    return true;
}

static void check_end(struct world *w, const struct told *before, const struct told *now)
{
    const struct life *l = &w->life;

    if (l->status != ETL_OK && l->status != ETL_AGAIN)
        world_violation(w, SOUND, "status", -1, "it ended with status %d: %s (%s)", l->status, l->text, l->rule);
    if (l->status != ETL_OK && l->text[0] == '\0')
        world_violation(w, EXIT, "no-reason", -1, "it stopped and says no reason");
    if (l->status == ETL_OK && !l->stopped && now->by_state[CALL_PENDING] != 0)
        world_violation(w, EXIT, all_wait_for_a_look(w, now) ? "not-looked-for" : "unsent", -1,
                        "finished, it says, and %llu calls are not sent",
                        (unsigned long long)now->by_state[CALL_PENDING]);
    if (l->told_calls != 0 && (l->told_calls != w->call_count || l->told_states != w->call_count))
        world_violation(w, BOOKS, "report", -1, "it tells of %llu calls, %llu by state; planned were %zu",
                        (unsigned long long)l->told_calls, (unsigned long long)l->told_states, w->call_count);
    if (l->told_requests != l->requests)
        world_violation(w, BOOKS, "requests", -1, "it tells of %llu requests; the network took %llu",
                        (unsigned long long)l->told_requests, (unsigned long long)l->requests);
    if (l->told_calls != 0 && before->loaded && l->recovered != before->by_state[CALL_SENDING])
        world_violation(w, BOOKS, "recovered", -1, "it tells of %llu calls that a killed command left; there were %llu",
                        (unsigned long long)l->recovered, (unsigned long long)before->by_state[CALL_SENDING]);
    if (now->by_state[CALL_SENDING] != 0)
        world_violation(w, BOOKS, "left-sending", -1, "it ended by itself, and %llu calls stand as sending",
                        (unsigned long long)now->by_state[CALL_SENDING]);
    if (l->told_calls != 0)
        check_results(w, now);
}

void checks_after_life(struct world *w, const struct told *before, const struct told *now)
{
    if (w->life.ended)
        check_end(w, before, now);
    check_calls(w, now);
}

/* ---- when all is over ---- */

/* What a thing holds is what the last call that set it was told to have done. */
static void check_last_set(struct world *w, const struct told *told, size_t i)
{
    const struct sim_call *c = &w->calls[i];
    const struct thing    *t = back_office_find(w, THING, c->key);

    if (c->command != SET || told->state[i] != CALL_DONE || c->deed_count == 0 || t == NULL)
        return;
    for (size_t k = 0; k < w->call_count; k++) {
        const struct sim_call *other = &w->calls[k];

        if (k == i || other->command != SET || strcmp(other->key, c->key) != 0)
            continue;
        if (told->state[k] != CALL_DONE || other->nth > c->nth)
            return; /* not the last one, or nobody knows */
    }
    if (strcmp(t->pass, c->pass) != 0)
        world_violation(w, TRUTH, "undone", (int)i,
                        "set %s is told as done, last of all, and the password is not its own", c->key);
}

/* Was something of this key there before us? Then nobody can tell from a read whether a lost call made it. */
static bool was_there(const struct world *w, const char *key)
{
    for (size_t i = 0; i < w->things_before_us; i++)
        if (strcmp(w->things[i].key, key) == 0)
            return true;
    return false;
}

/* What reads without trouble can settle does not stay uncertain. */
static void check_settled(struct world *w, const struct told *told, size_t i)
{
    static const bool is_provable[WRITES] = {
        [MAKE] = true, [ATTACH] = true, [ENLIST] = true, [BREED] = true, [UNDIAL] = true, [DROP] = true
    };
    const struct sim_call *c = &w->calls[i];
    bool                   had_one = c->command != DROP && c->command != UNDIAL && was_there(w, c->key);
    /* The provider tells one kind of a name. */
    bool is_hidden = c->command == UNDIAL && back_office_find(w, MAILBOX, c->key) != NULL;

    /* What was carried out twice, by another fault, cannot be told from what two calls made. */
    if (told->state[i] == CALL_UNCERTAIN && is_provable[c->command] && !had_one && !is_hidden && c->deed_count < 2)
        world_violation(w, ENDS, "unsettled", (int)i, "%s %s is still uncertain, and a read could settle it",
                        command_names[c->command], c->key);
}

void checks_at_the_end(struct world *w, const struct told *now)
{
    check_calls(w, now);
    for (size_t i = 0; now->loaded && i < w->call_count; i++) {
        if (now->state[i] == CALL_PENDING || now->state[i] == CALL_SENDING)
            world_violation(w, ENDS, "left", (int)i, "%s %s is still %s", command_names[w->calls[i].command],
                            w->calls[i].key, call_state_names[now->state[i]]);
        check_settled(w, now, i);
        check_last_set(w, now, i);
    }
}
