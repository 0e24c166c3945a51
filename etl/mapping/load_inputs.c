/* etl/mapping/load_inputs.c - the inputs of a mapping: how each file is written, what its rows are called, what is expected of it. */
#include "etl/core/limits.h"
#include "etl/mapping/input_format.h"
#include "etl/mapping/loader.h"

/* ---- how the file is written ---- */

static void read_format(struct yaml_reader *r, const struct yaml *body, struct mapping_input *in)
{
    const struct yaml *node = yaml_get(body, "format");
    int                word = node != NULL ? yaml_read_word(r, node, mapping_formats, "format") : 0;

    in->format = input_formats[word > 0 ? word : 0];
    in->json.is_lines = in->format->is_lines;
}

/* "data.customers": every part has a name. */
static bool is_path(struct str path)
{
    struct str rest = path, part;

    while (rest.ptr != NULL) {
        rest = str_cut(rest, '.', &part);
        if (part.len == 0)
            return false;
    }
    return true;
}

static void read_json(struct yaml_reader *r, const struct yaml *body, struct mapping_input *in)
{
    static const char *const csv_keys[] = { "delimiter", "quote", "encoding", "header", NULL };
    const struct yaml       *records = yaml_get(body, "records");

    for (size_t i = 0; in->format->columns_are_paths && csv_keys[i] != NULL; i++)
        if (yaml_get(body, csv_keys[i]) != NULL)
            YAML_FAULT(r, yaml_get(body, csv_keys[i]), "format", "%s tells how a CSV is written, and this is %s",
                       csv_keys[i], in->format->name);
    if (records == NULL || !yaml_expect(r, records, YAML_TEXT, "records"))
        return;
    if (!in->format->is_list)
        YAML_FAULT(r, records, "format", "records says where in a JSON document the list stands, and this is %s",
                   in->format->name);
    else if (!is_path(records->text))
        YAML_FAULT(r, records, "format", "records is a path, names with dots between: data.customers");
    in->json.records = arena_str(r->mem, records->text);
}

/* One character, or its name: some characters are awkward to write in YAML or a shell. */
static char read_byte(struct yaml_reader *r, const struct yaml *body, const char *key, char deflt)
{
    static const struct {
        const char *name;
        char        byte;
    } names[] = {
        { "comma", ',' }, { "semicolon", ';' }, { "tab", '\t' }, { "pipe", '|' }, { "none", 0 }, { "\\t", '\t' },
    };
    const struct yaml *node = yaml_get(body, key);

    if (node == NULL || !yaml_expect(r, node, YAML_TEXT, key))
        return deflt;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_is(node->text, names[i].name) && (names[i].byte != 0 || strcmp(key, "quote") == 0))
            return names[i].byte;
    if (node->text.len == 1 && strchr("\r\n", node->text.ptr[0]) == NULL && (unsigned char)node->text.ptr[0] < 0x80)
        return node->text.ptr[0];
    YAML_FAULT(r, node, "csv-form", "%s is one character of ASCII, or its name: comma, semicolon, tab, pipe%s", key,
               strcmp(key, "quote") == 0 ? ", none" : "");
    return deflt;
}

static void read_names(struct yaml_reader *r, const struct yaml *node, struct csv_options *csv)
{
    csv->has_header = false;
    csv->names = yaml_read_texts(r, node, &csv->name_count);
    if (csv->name_count == 0)
        YAML_FAULT(r, node, "csv-form", "the columns' names are missing: header: [id, name, …]");
    for (size_t i = 0; i < csv->name_count; i++)
        for (size_t k = 0; k < i; k++)
            if (csv->names[i].len != 0 && str_eq(csv->names[i], csv->names[k])) {
                YAML_FAULT(r, &node->items[i], "csv-form", "column \"%.*s\" is named twice", STR_ARG(csv->names[i]));
                csv->name_count = 0; /* no further faults for these names */
            }
}

void read_csv_form(struct yaml_reader *r, const struct yaml *body, struct csv_options *csv)
{
    const struct yaml *encoding = yaml_get(body, "encoding");
    struct err         err = { 0 };

    csv->delimiter = read_byte(r, body, "delimiter", ',');
    csv->quote = read_byte(r, body, "quote", '"');
    if (csv->delimiter == csv->quote)
        YAML_FAULT(r, body, "csv-form", "delimiter and quote are the same character");
    if (encoding != NULL && yaml_expect(r, encoding, YAML_TEXT, "encoding") &&
        encoding_from_name(encoding->text, &csv->encoding, &err) != ETL_OK)
        YAML_FAULT(r, encoding, err.rule, "%s", err.text);
}

