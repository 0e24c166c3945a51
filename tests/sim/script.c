/* tests/sim/script.c - what a world begins with. */
#include "tests/sim/script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "etl/core/system/files.h"
#include "etl/secrets/key.h"
#include "tests/sim/back_office.h"

/* ---- files ---- */

void script_path(const struct world *w, const char *name, char out[PATH])
{
    if (snprintf(out, PATH, "%s/%s", w->folder, name) >= PATH) {
        fprintf(stderr, "sim: the path of %s is too long\n", name);
        exit(70);
    }
}

static bool write_file(const char *path, struct str text)
{
    int  fd = files_open(path, O_RDWR | O_CREAT);
    bool good = fd >= 0 && files_write(fd, text.ptr, text.len) == (ssize_t)text.len;

    if (!good)
        fprintf(stderr, "sim: cannot write %s\n", path);
    files_close(fd);
    return good;
}

/* ---- a row of the extract ---- */

struct row {
    unsigned number, lane;
    char     key[NAME], target[NAME], pass[NAME];
    bool     does[WRITES];
};

static void write_row(struct buf *out, const char *lane_key, const struct row *r)
{
    buf_fmt(out, "%s,t%u,%s,%s,%s", lane_key, r->number, r->key, r->target, r->pass);
    for (int c = 0; c < WRITES; c++)
        buf_text(out, r->does[c] ? ",1" : ",");
    buf_byte(out, '\n');
}

static void add_calls(struct world *w, const struct row *r)
{
    for (int c = 0; c < WRITES; c++) {
        struct sim_call *call = &w->calls[w->call_count];

        if (!r->does[c])
            continue;
        w->call_of[r->number][c] = (int)w->call_count++;
        *call = (struct sim_call){ .command = (enum command_kind)c, .row = r->number, .lane = r->lane, .makes_to = -1 };
        snprintf(call->lane_key, sizeof call->lane_key, "lane%u", r->lane);
        snprintf(call->key, sizeof call->key, "%s", c == SET || c == DROP ? r->target : r->key);
        snprintf(call->pass, sizeof call->pass, "%s", r->pass);
        for (size_t i = 0; i + 1 < w->call_count; i++)
            call->nth += w->calls[i].lane == r->lane && w->calls[i].command == call->command;
    }
}

/* ---- what a lane does ---- */

/* What lies at the back office before us makes some calls refused, and some lost answers hard to tell. */
static void furnish(struct world *w, const struct row *r)
{
    char other[NAME];

    if (r->does[BREED] && world_chance(w, 30))
        back_office_put(w, THING, r->key, world_chance(w, 50) ? r->pass : "other");
    if (r->does[MAKE] && world_chance(w, 3))
        back_office_put(w, THING, r->key, "other");
    if (r->does[SIGN] && world_chance(w, 20)) { /* somebody else's, and its key begins alike */
        snprintf(other, sizeof other, "%.10s-other", r->key);
        back_office_put(w, SIGNATURE, other, r->pass);
    }
    if (r->does[UNDIAL]) {
        back_office_put(w, DIAL_UP, r->key, "x");
        if (world_chance(w, 50))
            back_office_put(w, MAILBOX, r->key, "x");
    }
}

/* Of five rows the second is k2x, and the fifth k2, with the same password: who searches for k2 finds k2x. */
static void name_row(struct row *r)
{
    unsigned named = r->number % 5 == 0 ? r->number - 3 : r->number;

    snprintf(r->key, sizeof r->key, "k%u%s", named, r->number % 5 == 2 ? "x" : "");
    snprintf(r->pass, sizeof r->pass, "p%u", named);
}

/* What kind of lane it is decides which calls follow each other closely. */
enum lane_kind { LANE_MIXED, LANE_ENLISTED, LANE_MADE_AND_DROPPED, LANE_MADE_TWICE, LANE_SET_OFTEN };
struct lane {
    enum lane_kind kind;
    unsigned       number, rows;
    char           key[NAME], target[NAME]; /* target: the thing that it sets and drops; "": none yet */
    bool           made;
};

static enum lane_kind draw_kind(struct world *w)
{
    static const struct {
        unsigned       of_100;
        enum lane_kind kind;
    } kinds[] = { { 8, LANE_ENLISTED }, { 18, LANE_MADE_AND_DROPPED }, { 15, LANE_MADE_TWICE }, { 8, LANE_SET_OFTEN } };
    uint64_t at = world_between(w, 0, 99), sum = 0;

    if (w->rate[REPORT_SHORT] != 0 && world_chance(w, 50)) /* what the report is read for */
        return LANE_ENLISTED;
    if (w->rate[WEB_PAGE_SAYS_OK] != 0 &&
        world_chance(w, 30)) /* a done make that yields nothing, behind one that does */
        return LANE_MADE_TWICE;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (at < (sum += kinds[i].of_100))
            return kinds[i].kind;
    return LANE_MIXED;
}

static void choose_any(struct world *w, const struct lane *l, struct row *r)
{
    static const enum command_kind makers[] = { MAKE, BREED, BREED, ATTACH };
    enum command_kind              maker = makers[world_between(w, 0, l->made ? 3 : 2)];

    r->does[maker] = world_chance(w, l->made ? 60 : 85);
    r->does[ENLIST] = world_chance(w, 45);
    r->does[SIGN] = world_chance(w, r->number % 5 == 0 || r->number % 5 == 2 ? 90 : 20);
    r->does[NOTE] = world_chance(w, 35);
    r->does[UNDIAL] = world_chance(w, 25);
    if (l->target[0] != '\0') {
        r->does[SET] = world_chance(w, 50);
        r->does[DROP] = world_chance(w, 10);
    }
}

