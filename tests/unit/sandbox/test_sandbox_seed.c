/* tests/unit/sandbox/test_sandbox_seed.c - providers/sandbox/store/seed.h: equal numbers, equal rows; every table has some; all could have been called. */
#include "providers/description/load.h"
#include "providers/sandbox/control.h"
#include "providers/sandbox/store/seed.h"
#include "tests/unit/check.h"

enum { SUBSCRIBERS = 300 };

static const struct provider *load(struct str name, struct arena *mem)
{
    const struct provider *p = NULL;
    struct findings        faults;

    findings_init(&faults, mem);
    assert_int_equal(provider_load(name, mem, &p, &faults), ETL_OK);
    return p;
}

/* A provider seeded by `seed`, as /_/state shows it. */
static struct str seeded(const struct provider *p, uint64_t seed, struct arena *mem, struct hosted_provider *keep)
{
    const struct seeding   s = { .subscribers = SUBSCRIBERS, .seed = seed, .today = STR("2026-11-24") };
    struct hosted_provider hosted;
    struct sandbox_shared  shared = { 0 };
    struct control control = { .shared = &shared, .all_hosted = &hosted, .hosted_count = 1, .show_secrets = true };
    struct control_reply reply = { 0 };
    struct str           text;

    hosted_provider_open(&hosted, p, NULL, &real_random, mem);
    assert_true(seed_state(hosted.state, hosted.provider, &s) > SUBSCRIBERS);
    buf_init(&reply.body, 64 << 20, "a test");
    control_answer(&control, STR("GET"), STR("state"), STR(""), &reply);
    text = arena_str(mem, buf_str(&reply.body));
    buf_release(&reply.body);
    if (keep != NULL)
        *keep = hosted;
    else
        hosted_provider_close(&hosted);
    return text;
}

static void deterministic(void **state)
{
    (void)state;
    for (const struct embedded_file *f = stock_providers; f->name != NULL; f++) {
        struct arena           mem;
        const struct provider *p;

        arena_init(&mem, 1U << 30, "a test");
        p = load(str_head(str_from(f->name), strlen(f->name) - 5), &mem);
        assert_true(str_eq(seeded(p, 1, &mem, NULL), seeded(p, 1, &mem, NULL)));
        assert_false(str_eq(seeded(p, 1, &mem, NULL), seeded(p, 2, &mem, NULL)));
        provider_free(p);
        arena_release(&mem);
    }
}

/* Nobody shares an identity, and whoever names an owner has one. */
static void check_rows(struct hosted_provider *d, struct state_table *t, struct arena *mem)
{
    struct state_row **rows, **found;
    size_t             count = state_select(t, NULL, 0, mem, &rows);
    bool               customers = state_table_count(state_table(d->state, STR("customers"))) != 0;

    for (size_t i = 0; i < count; i++) {
        struct str owner = state_cell(t, rows[i], STR("customer_id"));

        if (customers && owner.len != 0) {
            struct pair_value key = { STR("customer_id"), owner };

            assert_int_equal(state_select(state_table(d->state, STR("customers")), &key, 1, mem, &found), 1);
        }
    }
}

static void whole(void **state)
{
    (void)state;
    for (const struct embedded_file *f = stock_providers; f->name != NULL; f++) {
        struct arena           mem;
        const struct provider *p;
        struct hosted_provider hosted;

        arena_init(&mem, 1U << 30, "a test");
        p = load(str_head(str_from(f->name), strlen(f->name) - 5), &mem);
        seeded(p, 1, &mem, &hosted);
        for (size_t i = 0; i < p->report_count; i++)
            if (state_table_count(state_table(hosted.state, p->reports[i].table)) == 0)
                fail_row(i, "%.*s: no rows in %.*s", STR_ARG(p->name), STR_ARG(p->reports[i].table));
        for (size_t i = 0; state_table_at(hosted.state, i) != NULL; i++)
            check_rows(&hosted, state_table_at(hosted.state, i), &mem);
        hosted_provider_close(&hosted);
        provider_free(p);
        arena_release(&mem);
    }
}

static void only_some_tables(void **state)
{
    static const struct str tables[] = { { "customers", 9 }, { "mailboxes", 9 } };
    const struct seeding    s = {
           .subscribers = 50, .seed = 1, .today = STR("2026-11-24"), .tables = tables, .table_count = 2
    };
    struct arena           mem;
    const struct provider *p;
    struct hosted_provider hosted;

    (void)state;
    arena_init(&mem, 1U << 30, "a test");
    p = load(STR("ispn"), &mem);
    hosted_provider_open(&hosted, p, NULL, &real_random, &mem);
    seed_state(hosted.state, hosted.provider, &s);
    assert_int_equal(state_table_count(state_table(hosted.state, STR("customers"))), 50);
    assert_true(state_table_count(state_table(hosted.state, STR("mailboxes"))) > 20);
    assert_int_equal(state_table_count(state_table(hosted.state, STR("services"))), 0);
    hosted_provider_close(&hosted);
    provider_free(p);
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(deterministic), cmocka_unit_test(whole),
                                        cmocka_unit_test(only_some_tables) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
