/* tests/unit/providers/test_provider_damaged.c - descriptions that nobody meant: each is judged, at a place, and none is a crash.
 *
 * Every stock description is damaged one line at a time: left out, doubled, indented otherwise, its value or key exchanged for another
 * line's. What loads all the same has to bear lint and a call of every command. */
#include "providers/description/lint.h"
#include "providers/description/load.h"
#include "providers/model/example.h"
#include "providers/rules/rules.h"
#include "providers/wires/wire.h"
#include "tests/unit/check.h"

enum {
    STEP = 7,
    LINES_MAX = 8192
}; /* every 7th line is damaged in each way: all would take minutes under the sanitizers */

struct lines {
    struct str at[LINES_MAX];
    size_t     count;
};

static void split(struct str text, struct lines *out)
{
    out->count = 0;
    while (text.ptr != NULL && text.len != 0 && out->count < LINES_MAX)
        text = str_cut(text, '\n', &out->at[out->count++]);
}

enum damage { LEFT_OUT, DOUBLED, DEEPER, SHALLOWER, VALUE_OF_ANOTHER, KEY_OF_ANOTHER, HALVED, NULLED, DAMAGES };

static void add_damaged(struct buf *out, const struct lines *l, size_t at, enum damage how)
{
    struct str line = l->at[at], other = l->at[(at * 31 + 17) % l->count], key, other_key,
               value = str_cut(line, ':', &key);
    struct str other_value = str_cut(other, ':', &other_key);

    switch (how) {
    case LEFT_OUT: return;
    case DOUBLED:
        buf_add(out, line);
        buf_byte(out, '\n');
        break;
    case DEEPER: buf_lit(out, "  "); break;
    case SHALLOWER: line = str_starts(line, STR("  ")) ? str_skip(line, 2) : line; break;
    case VALUE_OF_ANOTHER:
        buf_add(out, key);
        buf_byte(out, ':');
        line = other_value;
        break;
    case KEY_OF_ANOTHER:
        buf_add(out, other_key);
        buf_byte(out, ':');
        line = value;
        break;
    case HALVED: line = str_head(line, line.len / 2); break;
    case NULLED:
        buf_add(out, key);
        line = STR(": null");
        break;
    case DAMAGES: break;
    }
    buf_add(out, line);
    buf_byte(out, '\n');
}

static void call_all(const struct provider *p, struct arena *mem)
{
    struct rule_check *check = rule_check_new(STR("2026-11-24"));

    for (size_t i = 0; i < p->command_count; i++) {
        struct value         *values;
        const struct command *c = example_call(&p->commands[i], mem, &values);
        struct wire_call      call = { .command = c, .url = p->url, .values = values };
        struct request        request;

        rules_call(check, c, values, NULL, mem);
        request_init(&request, 1 << 20);
        wire_encode(&call, &request, NULL);
        request_release(&request);
    }
    rule_check_free(check);
}

/* True when it loads. */
static bool judge(struct str text)
{
    struct yaml_source     source = { .name = "damaged.yaml", .text = text };
    struct arena           mem;
    struct findings        faults;
    const struct provider *p;
    bool                   loads;

    arena_init(&mem, 256U << 20, "a test");
    findings_init(&faults, &mem);
    loads = provider_load_text(&source, &mem, &p, &faults) == ETL_OK;
    if (!loads) {
        assert_true(faults.errors != 0);
        for (size_t i = 0; i < faults.count; i++)
            assert_true(faults.items[i].err.line != 0 && faults.items[i].err.text[0] != '\0');
    } else {
        provider_lint(p, STR("2026-11-24"), &mem, &faults);
        call_all(p, &mem);
        provider_free(p);
    }
    arena_release(&mem);
    return loads;
}

static void damaged_descriptions_are_judged(void **state)
{
    static struct lines lines;
    size_t              tried = 0, loaded = 0;
    struct buf          text;

    (void)state;
    buf_init(&text, 8 << 20, "a description");
    for (size_t i = 0; stock_providers[i].name != NULL; i++) {
        split(str_of(stock_providers[i].begin, (size_t)(stock_providers[i].end - stock_providers[i].begin)), &lines);
        for (size_t at = i; at < lines.count; at += STEP) {
            enum damage how = (enum damage)((at / STEP) % DAMAGES);

            buf_reset(&text);
            for (size_t k = 0; k < lines.count; k++) {
                if (k == at) {
                    add_damaged(&text, &lines, k, how);
                } else {
                    buf_add(&text, lines.at[k]);
                    buf_byte(&text, '\n');
                }
            }
            loaded += judge(buf_str(&text));
            tried++;
        }
    }
    buf_release(&text);
    print_message("%zu descriptions, %zu of them still load\n", tried, loaded);
    assert_true(tried > 100 && loaded != 0 && loaded < tried);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(damaged_descriptions_are_judged) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