static void choose(struct world *w, struct lane *l, unsigned nth, struct row *r)
{
    switch (l->kind) {
    case LANE_MIXED: choose_any(w, l, r); break;
    case LANE_ENLISTED: r->does[ENLIST] = true; break;
    case LANE_MADE_AND_DROPPED: r->does[MAKE] = r->does[DROP] = true; break;
    case LANE_MADE_TWICE: r->does[nth < 2 ? MAKE : ATTACH] = true; break;
    case LANE_SET_OFTEN: r->does[nth == 0 ? MAKE : SET] = true; break;
    }
    if (r->does[MAKE] && l->target[0] == '\0')
        snprintf(l->target, sizeof l->target, "%s", r->key);
    snprintf(r->target, sizeof r->target, "%s", l->target);
    if (r->does[DROP])
        l->target[0] = '\0';
    l->made = l->made || r->does[MAKE];
}

static void refer(struct world *w, unsigned lane)
{
    int last_make = -1;

    for (size_t i = 0; i < w->call_count; i++)
        if (w->calls[i].lane == lane && w->calls[i].command == MAKE)
            last_make = (int)i;
    for (size_t i = 0; i < w->call_count; i++)
        if (w->calls[i].lane == lane && w->calls[i].command == ATTACH)
            w->calls[i].makes_to = last_make;
}

static struct lane draw_lane(struct world *w, unsigned number)
{
    struct lane l = { .kind = draw_kind(w), .number = number };

    l.rows = l.kind == LANE_MIXED ? (unsigned)world_between(w, 1, 4) : l.kind <= LANE_MADE_AND_DROPPED ? 1 : 3;
    snprintf(l.key, sizeof l.key, "lane%u", number);
    if (l.kind == LANE_MIXED && world_chance(w, 20)) { /* its thing was there before us */
        snprintf(l.target, sizeof l.target, "old%u", number);
        back_office_put(w, THING, l.target, "before");
    }
    return l;
}

static void write_lane(struct world *w, struct buf *out, unsigned lane, unsigned *number)
{
    struct lane l = draw_lane(w, lane);

    for (unsigned i = 0; i < l.rows; i++) {
        struct row r = { .number = ++*number, .lane = lane };
        size_t     calls = w->call_count;

        name_row(&r);
        choose(w, &l, i, &r);
        furnish(w, &r);
        write_row(out, l.key, &r);
        add_calls(w, &r);
        w->rows_read++;
        w->rows_planned += w->call_count != calls;
    }
    refer(w, lane);
}

static void write_extract(struct world *w, struct buf *out)
{
    unsigned lanes = (unsigned)world_between(w, 5, LANES_MAX - 2), number = 0;

    buf_lit(out, "Lane,Tag,Key,Target,Pass");
    for (int c = 0; c < WRITES; c++)
        buf_fmt(out, ",do_%s", command_names[c]);
    buf_byte(out, '\n');
    memset(w->call_of, -1, sizeof w->call_of);
    for (unsigned lane = 1; lane <= lanes; lane++) {
        write_lane(w, out, lane, &number);
        if (world_chance(w, 5)) { /* no provider takes this key */
            write_row(out, "bad", &(struct row){ .number = ++number, .key = "K 1", .does = { [NOTE] = true } });
            w->rows_read++;
            w->rows_rejected++;
        }
    }
    w->things_before_us = w->thing_count;
    w->rows_without = w->rows_read - w->rows_planned - w->rows_rejected;
}

/* ---- the whole ---- */

static bool write_files(struct world *w, const char *files)
{
    AUTO(buf_release) struct buf text;
    char                         path[PATH];
    bool                         good;

    buf_init(&text, 1 << 20, "a file");
    write_extract(w, &text);
    good = write_file(w->extract, buf_str(&text));
    script_path(w, "auth", path);
    good = good && write_file(path, STR("open-sesame-42"));
    buf_reset(&text);
    buf_fmt(&text,
            "connections:\n  here:\n    provider: %s/provider.yaml\n    credentials: {auth: \"file:auth\"}\n"
            "    limits: {concurrency: %llu, per_second: %llu, timeout_seconds: %llu, tries: %llu}\n",
            files, (unsigned long long)world_between(w, 1, 6), (unsigned long long)world_between(w, 5, 100),
            (unsigned long long)world_between(w, 3, 30), (unsigned long long)world_between(w, 1, 4));
    return good && write_file(w->config, buf_str(&text));
}

bool script_make(struct world *w, const char *base, const char *files)
{
    char state[PATH];

    if (snprintf(w->folder, sizeof w->folder, "%s/seed", base) >= PATH / 2)
        return false;
    files_remove_tree(w->folder);
    if (files_make_folder(w->folder) != 0) {
        perror(w->folder);
        return false;
    }
    script_path(w, "run", w->run);
    script_path(w, "subferry.yaml", w->config);
    script_path(w, "things.csv", w->extract);
    script_path(w, "state", state);
    setenv("XDG_STATE_HOME", state, 1);
    return write_files(w, files);
}
