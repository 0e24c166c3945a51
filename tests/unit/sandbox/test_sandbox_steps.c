/* tests/unit/sandbox/test_sandbox_steps.c - providers/sandbox/store/steps.h: all of a command's steps or none, and what is refused. */
#include "providers/sandbox/store/steps.h"
#include "tests/unit/shop.h"

struct shop {
    struct arena           mem;
    const struct provider *provider;
    struct state          *state;
};

static int open_shop(void **state)
{
    static struct shop shop;

    shop = (struct shop){ 0 };
    arena_init(&shop.mem, 1 << 24, "a test");
    shop.provider = shop_load(&shop.mem);
    shop.state = state_new();
    *state = &shop;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;

    state_free(shop->state);
    provider_free(shop->provider);
    arena_release(&shop->mem);
    return 0;
}

/* `call` is "command name=value …"; a bare name clears. */
static enum etl_status carry_out(struct shop *shop, const char *call, bool keep, struct steps_done *done,
                                 struct err *err)
{
    struct str            rest = str_from(call), word, name, value;
    const struct command *c;
    struct value         *values;

    rest = str_cut(rest, ' ', &word);
    c = provider_command(shop->provider, word);
    assert_non_null(c);
    values = ARENA_ARRAY(&shop->mem, struct value, c->param_count);
    while (rest.ptr != NULL) {
        int at;

        rest = str_cut(rest, ' ', &word);
        value = str_cut(word, '=', &name);
        at = command_param_index(c, name);
        assert_true(at >= 0);
        values[at] = (struct value){ value.ptr != NULL ? VALUE_TEXT : VALUE_CLEAR, c->params[at].secret, value };
    }
    return steps_apply(shop->state, c, values, keep, &shop->mem, done, err);
}

static void done(struct shop *shop, const char *call, uint64_t count)
{
    struct steps_done d = { 0 };
    struct err        err = { 0 };

    if (carry_out(shop, call, true, &d, &err) != ETL_OK) {
        print_error("%s: %s\n", call, err.text);
        fail();
    }
    assert_int_equal(d.count, count);
}

static void refused(struct shop *shop, const char *call, const char *rule, const char *reason)
{
    struct steps_done d = { 0 };
    struct err        err = { 0 };

    if (carry_out(shop, call, true, &d, &err) != ETL_REJECT) {
        print_error("%s: carried out\n", call);
        fail();
    }
    assert_string_equal(err.rule, rule);
    if (reason != NULL)
        assert_string_equal(err.text, reason);
}

static size_t rows(struct shop *shop, const char *table, const char *column, const char *value)
{
    struct pair_value  key = { str_from(column), str_from(value) };
    struct state_row **found;

    return state_select(state_table(shop->state, str_from(table)), &key, 1, &shop->mem, &found);
}

static void makes(void **state)
{
    struct shop *shop = *state;

    done(shop, "add id=1 name=Ann", 1);
    refused(shop, "add id=1 name=Bob", "duplicate", "there already: customers customer_id=\"1\"");
    assert_int_equal(rows(shop, "customers", "name", "Ann"), 1);
    assert_int_equal(rows(shop, "customers", "name", "Bob"), 0);
    assert_int_equal(rows(shop, "customers", "status", "active"), 1);
    done(shop, "add id=01", 1); /* 1 and 01 are two */
}

static void owners(void **state)
{
    struct shop *shop = *state;

    refused(shop, "addbox id=1 box=a", "within", "not found: customers customer_id=\"1\"");
    done(shop, "add id=1", 1);
    done(shop, "add id=2", 1);
    done(shop, "addbox id=1 box=a", 1);
    refused(shop, "addbox id=2 box=a", "duplicate", NULL);
    refused(shop, "delbox id=2 box=a", "missing", "not found: boxes box=\"a\""); /* it is another's */
    refused(shop, "delbox id=3 box=a", "within", NULL);
    done(shop, "delbox id=1 box=a", 1);
    refused(shop, "delbox id=1 box=a", "missing", NULL);
}

static void all_or_nothing(void **state)
{
    struct shop *shop = *state;

    done(shop, "add id=1", 1);
    done(shop, "addbox id=1 box=b2", 1);
    refused(shop, "addbox id=1 box=b second=Y", "duplicate", NULL); /* b is made, then b2 is there */
    assert_int_equal(rows(shop, "boxes", "box", "b"), 0);
    done(shop, "addbox id=1 box=b second=N", 1);
    done(shop, "addbox id=1 box=c second=Y", 2);
}

static void renames(void **state)
{
    struct shop *shop = *state;

    done(shop, "add id=1 name=Ann", 1);
    done(shop, "add id=2", 1);
    done(shop, "addbox id=1 box=a", 1);
    refused(shop, "change id=1 newid=2", "duplicate", "there already: customers customer_id=\"2\"");
    assert_int_equal(rows(shop, "boxes", "customer_id", "1"), 1);
    done(shop, "change id=1 newid=3", 2);
    assert_int_equal(rows(shop, "boxes", "customer_id", "3"), 1);
    assert_int_equal(rows(shop, "customers", "customer_id", "1"), 0);
    done(shop, "change id=3 name", 1); /* a cleared name is the empty one */
    assert_int_equal(rows(shop, "customers", "name", ""), 2);
    done(shop, "change id=3", 0);
}

static void a_removal_means_something(void **state)
{
    struct shop *shop = *state;

    done(shop, "add id=1", 1);
    done(shop, "addbox id=1 box=a size=L", 1);
    done(shop, "addbox id=1 box=b size=L", 1);
    refused(shop, "delbox id=1", "key-missing", "nothing says which of boxes is meant");
    done(shop, "delbox id=1 size=L", 2);
}

static void a_test_changes_nothing(void **state)
{
    struct shop      *shop = *state;
    struct steps_done d = { 0 };
    struct err        err = { 0 };

    assert_int_equal(carry_out(shop, "add id=1", false, &d, &err), ETL_OK);
    assert_int_equal(d.count, 1);
    assert_int_equal(rows(shop, "customers", "customer_id", "1"), 0);
    done(shop, "add id=1", 1);
    assert_int_equal(carry_out(shop, "add id=1", false, &d, &err), ETL_REJECT);
    assert_string_equal(err.rule, "duplicate");
}

static void secrets(void **state)
{
    struct shop *shop = *state;

    assert_true(steps_secret_column(shop->provider, STR("customers"), STR("password")));
    assert_false(steps_secret_column(shop->provider, STR("customers"), STR("name")));
    assert_false(steps_secret_column(shop->provider, STR("boxes"), STR("password")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)
int main(void)
{
    const struct CMUnitTest tests[] = { TEST(makes),
                                        TEST(owners),
                                        TEST(renames),
                                        TEST(all_or_nothing),
                                        TEST(secrets),
                                        TEST(a_removal_means_something),
                                        TEST(a_test_changes_nothing) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
