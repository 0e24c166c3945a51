/* tests/unit/formats/test_archive.c - archives: the same bytes for the same members, damage is noticed, encrypted parts open with the right key only. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "etl/core/system/atomic_file.h"
#include "formats/archive_reader.h"
#include "formats/archive_writer.h"
#include "formats/source.h"

static char folder[256];

static const char *in_folder(const char *name)
{
    static char paths[4][512];
    static int  next;

    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", folder, name);
    return paths[next];
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/subferry-archive.XXXXXX", getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    char command[512];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void write_file(const char *path, struct str text)
{
    int        fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    struct err err = { 0 };

    assert_true(fd >= 0);
    assert_int_equal(fd_write_all(fd, text, path, &err), ETL_OK);
    close(fd);
}

static struct str read_file(const char *path, struct arena *mem)
{
    struct str text = STR_NONE;
    struct err err = { 0 };

    assert_int_equal(file_read(path, 512 << 20, mem, &text, &err), ETL_OK);
    return text;
}

static void make_archive(const char *path, const char *content, const struct envelope_to *to)
{
    struct archive_writer *w = NULL;
    struct err             err = { 0 };
    int                    fd = open(content, O_RDONLY);

    assert_int_equal(archive_writer_open(path, &w, &err), ETL_OK);
    assert_int_equal(archive_writer_add(w, "customers.csv", fd, to, NULL, &err), ETL_OK);
    assert_int_equal(archive_writer_add(w, "raw/list.xml", fd, to, NULL, &err), ETL_OK);
    assert_int_equal(archive_writer_add_text(w, "manifest.json", STR("{}\n"), &err), ETL_OK);
    assert_int_equal(archive_writer_commit(w, &err), ETL_OK);
    archive_writer_free(w);
    close(fd);
}

/* All of a member through source.c, as `plan` reads it. */
static enum etl_status read_member(const char *path, const char *member, const struct envelope_keys *keys,
                                   struct buf *out, struct err *err)
{
    char            whole[1024], bytes[5000];
    struct source  *s = NULL;
    size_t          got;
    enum etl_status st;

    snprintf(whole, sizeof whole, "%s:%s", path, member);
    st = source_open_with(whole, NULL, keys, &s, err);
    while (st == ETL_OK && (st = source_read(s, bytes, sizeof bytes, &got, err)) == ETL_OK)
        buf_add(out, str_of(bytes, got));
    source_close(s);
    return st;
}

static const char *const forms[] = { "a.zip", "a.tar.gz", "a.tar.zst" };

static void same_members_same_bytes(void **state)
{
    struct arena mem;

    (void)state;
    arena_init(&mem, 1U << 30, "test");
    write_file(in_folder("content"), STR("id,name\n1,Zo\xc3\xab\n"));
    for (size_t i = 0; i < 3; i++) {
        struct str first, second;

        setenv("TZ", "Asia/Tokyo", 1);
        make_archive(in_folder(forms[i]), in_folder("content"), NULL);
        first = read_file(in_folder(forms[i]), &mem);
        setenv("TZ", "America/Denver", 1);
        make_archive(in_folder(forms[i]), in_folder("content"), NULL);
        second = read_file(in_folder(forms[i]), &mem);
        assert_true(str_eq(first, second));
    }
    unsetenv("TZ");
    arena_release(&mem);
}

static void members_come_back(void **state)
{
    (void)state;
    write_file(in_folder("content"), STR("id,name\n1,Ann\n"));
    for (size_t i = 0; i < 3; i++) {
        AUTO(buf_release) struct buf out;
        struct err                   err = { 0 };

        buf_init(&out, 1 << 20, "test");
        make_archive(in_folder(forms[i]), in_folder("content"), NULL);
        assert_int_equal(read_member(in_folder(forms[i]), "customers.csv", NULL, &out, &err), ETL_END);
        assert_true(str_is(buf_str(&out), "id,name\n1,Ann\n"));
        assert_int_equal(read_member(in_folder(forms[i]), "no.csv", NULL, &out, &err), ETL_FAIL);
        assert_string_equal(err.rule, "archive-member");
    }
}

static void an_archive_is_there_whole_or_not_at_all(void **state)
{
    struct archive_writer *w = NULL;
    struct err             err = { 0 };

    (void)state;
    assert_int_equal(archive_writer_open(in_folder("half.zip"), &w, &err), ETL_OK);
    assert_int_equal(archive_writer_add_text(w, "a", STR("a"), &err), ETL_OK);
    archive_writer_free(w);
    assert_int_not_equal(access(in_folder("half.zip"), F_OK), 0);
    assert_int_equal(archive_writer_open(in_folder("half.rar"), &w, &err), ETL_FAIL);
    assert_string_equal(err.rule, "archive-name");
}

