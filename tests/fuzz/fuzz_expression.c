/* tests/fuzz/fuzz_expression.c - any text as a template of a mapping, any bytes that are UTF-8 as its cells: the first line is the template,
 * each further one a cell. What comes out is UTF-8 and has a ceiling. */
#include <stdlib.h>

#include "etl/core/limits.h"
#include "etl/core/utf8.h"
#include "etl/language/evaluate.h"
#include "etl/language/filter.h"
#include "etl/language/lookup.h"
#include "etl/language/parse.h"
#include "etl/language/prepare.h"

enum { CELLS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names become columns, in the order in which they come. */
static void bind(struct node *n, int *next)
{
    if (n->op == NODE_NAME) {
        n->op = NODE_COLUMN;
        n->index = (*next)++ % CELLS;
    }
    for (size_t i = 0; i < n->count; i++)
        bind(n->args[i], next);
}

static void evaluate(const struct node *n, struct str rest, struct arena *mem)
{
    struct str    cells[CELLS] = { { NULL, 0 } };
    struct record record = { .cells = cells, .count = CELLS };
    struct eval   e = { .record = &record, .mem = mem, .row_number = 1, .match = pattern_match_new() };
    struct value  v = VALUE_NONE;

    for (size_t i = 0; i < CELLS && rest.ptr != NULL; i++) {
        struct str whole = rest;

        rest = str_cut(rest, '\n', &cells[i]);
        if (rest.ptr == NULL)
            cells[i] = whole;
    }
    if (eval_node(&e, n, &v) && v.kind == VALUE_TEXT && (v.text.len > VALUE_BYTES_MAX || !utf8_valid(v.text)))
        abort();
    pattern_match_free(e.match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena         mem;
    struct findings      faults;
    struct str           text = { (const char *)data, size }, template, rest = str_cut(text, '\n', &template);
    struct lookup        t = { .name = STR("t") };
    const struct lookup *lookups[] = { &t };
    struct pattern     **patterns = NULL;
    size_t               count = 0, cap = 0;
    struct yaml_source   source = { "m.yaml", template };
    struct yaml          yaml = { .kind = YAML_TEXT, .text = template, .line = 1, .column = 1 };
    struct node         *n;
    int                  next = 0;

    if (rest.ptr == NULL || !utf8_valid(text))
        return 0;
    arena_init(&mem, 512U << 20, "one input");
    findings_init(&faults, &mem);
    lookup_add(&t, STR("a"), VALUE_OF(STR("b")), 1, &mem, NULL);

    struct expression_place place = { &source, &faults, &yaml, &mem };
    struct preparation      p = { &place, lookups, 1, &patterns, &count, &cap };

    n = template_parse(&place, template);
    if (n != NULL) {
        bind(n, &next);
        if (expression_prepare(&p, n))
            evaluate(n, rest, &mem);
    } else if (faults.errors == 0) {
        abort(); /* nothing is refused without a word */
    }
    for (size_t i = 0; i < count; i++)
        pattern_free(patterns[i]);
    arena_release(&mem);
    return 0;
}
