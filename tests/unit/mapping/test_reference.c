/* tests/unit/mapping/test_reference.c - what the reference page of the mapping language says is so: every block of it is run.
 *
 *   filter               three-line cases, as expression_cases.h tells
 *   yaml                 a mapping; its tests: run
 *   csv FILE [ENCODING], json FILE, jsonl FILE  a file for it: of the input with that name, of the only input, or one that stands beside the mapping
 *   plan                 the calls that are planned from those files: lane, command, parameters
 *   findings             what is said about their records
 *   faults               what is said about the mapping or the run; each line is a part of what is said
 *
 * And: every filter and every key the loader knows has an example there, and the JSON Schema knows the same keys and words. */
#include <stdlib.h>
#include <unistd.h>

#include "etl/core/notation/json_string.h"
#include "etl/core/notation/json_tree.h"
#include "etl/core/notation/yaml.h"
#include "etl/core/system/atomic_file.h"
#include "etl/language/filter_table.h"
#include "etl/mapping/keywords.h"
#include "etl/mapping/mapping.h"
#include "etl/mapping/run_tests.h"
#include "etl/plan/plan.h"
#include "etl/run/plan_record.h"
#include "tests/unit/check.h"
#include "tests/unit/language/expression_cases.h"

#define PAGE   "../../mappings/reference.md"
#define SCHEMA "../../mappings/mapping.schema.json"
enum { BLOCKS_MAX = 200, FILES_MAX = 8 };

struct block {
    struct str kind, name, encoding, text;
    unsigned   line; /* of its first line of text */
    bool       used;
};
struct page {
    struct arena mem;
    struct str   text;
    struct block blocks[BLOCKS_MAX];
    size_t       count;
};

static void read_page(struct page *p)
{
    struct str rest, line;
    unsigned   number = 0;
    bool       inside = false;

    *p = (struct page){ 0 };
    arena_init(&p->mem, 256 << 20, "the page");
    assert_int_equal(file_read(PAGE, 4 << 20, &p->mem, &p->text, NULL), ETL_OK);
    for (rest = p->text; rest.ptr != NULL;) {
        struct block *b = &p->blocks[p->count];

        rest = str_cut(rest, '\n', &line);
        number++;
        if (!str_starts(line, STR("```"))) {
            if (inside)
                b->text.len = (size_t)(line.ptr + line.len + 1 - b->text.ptr);
        } else if (inside) {
            inside = false;
            p->count++;
            assert_true(p->count < BLOCKS_MAX);
        } else {
            struct str words = str_skip(line, 3), word;

            inside = true;
            *b = (struct block){ .line = number + 1, .text = str_of(rest.ptr, 0), .kind = words };
            words = str_cut(words, ' ', &word);
            if (words.ptr == NULL)
                continue;
            b->kind = word;
            b->encoding = str_cut(words, ' ', &b->name);
            if (b->encoding.ptr == NULL)
                b->name = words;
        }
    }
    assert_false(inside);
}

/* ---- one example: a mapping, its files, and what comes of them ---- */

struct example {
    struct page     *page;
    struct block    *mapping, *files[FILES_MAX], *plan, *findings, *faults;
    size_t           file_count;
    char             folder[64];
    struct key      *key;
    unsigned         failed;
    struct findings  told;
    struct plan_head head; /* of its plan, once that was read */
};

static void fail_example(struct example *e, const struct block *at, const char *what, struct str want, struct str got)
{
    fprintf(stderr, "%s:%u: %s\n--- want\n%.*s--- got\n%.*s---\n", PAGE, at->line, what, STR_ARG(want), STR_ARG(got));
    e->failed++;
}

static const char *path_of(struct example *e, const char *name)
{
    return arena_fmt(&e->page->mem, "%s/%s", e->folder, name).ptr;
}

