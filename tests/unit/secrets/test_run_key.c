/* tests/unit/secrets/test_run_key.c - etl/secrets/run_key.h: the MAC of a seal and the tags of blocks, against another implementation.
 *
 * The wanted values were made with Python's cryptography: HKDF(SHA-256, salt = run id) of the key, HMAC-SHA-256, AES-256-GCM of nothing with
 * the block as associated data and nonce = file (4 bytes) || block (8 bytes). */
#include "etl/secrets/run_key.h"

#include <unistd.h>

#include "etl/core/buf.h"
#include "etl/core/system/atomic_file.h"
#include "tests/unit/check.h"

#define RUN_ID "0123456789abcdef0123456789abcdef"

static char            folder[] = "/tmp/test_run_key.XXXXXX", path[64];
static struct key     *key;
static struct run_key *run;

static void expect_hex(size_t row, const unsigned char *bytes, size_t n, const char *want)
{
    AUTO(buf_release) struct buf hex;

    buf_init(&hex, 1 << 10, "a test");
    buf_hex(&hex, bytes, n);
    if (!str_is(buf_str(&hex), want))
        fail_row(row, "%s, want %s", buf_cstr(&hex), want);
}

static void the_mac_of_a_seal(void **state)
{
    unsigned char   mac[SEAL_MAC_BYTES], other[SEAL_MAC_BYTES];
    struct run_key *second = run_key_new(key, STR("0123456789abcdef0123456789abcdee"));

    (void)state;
    run_key_mac(run, STR("what the seal says"), mac);
    expect_hex(0, mac, sizeof mac, "6051f45badd9131942e4ec720bc2fbb29d94eaf0a1857ff0d968f9b3c7cd2a09");
    run_key_mac(second, STR("what the seal says"), other);
    assert_memory_not_equal(mac, other, sizeof mac); /* each run has a key of its own */
    run_key_free(second);
}

static void the_tags_of_blocks(void **state)
{
    static char long_block[70000];
    const struct {
        struct block_place place;
        struct str         bytes;
        const char        *want;
    } rows[] = {
        { { 0, 0 }, STR(""), "847a33228b409bf08e27a1e0559520aa" },
        { { 3, 5 }, STR("{\"lane\":\"1001\"}\n"), "6484dbaf1a94f5622bdbb634d25db679" },
        { { 2, (UINT64_C(1) << 40) + 1 }, { long_block, sizeof long_block }, "24be06b528d9202aa70dec354837a049" },
    };
    struct block_tagger *t = block_tagger_new(run);

    (void)state;
    memset(long_block, 'x', sizeof long_block);
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned char tag[BLOCK_TAG_BYTES];

        block_tag(t, rows[i].place, rows[i].bytes, tag);
        expect_hex(i, tag, sizeof tag, rows[i].want);
        assert_true(block_tag_holds(t, rows[i].place, rows[i].bytes, tag));
        tag[i] ^= 1;
        assert_false(block_tag_holds(t, rows[i].place, rows[i].bytes, tag));
    }
    block_tagger_free(t);
}

static void a_tag_holds_at_its_place_only(void **state)
{
    static const struct block_place others[] = { { 3, 4 }, { 2, 5 }, { 3, 5 + (UINT64_C(1) << 32) }, { 5, 3 } };
    struct block_tagger            *t = block_tagger_new(run);
    unsigned char                   tag[BLOCK_TAG_BYTES];

    (void)state;
    block_tag(t, (struct block_place){ 3, 5 }, STR("block"), tag);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(block_tag_holds(t, others[i], STR("block"), tag));
    assert_false(block_tag_holds(t, (struct block_place){ 3, 5 }, STR("Block"), tag));
    assert_false(block_tag_holds(t, (struct block_place){ 3, 5 }, STR("bloc"), tag));
    assert_true(block_tag_holds(t, (struct block_place){ 3, 5 }, STR("block"), tag));
    block_tagger_free(t);
}

static int set_up(void **state)
{
    struct atomic_file file = { 0 };

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/key", folder);
    if (atomic_file_begin(&file, path, NULL) != ETL_OK ||
        atomic_file_write(&file, STR("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"), NULL) !=
            ETL_OK ||
        atomic_file_commit(&file, NULL) != ETL_OK || key_open(path, NULL, &key, NULL) != ETL_OK)
        return -1;
    run = run_key_new(key, STR(RUN_ID));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    run_key_free(run);
    key_free(key);
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mac_of_a_seal),
        cmocka_unit_test(the_tags_of_blocks),
        cmocka_unit_test(a_tag_holds_at_its_place_only),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
