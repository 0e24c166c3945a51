/* etl/cmd_mapping_try.c - subferry mapping try: one record's way through a mapping, step by step; nothing is written. */
#include "etl/base/log.h"
#include "etl/cmd_mapping.h"
#include "etl/config.h"
#include "etl/mapping_show.h"

enum { ROWS_SHOWN = 50 };

struct kept_row {
    struct record record;
    size_t        input;
    uint64_t      nth;
    struct str    where;
    struct err    damage;                /* text empty: none */
};
struct trying {
    struct cli      *cli;
    struct mapping  *m;
    struct mapper   *mapper;
    const char     **paths;              /* by input; NULL: not given */
    struct str       key;                /* as typed; ptr NULL: the first record */
    struct str       lane;               /* of the record that is meant; ptr NULL: each alone, or not found yet */
    bool             found;
    struct kept_row *rows;
    size_t           row_count, row_cap, left_out;
    uint64_t        *counts;             /* by input: rows of the lane */
    struct record  **parents;            /* by input: the lane's first row */
    struct findings *faults;
    struct str       today;
};
struct seen {                            /* a record, while its file is read */
    size_t               input;
    const struct record *record;
    const struct err    *damage;         /* or NULL */
    struct str           where, lane;
};

static struct record keep(const struct record *r, struct arena *mem)
{
    struct record out = *r;
    struct str   *cells = ARENA_ARRAY(mem, struct str, r->count + 1);

    for (size_t i = 0; i < r->count; i++)
        cells[i] = arena_str(mem, r->cells[i]);
    out.cells = cells;
    out.raw = STR("");
    return out;
}

static void keep_row(struct trying *t, const struct seen *s)
{
    struct kept_row row = { .record = keep(s->record, &t->cli->mem), .input = s->input, .nth = t->counts[s->input],
                            .where = arena_str(&t->cli->mem, s->where) };

    if (s->damage != NULL)
        row.damage = *s->damage;
    if (t->row_count < ROWS_SHOWN)
        ARENA_PUSH(&t->cli->mem, t->rows, t->row_count, t->row_cap) = row;
    else
        t->left_out++;
}

/* First look: which record is meant, and so which lane? true: it is this one. */
static bool is_meant(const struct trying *t, const struct seen *s)
{
    if (t->key.ptr == NULL)
        return s->damage == NULL;
    return str_eq(s->where, t->key) || (s->lane.ptr != NULL && str_eq(s->lane, t->key));
}

static bool look(struct trying *t, const struct seen *s)
{
    if (!is_meant(t, s))
        return true;
    t->found = true;
    if (s->lane.ptr != NULL)
        t->lane = arena_str(&t->cli->mem, s->lane);
    else
        keep_row(t, s);                  /* alone, or no record at all */
    return false;
}

/* Second look: everything of that lane. */
static bool gather(struct trying *t, const struct seen *s)
{
    if (s->lane.ptr == NULL || !str_eq(s->lane, t->lane))
        return true;
    t->counts[s->input]++;
    if (t->parents[s->input] == NULL && s->damage == NULL) {
        t->parents[s->input] = ARENA_NEW(&t->cli->mem, struct record);
        *t->parents[s->input] = keep(s->record, &t->cli->mem);
    }
    /* A lane's name means all of its records, a record's place only that one. */
    if (t->key.ptr != NULL ? str_eq(t->key, t->lane) || str_eq(t->key, s->where) : t->row_count == 0)
        keep_row(t, s);
    return true;
}

/* ---- reading ---- */

static enum etl_status see_block(struct trying *t, size_t input, struct source *source, struct csv_block *block,
                                 bool (*see)(struct trying *, const struct seen *), struct arena *mem)
{
    struct record record;
    struct err    err = { 0 };
    struct str    unique[16];
    bool          damaged;
    enum etl_status st;

    while ((st = csv_block_next(block, &record, &damaged, &err)) != ETL_END) {
        struct seen s = { .input = input, .record = &record, .damage = st == ETL_OK ? NULL : &err };
        struct row  row = { .input = input, .record = &record };
        struct err  unused = { 0 };

        s.where = arena_fmt(mem, "%s:%llu", source_name(source), (unsigned long long)record.line);
        if (s.damage != NULL && mapping_input_has_secrets(&t->m->inputs[input]))
            record.count = 0;
        if (!damaged && record.count != 0)
            mapper_keys(t->mapper, &row, mem, &s.lane, unique, &unused);
        if (!see(t, &s))
            return ETL_END;
    }
    return ETL_OK;
}