static void write_file(struct example *e, const char *name, struct str text)
{
    struct atomic_file file = { 0 };

    assert_int_equal(atomic_file_begin(&file, path_of(e, name), NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, text, NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
}

/* The page is UTF-8; a file in a one-byte encoding has what fits into it, ? else. */
static struct str in_one_byte(struct example *e, struct str text)
{
    char  *out = arena_bytes(&e->page->mem, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c >= 0xc2 && c <= 0xc3 && i + 1 < text.len)
            out[len++] = (char)(((c & 3) << 6) | ((unsigned char)text.ptr[++i] & 0x3f));
        else if (c < 0x80)
            out[len++] = (char)c;
        else if (c >= 0xc0)
            out[len++] = '?';
    }
    return str_of(out, len);
}

/* ---- rendering what came out ---- */

static void add_word(struct buf *out, struct str text)
{
    bool plain = text.len != 0;

    for (size_t i = 0; i < text.len; i++)
        plain = plain && text.ptr[i] != ' ' && text.ptr[i] != '"';
    if (plain)
        buf_add(out, text);
    else
        json_string_add(out, text);
}

static void render_call(const struct plan_record *r, const struct plan_call *call, struct buf *out)
{
    if (r->lane.len != 0)
        add_word(out, r->lane);
    else
        buf_byte(out, '-');
    buf_byte(out, ' ');
    buf_add(out, call->head->command);
    for (size_t i = 0; i < call->param_count; i++) {
        buf_byte(out, ' ');
        buf_add(out, call->params[i].name);
        buf_byte(out, '=');
        if (call->params[i].sealed)
            buf_lit(out, "(sealed)");
        else if (call->params[i].value.kind == VALUE_CLEAR)
            buf_lit(out, "null");
        else if (call->params[i].value.kind == VALUE_REF)
            buf_fmt(out, "{%.*s}", STR_ARG(call->params[i].value.text));
        else
            add_word(out, call->params[i].value.text);
    }
    buf_byte(out, '\n');
}

static void render_record(struct example *e, struct str text, struct buf *out)
{
    struct plan_record r;

    if (e->head.call_count == 0) {
        assert_int_equal(plan_head_parse(text, &e->page->mem, &e->head, NULL), ETL_OK);
        return;
    }
    assert_int_equal(
        plan_record_parse(&(struct plan_wanted){ &e->head, PLAN_ALL_CALLS }, text, &e->page->mem, &r, NULL), ETL_OK);
    for (size_t i = 0; i < r.call_count; i++)
        render_call(&r, &r.calls[i], out);
}

static void render_finding(struct example *e, struct str text, struct buf *out)
{
    struct arena *mem = &e->page->mem;
    yajl_val      tree;
    struct str    field;

    assert_int_equal(json_tree_parse(text, "a finding", &tree, NULL), ETL_OK);
    field = json_tree_text(tree, "field", mem);
    buf_fmt(out, "%.*s: %s", STR_ARG(json_tree_text(tree, "where", mem)),
            str_is(json_tree_text(tree, "severity", mem), "warning") ? "warning: " : "");
    if (field.ptr != NULL)
        buf_fmt(out, "%.*s: ", STR_ARG(field));
    buf_fmt(out, "%.*s (rule %.*s)\n", STR_ARG(json_tree_text(tree, "message", mem)),
            STR_ARG(json_tree_text(tree, "rule", mem)));
    json_tree_free(tree);
}

static struct str render(struct example *e, const char *name, void (*one)(struct example *, struct str, struct buf *),
                         struct buf *out)
{
    struct str rest, line;

    if (file_read(path_of(e, name), 8 << 20, &e->page->mem, &rest, NULL) != ETL_OK)
        return STR("");
    while ((rest = str_cut(rest, '\n', &line)).ptr != NULL)
        one(e, arena_str(&e->page->mem, line), out);
    return buf_str(out);
}

static void compare_file(struct example *e, struct block *want, const char *name, const char *what,
                         void (*one)(struct example *, struct str, struct buf *))
{
    AUTO(buf_release) struct buf out = { 0 };
    struct str                   got, wanted = want != NULL ? want->text : STR("");

    buf_init(&out, 8 << 20, what);
    got = render(e, name, one, &out);
    if (!str_eq(got, wanted))
        fail_example(e, want != NULL ? want : e->mapping, what, wanted, got);
}

static void compare_faults(struct example *e)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct str                   rest = e->faults != NULL ? e->faults->text : STR(""), line;
    size_t                       n = 0;
    bool                         same = true;

    buf_init(&out, 8 << 20, "faults");
    for (size_t i = 0; i < e->told.count; i++) {
        struct err err = e->told.items[i].err;
        size_t     begin = out.len;

        err.file = NULL;
        if (err.line != 0)
            buf_fmt(&out, "%llu:%u: ", (unsigned long long)err.line, err.column);
        buf_fmt(&out, "%s%s (rule %s)\n", e->told.items[i].severity == SEVERITY_WARNING ? "warning: " : "", err.text,
                err.rule);
        rest = str_cut(rest, '\n', &line);
        same = same && rest.ptr != NULL && str_contains(str_skip(buf_str(&out), begin), line);
        n++;
    }
    if (!same || rest.len != 0)
        fail_example(e, e->faults != NULL ? e->faults : e->mapping, "faults",
                     e->faults != NULL ? e->faults->text : STR(""), buf_str(&out));
}