/* Every packing has a checksum: no byte can change unnoticed, no end can go. */
static void damage_is_noticed(void **state)
{
    struct arena mem;

    (void)state;
    arena_init(&mem, 1U << 30, "test");
    write_file(in_folder("content"), STR("id,name\n1,Ann\n2,Bea\n3,Cy\n"));
    for (size_t i = 1; i < 3; i++) { /* .zip: only what a member's CRC covers is told */
        struct str whole;

        make_archive(in_folder(forms[i]), in_folder("content"), NULL);
        whole = read_file(in_folder(forms[i]), &mem);
        for (size_t cut = 0; cut < whole.len; cut += 7) {
            AUTO(buf_release) struct buf out;
            struct err                   err = { 0 };

            buf_init(&out, 1 << 20, "test");
            write_file(in_folder("cut"), str_head(whole, cut));
            assert_int_not_equal(read_member(in_folder("cut"), "customers.csv", NULL, &out, &err), ETL_END);
        }
    }
    arena_release(&mem);
}

static void shell(const char *fmt, ...)
{
    char    command[4096];
    va_list args;

    va_start(args, fmt);
    vsnprintf(command, sizeof command, fmt, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

static void make_certificate(const char *name)
{
    shell("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=%s -days 2 -keyout %s/%s.key -out %s/%s.crt 2>/dev/null",
          name, folder, name, folder, name);
}

static void parts_open_with_the_right_key_only(void **state)
{
    AUTO(buf_release) struct buf out;
    const char                  *recipients[1];
    struct envelope_to          *to = NULL;
    struct envelope_keys        *keys = NULL;
    struct err                   err = { 0 };

    (void)state;
    buf_init(&out, 1 << 20, "test");
    make_certificate("ann");
    make_certificate("bob");
    write_file(in_folder("pass"), STR("a long passphrase\n"));
    write_file(in_folder("content"), STR("id,password\n1,planted-secret\n"));
    recipients[0] = in_folder("ann.crt");
    assert_int_equal(envelope_to_open(recipients, 1, in_folder("pass"), &to, &err), ETL_OK);
    make_archive(in_folder("e.tar.gz"), in_folder("content"), to);

    assert_int_equal(read_member(in_folder("e.tar.gz"), "customers.csv", NULL, &out, &err), ETL_FAIL);
    assert_string_equal(err.rule, "archive-encrypted");
    assert_int_equal(envelope_keys_open(in_folder("ann.key"), NULL, &keys, &err), ETL_OK);
    assert_int_equal(read_member(in_folder("e.tar.gz"), "customers.csv", keys, &out, &err), ETL_END);
    assert_true(str_is(buf_str(&out), "id,password\n1,planted-secret\n"));
    envelope_keys_free(keys);
    buf_reset(&out);
    assert_int_equal(envelope_keys_open(NULL, in_folder("pass"), &keys, &err), ETL_OK);
    assert_int_equal(read_member(in_folder("e.tar.gz"), "raw/list.xml", keys, &out, &err), ETL_END);
    assert_true(str_is(buf_str(&out), "id,password\n1,planted-secret\n"));
    envelope_keys_free(keys);
    buf_reset(&out);
    assert_int_equal(envelope_keys_open(in_folder("bob.key"), NULL, &keys, &err), ETL_OK);
    assert_int_not_equal(read_member(in_folder("e.tar.gz"), "customers.csv", keys, &out, &err), ETL_END);
    assert_int_equal(out.len, 0);
    envelope_keys_free(keys);

    /* Other people's tools, nothing of ours. */
    shell("cd %s && mkdir -p x && tar -xzf e.tar.gz -C x && ! grep -rq planted-secret x", folder);
    shell(
        "cd %s && openssl cms -decrypt -inform DER -in x/customers.csv.001.p7m -inkey ann.key -recip ann.crt | grep -q '^1,planted-secret$'",
        folder);
    shell(
        "cd %s && openssl cms -decrypt -inform DER -in x/customers.csv.001.p7m -pwri_password 'a long passphrase' | grep -q '^1,planted-secret$'",
        folder);
    envelope_to_free(to);
}

/* A report without answers is an empty member, and its part opens all the same. */
static void an_empty_member_is_sealed_too(void **state)
{
    AUTO(buf_release) struct buf out;
    struct envelope_to          *to = NULL;
    struct envelope_keys        *keys = NULL;
    struct err                   err = { 0 };

    (void)state;
    buf_init(&out, 1 << 20, "test");
    write_file(in_folder("pass"), STR("a long passphrase\n"));
    write_file(in_folder("content"), STR(""));
    assert_int_equal(envelope_to_open(NULL, 0, in_folder("pass"), &to, &err), ETL_OK);
    make_archive(in_folder("n.tar.gz"), in_folder("content"), to);
    assert_int_equal(envelope_keys_open(NULL, in_folder("pass"), &keys, &err), ETL_OK);
    assert_int_equal(read_member(in_folder("n.tar.gz"), "raw/list.xml", keys, &out, &err), ETL_END);
    assert_int_equal(out.len, 0);
    shell(
        "cd %s && mkdir -p n && tar -xzf n.tar.gz -C n && openssl cms -decrypt -inform DER -in n/customers.csv.001.p7m -pwri_password 'a long passphrase' -out n/clear && [ ! -s n/clear ]",
        folder);
    envelope_keys_free(keys);
    envelope_to_free(to);
}

static void a_changed_message_gives_nothing(void **state)
{
    AUTO(buf_release) struct buf clear, message;
    struct envelope_to          *to = NULL;
    struct envelope_keys        *keys = NULL;
    struct arena                 mem;
    struct err                   err = { 0 };
    struct str                   sealed;
    int                          in, sealed_fd;

    (void)state;
    arena_init(&mem, 1U << 30, "test");
    buf_init(&clear, 1 << 20, "test");
    buf_init(&message, 1 << 20, "test");
    make_certificate("carl");
    const char *recipients[] = { in_folder("carl.crt") };
    write_file(in_folder("content"), STR("a secret of some length, so that there is something to change\n"));
    assert_int_equal(envelope_to_open(recipients, 1, NULL, &to, &err), ETL_OK);
    in = open(in_folder("content"), O_RDONLY);
    sealed_fd = open(in_folder("m.p7m"), O_CREAT | O_RDWR | O_TRUNC, 0600);
    assert_int_equal(envelope_seal(to, in, sealed_fd, &err), ETL_OK);
    close(in);
    close(sealed_fd);
    sealed = read_file(in_folder("m.p7m"), &mem);
    assert_int_equal(envelope_keys_open(in_folder("carl.key"), NULL, &keys, &err), ETL_OK);
    assert_int_equal(envelope_open(keys, sealed, &clear, &err), ETL_OK);
    for (size_t i = sealed.len - 120; i < sealed.len; i++) { /* the content and its tag stand at the end */
        buf_reset(&message);
        buf_reset(&clear);
        buf_add(&message, sealed);
        message.ptr[i] = (char)(message.ptr[i] ^ 0x10);
        if (envelope_open(keys, buf_str(&message), &clear, &err) == ETL_OK) {
            /* a length that only says where nothing follows */
            assert_true(
                str_starts(buf_str(&clear), STR("a secret of some length, so that there is something to change")));
        } else {
            assert_int_equal(clear.len, 0);
        }
    }
    for (size_t cut = 1; cut < sealed.len; cut += 11) {
        buf_reset(&clear);
        assert_int_not_equal(envelope_open(keys, str_head(sealed, cut), &clear, &err), ETL_OK);
        assert_int_equal(clear.len, 0);
    }
    envelope_keys_free(keys);
    envelope_to_free(to);
    arena_release(&mem);
}

static void more_than_one_part(void **state)
{
    struct envelope_to   *to = NULL;
    struct envelope_keys *keys = NULL;
    struct err            err = { 0 };
    struct source        *s = NULL;
    char                 *block = malloc(1 << 20), whole[600];
    uint64_t              total = 0;
    size_t                got;
    enum etl_status       st;
    int                   fd;

    (void)state;
    write_file(in_folder("pass"), STR("a long passphrase\n"));
    fd = open(in_folder("big"), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    for (unsigned i = 0; i < 66; i++) {
        memset(block, 'a' + (int)(i % 26), 1 << 20);
        assert_int_equal(fd_write_all(fd, str_of(block, 1 << 20), "big", &err), ETL_OK);
    }
    close(fd);
    assert_int_equal(envelope_to_open(NULL, 0, in_folder("pass"), &to, &err), ETL_OK);
    make_archive(in_folder("big.tar.zst"), in_folder("big"), to);
    assert_int_equal(envelope_keys_open(NULL, in_folder("pass"), &keys, &err), ETL_OK);
    snprintf(whole, sizeof whole, "%s:raw/list.xml", in_folder("big.tar.zst")); /* past another member of two parts */
    assert_int_equal(source_open_with(whole, NULL, keys, &s, &err), ETL_OK);
    while ((st = source_read(s, block, 1 << 20, &got, &err)) == ETL_OK) {
        for (size_t i = 0; i < got; i += 4099)
            assert_int_equal(block[i], 'a' + (int)((total + i) / (1 << 20) % 26));
        total += got;
    }
    assert_int_equal(st, ETL_END);
    assert_int_equal(total, 66 << 20);
    source_close(s);
    envelope_keys_free(keys);
    envelope_to_free(to);
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_members_same_bytes),
        cmocka_unit_test(members_come_back),
        cmocka_unit_test(an_archive_is_there_whole_or_not_at_all),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(parts_open_with_the_right_key_only),
        cmocka_unit_test(an_empty_member_is_sealed_too),
        cmocka_unit_test(a_changed_message_gives_nothing),
        cmocka_unit_test(more_than_one_part),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