static enum etl_status scan(struct trying *t, size_t input, bool (*see)(struct trying *, const struct seen *), struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct source     *source = NULL;
    struct csv_reader *reader = NULL;
    struct csv_block  *block = NULL;
    enum etl_status    st;

    arena_init(&mem, 256U << 20, "a block of records");
    err->file = t->paths[input];
    st = source_open(t->paths[input], NULL, &source, err);
    if (st == ETL_OK)
        st = csv_reader_open(source, &t->m->inputs[input].csv, &reader, err);
    if (st == ETL_OK && t->mapper == NULL) {
        size_t            count;
        const struct str *columns = csv_reader_columns(reader, &count);

        st = mapping_bind(t->m, input, columns, count, t->faults);
    }
    while (st == ETL_OK && see != NULL && (st = csv_reader_block(reader, &block, err)) == ETL_OK) {
        st = see_block(t, input, source, block, see, &mem);
        csv_block_release(block);
        arena_reset(&mem);
    }
    csv_reader_close(reader);
    source_close(source);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status scan_all(struct trying *t, bool (*see)(struct trying *, const struct seen *), struct err *err)
{
    enum etl_status worst = ETL_OK;

    for (size_t i = 0; i < t->m->input_count && (see != look || !t->found); i++) {
        enum etl_status st = t->paths[i] != NULL ? scan(t, i, see, err) : ETL_OK;

        if (st != ETL_OK && err->text[0] != '\0')
            return st;
        worst = st != ETL_OK ? st : worst;
    }
    return worst;
}

/* ---- operands: [INPUT=]FILE… [KEY] ---- */

static int input_of(const struct mapping *m, const char *word, const char **path)
{
    const char *equal = strchr(word, '=');

    *path = word;
    for (size_t i = 0; equal != NULL && i < m->input_count; i++)
        if (str_eq(m->inputs[i].name, str_of(word, (size_t)(equal - word)))) {
            *path = equal + 1;
            return (int)i;
        }
    return m->input_count == 1 ? 0 : -1;
}

static void assign(struct trying *t, const struct opt_list *words)
{
    bool any = false;

    for (size_t i = 1; i < words->count; i++) {
        const char *path;
        int         input = input_of(t->m, words->items[i], &path);

        if (input >= 0 && t->paths[input] == NULL) {
            t->paths[input] = path;
            any = true;
        } else if (any && i + 1 == words->count) {
            t->key = str_from(words->items[i]);
        } else {
            findings_say(t->faults, SEVERITY_ERROR, NULL, 0, 0, "operand", "%s: say which input it feeds, INPUT=FILE", words->items[i]);
        }
    }
}

/* ---- the whole ---- */

static void show_row(struct trying *t, const struct kept_row *kept, struct buf *out)
{
    int              parent = t->m->inputs[kept->input].parent;
    struct shown_row r = { .where = kept->where, .lane = t->lane.ptr != NULL ? t->lane : kept->where };

    if (kept->damage.text[0] != '\0')
        warn("%.*s: %s (rule %s)", STR_ARG(kept->where), kept->damage.text, kept->damage.rule);
    if (kept->record.count == 0)
        return;
    r.row = (struct row){ kept->input, &kept->record, parent >= 0 ? t->parents[parent] : NULL, kept->nth != 0 ? kept->nth : 1, t->counts };
    if (t->cli->json) {
        mapping_show_json(t->m, t->mapper, &r, &t->cli->mem, out);
    } else {
        buf_text(out, out->len != 0 ? "\n" : "");
        mapping_show(t->m, t->mapper, &r, &t->cli->mem, out);
    }
}

static int try_record(struct trying *t, const struct key *key)
{
    AUTO(buf_release) struct buf out;
    struct err                   err = { 0 };
    enum etl_status              st;

    buf_init(&out, 64U << 20, "a record's way");
    st = scan_all(t, NULL, &err);
    if (st != ETL_OK)
        return err.text[0] != '\0' ? cli_fail(t->cli, st, &err) : cli_faults(t->cli, st, t->faults);
    t->mapper = mapper_new(t->m, t->today, key);
    st = scan_all(t, look, &err);
    if (st == ETL_OK && t->lane.ptr != NULL)
        st = scan_all(t, gather, &err);
    if (st == ETL_OK && !t->found)
        st = err_set(&err, ETL_FAIL, "key-unknown", "no record has the lane or the place %s",
                     shown(t->key.ptr != NULL ? t->key : STR("(first)"), false).text);
    if (st == ETL_FAIL)
        err.file = NULL;
    if (t->faults->count != 0)
        cli_faults(t->cli, ETL_OK, t->faults);
    for (size_t i = 0; st == ETL_OK && i < t->row_count; i++)
        show_row(t, &t->rows[i], &out);
    if (t->left_out != 0)
        say("and %zu more records of this lane", t->left_out);
    cli_out(buf_str(&out));
    return st == ETL_OK ? EXIT_WELL : cli_fail(t->cli, st, &err);
}

int mapping_try(struct cli *cli, const struct mapping_source *source, struct str today, const struct opt_list *words)
{
    struct findings faults;
    struct trying   t = { .cli = cli, .faults = &faults, .today = today };
    struct key     *key = NULL;
    struct err      err = { 0 };
    enum etl_status st;
    int             code;

    findings_init(&faults, &cli->mem);
    st = mapping_load(source, &cli->mem, &t.m, &faults);
    if (st != ETL_OK)
        return cli_faults(cli, st, &faults);
    t.paths = ARENA_ARRAY(&cli->mem, const char *, t.m->input_count + 1);
    t.counts = ARENA_ARRAY(&cli->mem, uint64_t, t.m->input_count + 1);
    t.parents = ARENA_ARRAY(&cli->mem, struct record *, t.m->input_count + 1);
    assign(&t, words);
    if (faults.errors == 0 && t.m->uses_password)
        st = config_key(cli->config, &key, &err);
    if (faults.errors != 0)
        code = cli_faults(cli, ETL_FAIL, &faults);
    else if (st != ETL_OK)
        code = cli_fail(cli, st, &err);
    else
        code = try_record(&t, key);
    mapper_free(t.mapper);
    mapping_free(t.m);
    key_free(key);
    return code;
}
