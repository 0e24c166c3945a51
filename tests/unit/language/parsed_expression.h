/* tests/unit/language/parsed_expression.h - an expression parsed as if it stood in a mapping, for the tests of this room. */
#ifndef TESTS_UNIT_LANGUAGE_PARSED_EXPRESSION_H
#define TESTS_UNIT_LANGUAGE_PARSED_EXPRESSION_H

#include "etl/language/parse.h"
#include "etl/language/prepare.h"
#include "tests/unit/check.h"

struct parsed {
    struct arena            mem;
    struct findings         faults;
    struct yaml_source      source;
    struct yaml             yaml;
    struct expression_place place;
    struct pattern        **patterns;
    size_t                  pattern_count, pattern_cap;
    struct node            *node;
};

static inline void parse(struct parsed *p, struct str text)
{
    *p = (struct parsed){ 0 };
    arena_init(&p->mem, 64 << 20, "a test");
    findings_init(&p->faults, &p->mem);
    p->source = (struct yaml_source){ "m.yaml", arena_fmt(&p->mem, "x:\n  when: %.*s\n", STR_ARG(text)) };
    p->yaml = (struct yaml){ .kind = YAML_TEXT, .text = text, .line = 2, .column = 9 };
    p->place = (struct expression_place){ &p->source, &p->faults, &p->yaml, &p->mem };
    p->node = expression_parse(&p->place, text);
}

static inline bool prepare(struct parsed *p)
{
    struct preparation with = { &p->place, NULL, 0, &p->patterns, &p->pattern_count, &p->pattern_cap };

    return expression_prepare(&with, p->node);
}

static inline void release(struct parsed *p)
{
    for (size_t i = 0; i < p->pattern_count; i++)
        pattern_free(p->patterns[i]);
    arena_release(&p->mem);
}

#endif