/* ---- running it ---- */

/* Without its ending. */
static struct str stem_of(struct str file)
{
    const char *dot = memrchr(file.ptr, '.', file.len);

    return str_head(file, (size_t)(dot - file.ptr));
}

static bool is_input(const struct mapping *m, struct str file)
{
    for (size_t i = 0; i < m->input_count; i++)
        if (str_eq(m->inputs[i].name, stem_of(file)))
            return true;
    return false;
}

static struct mapping *load(struct example *e, const char *path)
{
    struct mapping_source source = { .name = str_from(path) };
    struct mapping       *m = NULL;

    findings_init(&e->told, &e->page->mem);
    mapping_load(&source, &e->page->mem, &m, &e->told);
    return m;
}

static void plan_files(struct example *e, const char *path, const char **files, size_t file_count)
{
    AUTO(buf_release) struct buf summary;
    struct plan_counts           counts;
    struct plan_options          o = { .mapping = path,
                                       .run = path_of(e, "run"),
                                       .today = "2026-11-24",
                                       .files = files,
                                       .file_count = file_count,
                                       .threads = 2,
                                       .key = e->key,
                                       .version = "test",
                                       .clock = &real_clock,
                                       .random = &real_random };

    buf_init(&summary, 1 << 20, "the summary");
    findings_init(&e->told, &e->page->mem);
    plan_make(&o, &e->page->mem, &counts, &summary, &e->told);
    compare_file(e, e->plan, "run/plan.jsonl", "plan", render_record);
    if (e->findings != NULL || e->faults == NULL)
        compare_file(e, e->findings, "run/findings.jsonl", "findings", render_finding);
}

static void run_example(struct example *e)
{
    const char     *path, *files[FILES_MAX];
    size_t          file_count = 0, ran;
    struct mapping *m;

    snprintf(e->folder, sizeof e->folder, "/tmp/test_reference.XXXXXX");
    assert_non_null(mkdtemp(e->folder));
    assert_int_equal(key_open(path_of(e, "key"), &real_random, &e->key, NULL), ETL_OK);
    path = path_of(e, "m.yaml");
    write_file(e, "m.yaml", e->mapping->text);
    for (size_t i = 0; i < e->file_count; i++)
        write_file(e, arena_cstr(&e->page->mem, e->files[i]->name),
                   e->files[i]->encoding.ptr != NULL ? in_one_byte(e, e->files[i]->text) : e->files[i]->text);
    m = load(e, path);
    if (m != NULL) {
        for (size_t i = 0; i < e->file_count; i++)
            if (is_input(m, e->files[i]->name))
                files[file_count++] = arena_fmt(&e->page->mem, "%.*s=%s/%.*s", STR_ARG(stem_of(e->files[i]->name)),
                                                e->folder, STR_ARG(e->files[i]->name))
                                          .ptr;
        if (file_count == 0)
            mapping_run_tests(m, STR("2026-11-24"), e->key, &e->page->mem, &ran, &e->told);
        mapping_free(m);
    }
    if (file_count != 0)
        plan_files(e, path, files, file_count);
    compare_faults(e);
    key_free(e->key);
    if (system(arena_fmt(&e->page->mem, "rm -rf %s", e->folder).ptr) != 0)
        fprintf(stderr, "cannot remove %s\n", e->folder);
}

static bool add_block(struct example *e, struct block *b)
{
    struct block **places[] = { &e->plan, &e->findings, &e->faults };
    const char    *kinds[] = { "plan", "findings", "faults" };

    if ((str_is(b->kind, "csv") || str_is(b->kind, "json") || str_is(b->kind, "jsonl")) && e->file_count < FILES_MAX) {
        e->files[e->file_count++] = b;
        return true;
    }
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_is(b->kind, kinds[i])) {
            *places[i] = b;
            return true;
        }
    return false;
}

