/* tests/unit/secrets/test_key.c - etl/secrets/key.h: sealed values open at their own place only; passwords; and both again by an independent hand. */
#include "etl/secrets/made_password.h"
#include "etl/secrets/sealer.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"

static char folder[] = "/tmp/test_key.XXXXXX";

/* A key that every test knows: 00 01 02 … 1f. */
static const char known_key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

static const char *path_of(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *key_file(const char *name, const char *text, mode_t mode)
{
    const char *path = path_of(name);
    int         fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    return path;
}

static struct key *open_key(const char *name, const char *text)
{
    struct key *k;
    struct err  err = { 0 };

    assert_int_equal(key_open(key_file(name, text, 0600), NULL, &k, &err), ETL_OK);
    return k;
}

/* ---- the file ---- */

static void made_once_and_kept(void **state)
{
    struct key *k, *again;
    struct err  err = { 0 };
    struct stat st;
    char        id[17];

    (void)state;
    assert_int_equal(key_open(path_of("made"), NULL, &k, &err), ETL_FAIL); /* nobody said that it may be made */
    assert_string_equal(err.rule, "key-missing");
    assert_int_equal(key_open(path_of("made"), &real_random, &k, &err), ETL_OK);
    assert_int_equal(stat(path_of("made"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(key_id(k).len, 16);
    memcpy(id, key_id(k).ptr, sizeof id);
    assert_int_equal(key_open(path_of("made"), &real_random, &again, &err), ETL_OK);
    assert_text(key_id(again), str_of(id, 16));
    key_free(k);
    key_free(again);
    key_free(NULL);
}

static void bad_files(void **state)
{
    static const struct {
        const char *text;
        mode_t      mode;
        const char *rule;
    } rows[] = {
        { known_key, 0640, "key-open" },
        { known_key, 0604, "key-open" },
        { "", 0600, "key-form" },
        { "000102", 0600, "key-form" },
        { "0g0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", 0600, "key-form" },
        { " 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n", 0600, "key-form" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct key *k = NULL;
        struct err  err = { 0 };

        if (key_open(key_file("bad", rows[i].text, rows[i].mode), &real_random, &k, &err) != ETL_FAIL ||
            strcmp(err.rule, rows[i].rule) != 0)
            fail_row(i, "%s: %s", err.rule, err.text);
        assert_null(strstr(err.text, "0001")); /* no part of a key in a message */
    }
}

static void the_default_place(void **state)
{
    struct key *k;
    struct err  err = { 0 };
    char        path[300];

    (void)state;
    setenv("XDG_STATE_HOME", path_of("state/deep"), 1);
    assert_int_equal(key_open(NULL, &real_random, &k, &err), ETL_OK);
    key_free(k);
    snprintf(path, sizeof path, "%s/state/deep/subferry/key", folder);
    assert_int_equal(access(path, R_OK), 0);
    unlink(path);
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    assert_int_equal(key_open(NULL, &real_random, &k, &err), ETL_FAIL);
    assert_string_equal(err.rule, "key-place");
}

/* ---- sealing ---- */

static const struct seal_place place = { { "ispn", 4 }, { "addcust", 7 }, { "pass", 4 }, { "1001", 4 } };

static void what_is_sealed_opens_again(void **state)
{
    struct key         *k = open_key("k", known_key);
    struct sealer      *s = sealer_new(k), *other = sealer_new(k);
    char                plain[5000];
    static const size_t lengths[] = { 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000, 5000 };

    (void)state;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (char)(i * 7);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        AUTO(buf_wipe) struct buf sealed;
        AUTO(buf_wipe) struct buf again;
        AUTO(buf_wipe) struct buf opened;
        struct err                err = { 0 };

        buf_init(&sealed, 20000, "a test");
        buf_init(&again, 20000, "a test");
        buf_init(&opened, 20000, "a test");
        seal(s, &place, str_of(plain, lengths[i]), &sealed);
        assert_int_equal(sealed.len, ((16 + lengths[i]) * 4 + 2) / 3);
        seal(other, &place, str_of(plain, lengths[i]), &again);
        assert_text(buf_str(&again), buf_str(&sealed)); /* equal input, equal bytes */
        assert_int_equal(unseal(other, &place, buf_str(&sealed), &opened, &err), ETL_OK);
        assert_true(str_eq(buf_str(&opened), str_of(plain, lengths[i])));
    }
    sealer_free(s);
    sealer_free(other);
    sealer_free(NULL);
    key_free(k);
}

static void assert_refused(struct sealer *s, const struct seal_place *at, struct str sealed)
{
    AUTO(buf_wipe) struct buf opened;
    struct err                err = { 0 };

    buf_init(&opened, 1000, "a test");
    assert_int_equal(unseal(s, at, sealed, &opened, &err), ETL_FAIL);
    assert_int_equal(opened.len, 0);
    assert_string_equal(err.rule, "sealed");
}

static void moved_values_refuse(void **state)
{
    const struct seal_place elsewhere[] = {
        { STR("safepages"), place.command, place.param, place.lane },
        { place.provider, STR("dialup_add"), place.param, place.lane },
        { place.provider, place.command, STR("dbpass"), place.lane },
        { place.provider, place.command, place.param, STR("1002") },
        { STR("ispna"), STR("ddcust"), place.param, place.lane },
        { place.provider, place.command, STR("pass1"), STR("001") },
        { place.provider, place.command, STR(""), STR("pass1001") },
    };
    struct key    *k = open_key("k", known_key);
    struct key    *strange = open_key("k2", "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    struct sealer *s = sealer_new(k), *other = sealer_new(strange);
    AUTO(buf_wipe) struct buf sealed;

    (void)state;
    buf_init(&sealed, 1000, "a test");
    seal(s, &place, STR("hunter2"), &sealed);
    for (size_t i = 0; i < COUNT(elsewhere); i++)
        assert_refused(s, &elsewhere[i], buf_str(&sealed));
    assert_refused(other, &place, buf_str(&sealed));
    sealer_free(s);
    sealer_free(other);
    key_free(k);
    key_free(strange);
}

static void changed_values_refuse(void **state)
{
    struct key               *k = open_key("k", known_key);
    struct sealer            *s = sealer_new(k);
    AUTO(buf_wipe) struct buf sealed;

    (void)state;
    buf_init(&sealed, 1000, "a test");
    seal(s, &place, STR("hunter2 and more"), &sealed);
    for (size_t i = 0; i + 1 < sealed.len; i++) { /* the last character has bits that stand for nothing */
        char was = sealed.ptr[i];

        sealed.ptr[i] = was == 'A' ? 'B' : 'A';
        assert_refused(s, &place, buf_str(&sealed));
        sealed.ptr[i] = was;
    }
    for (size_t len = 0; len < sealed.len; len++)
        assert_refused(s, &place, str_of(sealed.ptr, len));
    assert_refused(s, &place, STR("not base64url at all!"));
    assert_refused(s, &place, STR("AAAA\0AAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    sealer_free(s);
    key_free(k);
}

/* ---- the same by an independent hand: RFC 5297 on CMAC and CTR, RFC 5869 ---- */

static void cmac(const unsigned char *key, size_t key_len, const unsigned char *bytes, size_t len,
                 unsigned char out[16])
{
    EVP_MAC     *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    char         cipher[] = "AES-256-CBC";
    OSSL_PARAM   params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                              OSSL_PARAM_construct_end() };
    size_t       got = 0;

    if (key_len == 16)
        memcpy(cipher, "AES-128-CBC", sizeof cipher);
    assert_int_equal(EVP_MAC_init(ctx, key, key_len, params), 1);
    assert_int_equal(EVP_MAC_update(ctx, bytes, len), 1);
    assert_int_equal(EVP_MAC_final(ctx, out, &got, 16), 1);
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
}

static void double_it(unsigned char block[16])
{
    unsigned char carry = block[0] >> 7;

    for (size_t i = 0; i < 15; i++)
        block[i] = (unsigned char)(block[i] << 1 | block[i + 1] >> 7);
    block[15] = (unsigned char)(block[15] << 1 ^ (carry ? 0x87 : 0));
}

/* Section 2.4. */
static void s2v(const unsigned char *key, size_t key_len, const struct str *parts, size_t count, struct str plain,
                unsigned char out[16])
{
    static const unsigned char zero[16] = { 0 };
    unsigned char              d[16], mac[16], last[5000];

    cmac(key, key_len, zero, 16, d);
    for (size_t i = 0; i < count; i++) {
        double_it(d);
        cmac(key, key_len, (const unsigned char *)parts[i].ptr, parts[i].len, mac);
        for (size_t k = 0; k < 16; k++)
            d[k] ^= mac[k];
    }
    memset(last, 0, sizeof last);
    memcpy(last, plain.ptr, plain.len);
    if (plain.len >= 16) {
        for (size_t k = 0; k < 16; k++)
            last[plain.len - 16 + k] ^= d[k];
        cmac(key, key_len, last, plain.len, out);
        return;
    }
    double_it(d);
    last[plain.len] = 0x80;
    for (size_t k = 0; k < 16; k++)
        last[k] ^= d[k];
    cmac(key, key_len, last, 16, out);
}

/* Section 2.6: V || CTR. */
static size_t siv_encrypt(const unsigned char *key, size_t half, const struct str *parts, size_t count,
                          struct str plain, unsigned char *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    unsigned char   counter[16];
    int             len = 0;

    s2v(key, half, parts, count, plain, out);
    memcpy(counter, out, 16);
    counter[8] &= 0x7f;
    counter[12] &= 0x7f;
    assert_int_equal(
        EVP_EncryptInit_ex(ctx, half == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), NULL, key + half, counter), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, out + 16, &len, (const unsigned char *)plain.ptr, (int)plain.len), 1);
    EVP_CIPHER_CTX_free(ctx);
    return 16 + plain.len;
}

static void from_hex(const char *hex, unsigned char *out)
{
    for (size_t i = 0; hex[2 * i] != '\0'; i++) {
        unsigned byte = 0;

        sscanf(hex + 2 * i, "%2x", &byte);
        out[i] = (unsigned char)byte;
    }
}

/* RFC 5297 A.1, so that the hand below is known to be right. */
static void the_vector_of_the_rfc(void **state)
{
    unsigned char key[32], ad[24] = { 0 }, plain[14], want[30], got[64];
    struct str    parts[1] = { str_of((const char *)ad, sizeof ad) };

    (void)state;
    from_hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", key);
    from_hex("101112131415161718191a1b1c1d1e1f2021222324252627", ad);
    from_hex("112233445566778899aabbccddee", plain);
    from_hex("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c", want);
    assert_int_equal(siv_encrypt(key, 16, parts, 1, str_of((const char *)plain, sizeof plain), got), sizeof want);
    assert_memory_equal(got, want, sizeof want);
}

static void derive(const char *info, unsigned char *out, size_t len)
{
    EVP_KDF      *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX  *ctx = EVP_KDF_CTX_new(kdf);
    unsigned char master[32];
    char          digest[] = "SHA256", text[64];
    OSSL_PARAM    params[] = { OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, master, sizeof master),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, text, strlen(info)),
                               OSSL_PARAM_construct_end() };

    from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", master);
    snprintf(text, sizeof text, "%s", info);
    assert_int_equal(EVP_KDF_derive(ctx, out, len, params), 1);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}

static void sealed_as_the_rfcs_say(void **state)
{
    struct key             *k = open_key("k", known_key);
    struct sealer          *s = sealer_new(k);
    unsigned char           key[64], want[100], got[100];
    const struct str        parts[4] = { place.provider, place.command, place.param, place.lane };
    static const struct str plains[] = { { "hunter2", 7 },
                                         { "exactly16letters", 16 },
                                         { "more than sixteen letters long", 30 } };

    (void)state;
    derive("subferry value", key, sizeof key);
    for (size_t i = 0; i < COUNT(plains); i++) {
        AUTO(buf_wipe) struct buf sealed;
        size_t                    len = siv_encrypt(key, 32, parts, 4, plains[i], want), at = 0;

        buf_init(&sealed, 1000, "a test");
        seal(s, &place, plains[i], &sealed);
        for (size_t c = 0, word = 0, bits = 0; c < sealed.len; c++) {
            static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

            word = word << 6 | (size_t)(strchr(alphabet, sealed.ptr[c]) - alphabet);
            bits += 6;
            if (bits >= 8)
                got[at++] = (unsigned char)(word >> (bits -= 8));
        }
        assert_int_equal(at, len);
        assert_memory_equal(got, want, len);
    }
    sealer_free(s);
    key_free(k);
}

/* ---- passwords and fingerprints ---- */

static void password_at(const struct key *k, const struct password_place *where, unsigned attempt, size_t length,
                        char *out)
{
    AUTO(buf_wipe) struct buf b;

    buf_init(&b, 1000, "a test");
    assert_true(made_password(k, where, attempt, length, &b));
    assert_int_equal(b.len, length);
    memcpy(out, b.ptr, length);
    out[length] = '\0';
}

static void password_of(const struct key *k, const char *lane, const char *param, unsigned attempt, size_t length,
                        char *out)
{
    struct password_place where = { str_from(lane), str_from(param), STR("a mailbox"), STR("") };

    password_at(k, &where, attempt, length, out);
}

/* Passwords were handed out by these: they must stay what they are. Each row differs from the first in one text, or in where one text ends. */
static void password_vectors(void **state)
{
    static const struct {
        struct password_place place;
        const char           *password;
    } rows[] = {
        { { BYTES("1001"), BYTES("pass"), BYTES("jdoe@example.net"), BYTES("") }, "hV8ZJ4tHM5nv" },
        { { BYTES("1001"), BYTES("pass"), BYTES("ann@example.net"), BYTES("") }, "aE2yehjPSjUp" },
        { { BYTES("1001"), BYTES("pass"), BYTES("jdoe@example.net"), BYTES("spring") }, "bP6G6JiyWdRY" },
        { { BYTES("1001"), BYTES("dbpass"), BYTES("jdoe@example.net"), BYTES("") }, "xD2qTXbx6L9q" },
        { { BYTES("1002"), BYTES("pass"), BYTES("jdoe@example.net"), BYTES("") }, "uM6bVUtmAVnF" },
        { { BYTES("1001p"), BYTES("ass"), BYTES("jdoe@example.net"), BYTES("") }, "zC3EvSawJTKy" },
        { { BYTES("1001"), BYTES("passj"), BYTES("doe@example.net"), BYTES("") }, "vN5CtqLNsNML" },
        { { BYTES("1001"), BYTES("pass"), BYTES("jdoe@example.ne"), BYTES("t") }, "aY2By5Y4eUcm" },
    };
    struct key *k = open_key("k", known_key);
    char        got[100];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        password_at(k, &rows[i].place, 0, 12, got);
        assert_string_equal(got, rows[i].password);
    }
    key_free(k);
}

static void a_place_that_is_too_long_makes_none(void **state)
{
    struct key               *k = open_key("k", known_key);
    char                     *text = calloc(1, MADE_PASSWORD_PLACE_BYTES_MAX);
    struct password_place     where = { STR("1001"), STR("pass"), { text, MADE_PASSWORD_PLACE_BYTES_MAX }, STR("") };
    AUTO(buf_wipe) struct buf b;

    (void)state;
    assert_non_null(text);
    buf_init(&b, 1000, "a test");
    assert_false(made_password(k, &where, 0, 12, &b));
    free(text);
    key_free(k);
}

static void passwords(void **state)
{
    struct key *k = open_key("k", known_key);
    struct key *strange = open_key("k2", "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    char        first[100], second[100];
    unsigned    seen[256] = { 0 };

    (void)state;
    password_of(k, "1001", "pass", 0, 12, first);
    password_of(k, "1001", "pass", 0, 12, second);
    assert_string_equal(first, second); /* the same at every planning */
    password_of(k, "1001", "pass", 1, 12, second);
    assert_string_not_equal(first, second);
    password_of(k, "1002", "pass", 0, 12, second);
    assert_string_not_equal(first, second);
    password_of(k, "1001", "dbpass", 0, 12, second);
    assert_string_not_equal(first, second);
    password_of(strange, "1001", "pass", 0, 12, second);
    assert_string_not_equal(first, second);
    password_of(k, "ab", "c", 0, 12, first);
    password_of(k, "a", "bc", 0, 12, second);
    assert_string_not_equal(first, second); /* lane and parameter do not run together */
    for (unsigned i = 0; i < 2000; i++) {
        password_of(k, "1001", "pass", i, 3 + i % 60, first);
        assert_non_null(strpbrk(first, "abcdefghijkmnpqrstuvwxyz"));
        assert_non_null(strpbrk(first, "ABCDEFGHJKLMNPQRSTUVWXYZ"));
        assert_non_null(strpbrk(first, "23456789"));
        for (const char *c = first + (strlen(first) > 3 ? 3 : strlen(first)); *c != '\0'; c++)
            seen[(unsigned char)*c]++;
    }
    for (const char *c = "0Oo1lI"; *c != '\0'; c++)
        assert_int_equal(seen[(unsigned char)*c], 0);
    for (const char *c = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"; *c != '\0'; c++)
        assert_in_range(seen[(unsigned char)*c], 800, 1400); /* 59,000 over 56: 1,054 each, give or take ten sigma */
    key_free(k);
    key_free(strange);
}

static void fingerprints_and_macs(void **state)
{
    struct key   *k = open_key("k", known_key);
    struct key   *strange = open_key("k2", "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    unsigned char a[32], b[32];

    (void)state;
    key_fingerprint(k, STR("hunter2"), a);
    key_fingerprint(k, STR("hunter2"), b);
    assert_memory_equal(a, b, 16);
    key_fingerprint(k, STR("hunter3"), b);
    assert_memory_not_equal(a, b, 16);
    key_fingerprint(strange, STR("hunter2"), b);
    assert_memory_not_equal(a, b, 16);
    key_password_mac(k, STR("hunter2"), b);
    assert_memory_not_equal(a, b, 16); /* each use has a key of its own */
    key_free(k);
    key_free(strange);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "made", "bad", "k", "k2" };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        unlink(path_of(names[i]));
    rmdir(path_of("state/deep/subferry"));
    rmdir(path_of("state/deep"));
    rmdir(path_of("state"));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_once_and_kept),
        cmocka_unit_test(bad_files),
        cmocka_unit_test(the_default_place),
        cmocka_unit_test(what_is_sealed_opens_again),
        cmocka_unit_test(moved_values_refuse),
        cmocka_unit_test(changed_values_refuse),
        cmocka_unit_test(the_vector_of_the_rfc),
        cmocka_unit_test(sealed_as_the_rfcs_say),
        cmocka_unit_test(passwords),
        cmocka_unit_test(password_vectors),
        cmocka_unit_test(a_place_that_is_too_long_makes_none),
        cmocka_unit_test(fingerprints_and_macs),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