static void read_csv(struct yaml_reader *r, const struct yaml *body, struct mapping_input *in)
{
    const struct yaml *header = yaml_get(body, "header");

    read_csv_form(r, body, &in->csv);
    if (header == NULL || (header->kind == YAML_TEXT && (str_is(header->text, "yes") || str_is(header->text, "true"))))
        return;
    if (header->kind == YAML_LIST)
        read_names(r, header, &in->csv);
    else
        YAML_FAULT(r, header, "csv-form",
                   "header is yes, or the list of the columns' names where the file has no header: [id, name, …]");
}

/* ---- what is expected ---- */

/* "20h" */
static uint64_t read_age(struct yaml_reader *r, const struct yaml *node)
{
    static const struct {
        char     unit;
        uint64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    uint64_t number;

    if (!yaml_expect(r, node, YAML_TEXT, "max_age"))
        return 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (node->text.len > 1 && node->text.ptr[node->text.len - 1] == units[i].unit &&
            str_to_u64(str_head(node->text, node->text.len - 1), &number) && number != 0 && number < UINT32_MAX)
            return number * units[i].seconds;
    YAML_FAULT(r, node, "expect", "max_age is a number with its unit: 90m, 20h, 2d");
    return 0;
}

/* "±10%", "+-10% floor 20": of as many as last time. false: it is not written so. */
static bool read_share(struct yaml_reader *r, const struct yaml *node, struct mapping_input *in)
{
    struct str share = node->kind == YAML_TEXT ? node->text : STR("");

    if (!str_starts(share, STR("±")) && !str_starts(share, STR("+-")))
        return false;
    share = str_skip(share, 2); /* ± is two bytes as well */
    in->has_rows_share = memchr(share.ptr, '%', share.len) != NULL && threshold_read(share, &in->rows_share);
    if (!in->has_rows_share)
        YAML_FAULT(r, node, "expect",
                   "rows is ±10%% of last time (or +-10%%, ±10%% floor 20), or a range: 35000..50000");
    return true;
}

static void read_expect(struct yaml_reader *r, const struct yaml *node, struct mapping_input *in)
{
    const struct yaml *rows, *age;
    int64_t            min, max;

    in->rows_max = UINT64_MAX;
    if (node == NULL || !yaml_expect(r, node, YAML_MAP, "expect"))
        return;
    yaml_only_keys(node, mapping_expect_keys, "expect", r->source, r->faults);
    rows = yaml_get(node, "rows");
    age = yaml_get(node, "max_age");
    if (rows != NULL && !read_share(r, rows, in) && yaml_read_range(r, rows, &min, &max)) {
        in->rows_min = min > 0 ? (uint64_t)min : 0;
        in->rows_max = max == INT64_MAX ? UINT64_MAX : (uint64_t)max;
    }
    if (age != NULL)
        in->max_age_s = read_age(r, age);
}

/* optional: true (the file may be left out) or [columns that may be missing]; optional_columns: where both are meant. */
static void read_optional(struct yaml_reader *r, const struct yaml *body, struct mapping_input *in,
                          struct compiled_input *ci)
{
    const struct yaml *optional = yaml_get(body, "optional"), *columns = yaml_get(body, "optional_columns");

    if (optional != NULL && optional->kind == YAML_LIST && columns != NULL)
        YAML_FAULT(r, columns, "optional", "the columns that may be missing stand under optional: already");
    else if (optional != NULL && optional->kind != YAML_LIST)
        in->optional = yaml_read_bool(r, body, "optional", false);
    else if (optional != NULL)
        columns = optional;
    if (columns != NULL)
        ci->optional = yaml_read_texts(r, columns, &ci->optional_count);
}

/* ---- one input ---- */

static void read_columns(struct mapping_loader *l, const struct yaml *body, struct mapping_input *in,
                         struct compiled_input *ci)
{
    struct yaml_reader *r = &l->read;
    size_t              unused;

    ci->unique = yaml_get(body, "unique");
    ci->secret = yaml_get(body, "secret");
    ci->key = yaml_get(body, "key");
    in->unique = yaml_read_texts(r, ci->unique, &in->unique_count);
    yaml_read_texts(r, ci->secret, &unused);
    yaml_read_texts(r, ci->key, &unused);
    if (in->unique_count > INPUT_UNIQUE_COLUMNS_MAX) {
        YAML_FAULT(r, ci->unique, "unique", "at most %d columns", INPUT_UNIQUE_COLUMNS_MAX);
        in->unique_count = INPUT_UNIQUE_COLUMNS_MAX;
    }
    ci->unique_columns = ARENA_ARRAY(r->mem, int, in->unique_count + 1);
    in->secret = ARENA_ARRAY(r->mem, bool, 1);
}

static void read_input(struct mapping_loader *l, const struct yaml *body, size_t i)
{
    struct yaml_reader    *r = &l->read;
    struct mapping_input  *in = &l->c->inputs[i];
    struct compiled_input *ci = &l->c->in[i];

    in->format = input_formats[0];
    in->parent = -1;
    in->rows_max = UINT64_MAX;
    in->csv = (struct csv_options){ .delimiter = ',', .quote = '"', .has_header = true };
    if (body == NULL || !yaml_expect(r, body, YAML_MAP, "an input"))
        return;
    yaml_only_keys(body, mapping_input_keys, "an input", r->source, r->faults);
    read_format(r, body, in);
    read_json(r, body, in);
    if (!in->format->columns_are_paths)
        read_csv(r, body, in);
    read_expect(r, yaml_get(body, "expect"), in);
    read_optional(r, body, in, ci);
    read_columns(l, body, in, ci);
}

static void read_parent(struct mapping_loader *l, const struct yaml *node, size_t i)
{
    struct mapping_input *in = &l->c->inputs[i];

    if (!yaml_expect(&l->read, node, YAML_TEXT, "parent"))
        return;
    in->parent = mapping_input_named(l->m, node->text);
    if (in->parent < 0)
        input_unknown(l, node);
    else if ((size_t)in->parent >= i)
        YAML_FAULT(&l->read, node, "parent", "the parent is read first: %.*s has to stand above %.*s",
                   STR_ARG(node->text), STR_ARG(in->name));
    else if (!in->has_lane || !l->c->inputs[in->parent].has_lane)
        YAML_FAULT(&l->read, node, "parent",
                   "a row finds its parent by the lane: both inputs need one, lane: \"{{ … }}\"");
    if (in->parent >= (int)i)
        in->parent = -1;
}

static void read_orphans(struct mapping_loader *l, const struct yaml *body, size_t i)
{
    const struct yaml *node = yaml_get(body, "orphans");

    if (node == NULL)
        return;
    if (yaml_get(body, "parent") == NULL)
        YAML_FAULT(&l->read, node, "parent", "orphans: is said of an input with a parent:");
    l->c->inputs[i].orphans_allowed = yaml_read_word(&l->read, node, mapping_orphan_words, "orphans") == 1;
}

static void read_lane(struct mapping_loader *l, const struct yaml *body, size_t i)
{
    const struct yaml      *node = yaml_get(body, "lane") != NULL ? yaml_get(body, "lane") : yaml_get(l->root, "lane");
    struct expression_scope where = { ROLE_LANE, i, -1, 0, -1 };

    if (node == NULL || !yaml_expect(&l->read, node, YAML_TEXT, "lane"))
        return;
    l->c->inputs[i].has_lane = true;
    l->c->in[i].lane = (struct placed_expression){ compile_expression(l, node, &where), node };
}

static void make_room(struct mapping_loader *l, size_t count)
{
    struct arena *mem = l->read.mem;

    l->c->inputs = ARENA_ARRAY(mem, struct mapping_input, count + 1);
    l->c->in = ARENA_ARRAY(mem, struct compiled_input, count + 1);
    for (size_t i = 0; i <= count; i++) {
        l->c->in[i].lets = ARENA_ARRAY(mem, struct node *, l->c->let_count + 1);
        l->c->in[i].let_depths = ARENA_ARRAY(mem, unsigned, l->c->let_count + 1);
    }
    l->m->inputs = l->c->inputs;
    l->m->input_count = count;
    l->m->counts = l->c->counts = ARENA_ARRAY(mem, bool, count + 1);
}

void load_inputs(struct mapping_loader *l)
{
    struct yaml_reader *r = &l->read;
    const struct yaml  *node = yaml_get(l->root, "inputs");

    if (node != NULL && (!yaml_expect(r, node, YAML_MAP, "inputs") || node->count > MAPPING_INPUTS_MAX)) {
        if (node->count > MAPPING_INPUTS_MAX)
            YAML_FAULT(r, node, "inputs", "more than %d inputs", MAPPING_INPUTS_MAX);
        node = NULL;
    }
    if (node == NULL) { /* inputs: is left out: one input, a CSV with a header */
        make_room(l, 1);
        l->c->inputs[0].name = STR("records");
        read_input(l, NULL, 0);
        read_columns(l, NULL, &l->c->inputs[0], &l->c->in[0]);
        read_lane(l, NULL, 0);
        return;
    }
    make_room(l, node->count);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];

        l->c->inputs[i].name = arena_str(r->mem, pair->key);
        l->c->inputs[i].line = pair->line;
        if (pair->key.len == 0 || memchr(pair->key.ptr, '/', pair->key.len) != NULL ||
            memchr(pair->key.ptr, '=', pair->key.len) != NULL)
            yaml_fault(r->faults, r->source, pair->line, pair->column, "inputs", "an input's name has neither / nor =");
        read_input(l, &pair->value, i);
    }
    for (size_t i = 0; i < node->count; i++)
        read_lane(l, &node->pairs[i].value, i);
    for (size_t i = 0; i < node->count; i++) {
        if (yaml_get(&node->pairs[i].value, "parent") != NULL)
            read_parent(l, yaml_get(&node->pairs[i].value, "parent"), i);
        read_orphans(l, &node->pairs[i].value, i);
    }
}