static void every_example_is_so(void **state)
{
    static struct page p;
    unsigned           failed = 0, ran = 0;

    (void)state;
    read_page(&p);
    for (size_t i = 0; i < p.count; i++) {
        struct example     e = { .page = &p, .mapping = &p.blocks[i] };
        struct case_counts counts;

        if (str_is(p.blocks[i].kind, "filter")) {
            counts = run_expression_cases(PAGE, str_head(p.blocks[i].text, p.blocks[i].text.len - 1), p.blocks[i].line);
            failed += counts.failed;
            ran += counts.ran;
        } else if (str_is(p.blocks[i].kind, "yaml")) {
            while (i + 1 < p.count && add_block(&e, &p.blocks[i + 1]))
                i++;
            run_example(&e);
            failed += e.failed;
            ran++;
        } else {
            fprintf(stderr, "%s:%u: a block that nothing runs: %.*s\n", PAGE, p.blocks[i].line,
                    STR_ARG(p.blocks[i].kind));
            failed++;
        }
    }
    assert_int_equal(failed, 0);
    assert_true(ran > 50);
    arena_release(&p.mem);
}

/* ---- nothing is left out ---- */

/* Is there an executed block of that kind with the word in it, as `before` + word + `after`? */
static bool stands_in(const struct page *p, const char *kind, struct str words)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_is(p->blocks[i].kind, kind) && str_contains(p->blocks[i].text, words))
            return true;
    return false;
}

static void every_word_has_an_example(void **state)
{
    static struct page p;

    (void)state;
    read_page(&p);
    for (const struct filter *const *f = filters; *f != NULL; f++)
        if (!stands_in(&p, "filter", arena_fmt(&p.mem, "| %s", (*f)->name)))
            fail_row(f - filters, "filter %s has no example", (*f)->name);
    for (const struct mapping_words *w = mapping_words; w->what != NULL; w++)
        for (size_t i = 0; w->are_keys && w->words[i] != NULL; i++)
            if (!stands_in(&p, "yaml", arena_fmt(&p.mem, "%s:", w->words[i])))
                fail_row(w - mapping_words, "key %s of %s has no example", w->words[i], w->what);
    arena_release(&p.mem);
}

/* ---- the schema ---- */

static struct str schema_word(const struct yaml *list, size_t i, bool are_keys)
{
    return are_keys ? list->pairs[i].key : list->items[i].text;
}

static void compare_words(const struct mapping_words *w, const struct yaml *root)
{
    const struct yaml *def = strcmp(w->what, "mapping") == 0 ? root : yaml_get(yaml_get(root, "$defs"), w->what);
    const struct yaml *list = yaml_get(def, w->are_keys ? "properties" : "enum");
    size_t             n = 0;

    if (list == NULL)
        fail_row(w - mapping_words, "the schema does not know %s", w->what);
    for (; w->words[n] != NULL; n++) {
        size_t i = 0;

        while (i < list->count && !str_is(schema_word(list, i, w->are_keys), w->words[n]))
            i++;
        if (i == list->count)
            fail_row(w - mapping_words, "%s: the schema does not know \"%s\"", w->what, w->words[n]);
    }
    if (n != list->count)
        fail_row(w - mapping_words, "%s: the schema knows %zu words, the loader %zu", w->what, list->count, n);
    if (w->are_keys && !str_is(yaml_text(def, "additionalProperties"), "false"))
        fail_row(w - mapping_words, "%s: the schema lets other keys pass", w->what);
}

static void the_schema_knows_the_same_words(void **state)
{
    struct arena       mem;
    struct findings    faults;
    struct yaml_source source = { SCHEMA, STR_NONE };
    const struct yaml *root;

    (void)state;
    arena_init(&mem, 64 << 20, "the schema");
    findings_init(&faults, &mem);
    assert_int_equal(file_read(SCHEMA, 1 << 20, &mem, &source.text, NULL), ETL_OK);
    root = yaml_load(&source, &mem, &faults); /* JSON is YAML */
    assert_non_null(root);
    assert_int_equal(faults.errors, 0);
    for (const struct mapping_words *w = mapping_words; w->what != NULL; w++)
        compare_words(w, root);
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_is_so),
        cmocka_unit_test(every_word_has_an_example),
        cmocka_unit_test(the_schema_knows_the_same_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
