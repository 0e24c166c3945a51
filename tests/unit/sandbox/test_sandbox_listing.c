/* tests/unit/sandbox/test_sandbox_listing.c - providers/sandbox/listing.h: the same bytes in pieces of any size, whatever becomes of the rows meanwhile. */
#include "providers/sandbox/listing.h"
#include "tests/unit/shop.h"

enum { ROWS = 500 };

struct shop {
    struct arena           mem;
    const struct provider *provider;
    struct hosted_provider hosted;
    struct state_table    *table;
    struct state_row     **rows;
};

static int open_shop(void **state)
{
    static struct shop shop;

    shop = (struct shop){ 0 };
    arena_init(&shop.mem, 1 << 26, "a test");
    shop.provider = shop_load(&shop.mem);
    hosted_provider_open(&shop.hosted, shop.provider, shop_credentials, &real_random, &shop.mem);
    shop.table = state_table(shop.hosted.state, STR("customers"));
    for (int i = 0; i < ROWS; i++) {
        struct state_row *row = state_insert(shop.hosted.state, shop.table);

        state_set(shop.hosted.state, shop.table, row, STR("customer_id"), arena_fmt(&shop.mem, "%d", i));
        state_set(shop.hosted.state, shop.table, row, STR("name"), STR("Zo\xc3\xab \"Z\" <&>"));
    }
    state_commit(shop.hosted.state);
    assert_int_equal(state_select(shop.table, NULL, 0, &shop.mem, &shop.rows), ROWS);
    *state = &shop;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;

    hosted_provider_close(&shop->hosted);
    provider_free(shop->provider);
    arena_release(&shop->mem);
    return 0;
}

static const struct report *report(struct shop *shop, const char *name)
{
    for (size_t i = 0; i < shop->provider->report_count; i++)
        if (str_is(shop->provider->reports[i].name, name))
            return &shop->provider->reports[i];
    fail();
    return NULL;
}

static struct render how(struct shop *shop, const char *name, enum fault_kind rot)
{
    const struct report *r = report(shop, name);

    return (struct render){ r, r->command, &shop->provider->wires[0], rot };
}

static struct listing *list(struct shop *shop, const char *name, enum fault_kind rot)
{
    const struct render render = how(shop, name, rot);

    return listing_new(&shop->hosted, &render, shop->table, shop->rows, ROWS);
}

/* The rest of a listing, read `room` bytes at a time; freed. */
static struct str rest_of(struct shop *shop, struct listing *l, size_t room)
{
    AUTO(buf_release) struct buf out;
    char                         piece[4096];
    size_t                       n;

    buf_init(&out, 1 << 24, "a test");
    while ((n = listing_read(l, piece, room)) != 0) {
        assert_true(n <= room);
        buf_add(&out, str_of(piece, n));
    }
    assert_int_equal(listing_read(l, piece, room), 0);
    listing_free(l);
    return arena_str(&shop->mem, buf_str(&out));
}

static void pieces(void **state)
{
    static const size_t          rooms[] = { 1, 7, 100, 4096 };
    struct shop                 *shop = *state;
    const struct render          render = how(shop, "customers", FAULT_NONE);
    AUTO(buf_release) struct buf whole;

    buf_init(&whole, 1 << 24, "a test");
    listing_whole(&render, shop->table, shop->rows, ROWS, &whole);
    assert_true(str_starts(
        buf_str(&whole), STR("<customerlist>\n<customer><id>0</id><who><name>Zo\xc3\xab \"Z\" &lt;&amp;&gt;</name>")));
    assert_true(str_ends(buf_str(&whole), STR("</customer>\n</customerlist>\n")));
    for (size_t i = 0; i < COUNT(rooms); i++)
        assert_text(rest_of(shop, list(shop, "customers", FAULT_NONE), rooms[i]), buf_str(&whole));
}

static void rows_that_go(void **state)
{
    struct shop    *shop = *state;
    struct listing *l = list(shop, "rows", FAULT_NONE), *other = list(shop, "rows", FAULT_NONE);
    struct str      want = rest_of(shop, list(shop, "rows", FAULT_NONE), 4096);
    char            first[64];

    assert_int_equal(listing_read(l, first, 64), 64);
    for (int i = 0; i < ROWS; i += 2)
        state_remove(shop->hosted.state, shop->table, shop->rows[i]);
    state_set(shop->hosted.state, shop->table, shop->rows[1], STR("other"), STR("x"));
    state_set(shop->hosted.state, shop->table, shop->rows[1], STR("other"), STR("y"));
    state_commit(shop->hosted.state);
    /* Emptied as by /_/reset: the listings still have what they began with. */
    pthread_mutex_lock(&shop->hosted.mutex);
    state_free(shop->hosted.state);
    shop->hosted.state = state_new();
    pthread_mutex_unlock(&shop->hosted.mutex);
    assert_text(rest_of(shop, l, 1000), str_skip(want, 64));
    assert_text(rest_of(shop, other, 1000), want);
}

static void rotten(void **state)
{
    static const struct {
        enum fault_kind rot;
        const char     *report, *begins;
    } rows[] = {
        { FAULT_NONE, "rows", "\"0\",\"Zo\xc3\xab \"\"Z\"\" <&>\",\"\"\n\"1\"" },
        { FAULT_LATIN1, "rows", "\"0\",\"Zo\xeb \"\"Z\"\" <&>\",\"\"\n\"1\"" },
        { FAULT_RAW_QUOTES, "rows", "\"0\",\"Zo\xc3\xab \"Z\" <&>\",\"\"\n\"1\"" },
        { FAULT_CONTROL, "rows", "\"0\",\"Z\vo\xc3\xab \"\"Z\"\" <&>\",\"\"\n\"1\"" },
        { FAULT_LATIN1, "customers", "<customerlist>\n<customer><id>0</id><who><name>Zo\xeb \"Z\" &lt;" },
        { FAULT_CONTROL, "customers", "<customerlist>\n<customer><id>0</id><who><name>Z\vo\xc3\xab" },
        { FAULT_ROOTS, "customers", "<customer><id>0</id>" },
    };
    struct shop *shop = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str got = rest_of(shop, list(shop, rows[i].report, rows[i].rot), 4096);

        if (!str_starts(got, str_from(rows[i].begins)))
            fail_row(i, "%.*s", STR_ARG(str_head(got, 100)));
    }
}

static void halved(void **state)
{
    struct shop    *shop = *state;
    struct listing *l = list(shop, "customers", FAULT_NONE);
    struct str      got;

    listing_halve(l);
    got = rest_of(shop, l, 4096);
    assert_true(str_contains(got, STR("<id>249</id>")));
    assert_false(str_contains(got, STR("<id>250</id>")));
    assert_false(str_contains(got, STR("</customerlist>")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)
int main(void)
{
    const struct CMUnitTest tests[] = { TEST(pieces), TEST(rows_that_go), TEST(rotten), TEST(halved) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
