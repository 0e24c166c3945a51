/* etl/commands/mapping_try.c - subferry mapping try: one record's way through a mapping, step by step; nothing is written. */
#include "etl/commands/mapping_try.h"
#include "etl/connection/config.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/log.h"
#include "etl/lane/lane_records.h"
#include "etl/mapping/show_record.h"

enum { ROWS_SHOWN = 50 };

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

static void assign(struct lane_records *l, const struct opt_list *words, struct findings *faults)
{
    bool any = false;

    for (size_t i = 1; i < words->count; i++) {
        const char *path;
        int         input = input_of(l->mapping, words->items[i], &path);

        if (input >= 0 && l->files[input].path == NULL) {
            l->files[input].path = path;
            any = true;
        } else if (any && i + 1 == words->count) {
            l->wanted = str_from(words->items[i]);
        } else {
            findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "operand", "%s: say which input it feeds, INPUT=FILE",
                         words->items[i]);
        }
    }
}

/* ---- showing ---- */

static void show_record(struct cli *cli, const struct lane_records *l, size_t i, struct buf *out)
{
    const struct lane_record *kept = &l->records[i];
    struct shown_row          r = { .row = lane_record_row(l, i), .where = kept->where, .lane = l->lane };

    if (kept->damage.text[0] != '\0')
        warn("%.*s: %s (rule %s)", STR_ARG(kept->where), kept->damage.text, kept->damage.rule);
    if (kept->record.count == 0)
        return;
    if (cli->json) {
        struct json_writer w = json_writer(out); /* a line of its own: JSON Lines */

        mapping_show_json(l->mapping, l->mapper, &r, &cli->mem, &w);
        return;
    }
    buf_text(out, out->len != 0 ? "\n" : "");
    mapping_show(l->mapping, l->mapper, &r, &cli->mem, out);
}

/* KEY is the lane's name, which shows all of its records, or the place of one record. */
static int show(struct cli *cli, const struct lane_records *l)
{
    AUTO(buf_release) struct buf out = { 0 };
    size_t                       left_out = l->left_out;
    size_t                       shown_count = 0;

    buf_init(&out, 64U << 20, "a record's way");
    for (size_t i = 0; i < l->count; i++) {
        if (!str_eq(l->wanted, l->lane) && !str_eq(l->wanted, l->records[i].where))
            continue;
        if (shown_count++ < ROWS_SHOWN)
            show_record(cli, l, i, &out);
        else
            left_out++;
    }
    if (left_out != 0)
        say("and %zu more records of this lane", left_out);
    cli_out(buf_str(&out));
    return EXIT_WELL;
}

/* ---- the whole ---- */

static int try_records(struct cli *cli, struct lane_records *l, struct findings *faults)
{
    struct err err = { 0 };

    lane_records_find(l, faults);
    if (faults->count != 0)
        cli_faults(cli, ETL_OK, faults);
    if (faults->errors != 0)
        return EXIT_WRONG;
    for (size_t i = 0; i < l->mapping->input_count; i++)
        if (l->files[i].problem.text[0] != '\0') {
            l->files[i].problem.file = l->files[i].path;
            return cli_fail(cli, ETL_UNREAD, &l->files[i].problem);
        }
    if (l->lane.ptr != NULL)
        return show(cli, l);
    err_set(&err, ETL_FAIL, "key-unknown", "no record has %s%s",
            l->wanted.ptr != NULL ? "the lane or the place " : "its cells in order",
            l->wanted.ptr != NULL ? shown(l->wanted, false).text : "");
    return cli_fail(cli, ETL_FAIL, &err);
}

int mapping_try(struct cli *cli, const struct mapping_source *source, struct str today, const struct opt_list *words)
{
    struct findings     faults;
    struct lane_records l = { .today = today, .mem = &cli->mem };
    struct key         *key = NULL;
    struct err          err = { 0 };
    enum etl_status     st;
    int                 code;

    findings_init(&faults, &cli->mem);
    st = mapping_load(source, &cli->mem, &l.mapping, &faults);
    if (st != ETL_OK)
        return cli_faults(cli, st, &faults);
    l.files = ARENA_ARRAY(&cli->mem, struct lane_file, l.mapping->input_count + 1);
    assign(&l, words, &faults);
    if (faults.errors == 0 && l.mapping->uses_password)
        st = config_key(cli->config, cli->random, &key, &err);
    l.key = key;
    if (faults.errors != 0)
        code = cli_faults(cli, ETL_FAIL, &faults);
    else if (st != ETL_OK)
        code = cli_fail(cli, st, &err);
    else
        code = try_records(cli, &l, &faults);
    mapper_free(l.mapper);
    mapping_free(l.mapping);
    key_free(key);
    return code;
}
