/* tests/unit/formats/test_source.c - formats/source.h: the same bytes however they are packed, and every damage noticed. */
#include "formats/source.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/unit/check.h"

static char       folder[] = "/tmp/test_source.XXXXXX";
static char       input[100];
static struct str plain; /* 400 KB that pack badly enough to fill several buffers */

/* ---- making inputs ---- */

static void write_input(struct str bytes)
{
    int fd = open(input, O_WRONLY | O_TRUNC | O_CREAT, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
    close(fd);
}

static void add_gzip(struct buf *out, struct str bytes)
{
    z_stream z = { 0 };
    size_t   room = compressBound(bytes.len) + 64;

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_true(buf_reserve(out, room));
    z.next_in = (unsigned char *)(uintptr_t)bytes.ptr;
    z.avail_in = (uInt)bytes.len;
    z.next_out = (unsigned char *)out->ptr + out->len;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

static void add_zstd(struct buf *out, struct str bytes, bool checksum)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    size_t     room = ZSTD_compressBound(bytes.len), got;

    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checksum);
    assert_true(buf_reserve(out, room));
    got = ZSTD_compress2(c, out->ptr + out->len, room, bytes.ptr, bytes.len);
    assert_false(ZSTD_isError(got));
    out->len += got;
    ZSTD_freeCCtx(c);
}

struct member {
    const char *name;
    struct str  bytes;
};

static void add_archive(struct buf *out, bool zip, const struct member *members, size_t count)
{
    struct archive *a = archive_write_new();
    size_t          used = 0;

    assert_true(buf_reserve(out, 2 << 20));
    if (zip)
        archive_write_set_format_zip(a);
    else
        archive_write_set_format_ustar(a);
    assert_int_equal(archive_write_open_memory(a, out->ptr + out->len, 2 << 20, &used), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *e = archive_entry_new();

        archive_entry_set_pathname(e, members[i].name);
        archive_entry_set_size(e, (la_int64_t)members[i].bytes.len);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0600);
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, members[i].bytes.ptr, members[i].bytes.len),
                         (la_ssize_t)members[i].bytes.len);
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
    out->len += used;
}

/* ---- reading ---- */

static enum etl_status read_all(struct source *s, size_t step, struct buf *out, struct err *err)
{
    char            bytes[70000];
    size_t          got;
    enum etl_status st;

    while ((st = source_read(s, bytes, step, &got, err)) == ETL_OK)
        buf_add(out, str_of(bytes, got));
    return st;
}

static uint64_t seen_bytes;

static void see(void *context, struct str bytes)
{
    assert_ptr_equal(context, &seen_bytes);
    seen_bytes += bytes.len;
}

/* The file `packed`, under `path`, gives `want` whatever the step; the watch sees every byte of the file. */
static void expect_text(struct str packed, const char *path, struct str want, const char *name)
{
    static const size_t         steps[] = { 70000, 1000, 7 };
    const struct unpacked_watch watch = { see, &seen_bytes };

    write_input(packed);
    for (size_t i = 0; i < COUNT(steps); i++) {
        AUTO(buf_release) struct buf out;
        struct source               *s;
        struct err                   err = { 0 };

        buf_init(&out, 64 << 20, "a test");
        seen_bytes = 0;
        if (source_open(path, &watch, &s, &err) != ETL_OK || read_all(s, steps[i], &out, &err) != ETL_END)
            fail_row(i, "%s: %s", path, err.text);
        assert_true(str_eq(buf_str(&out), want));
        assert_int_equal(seen_bytes, packed.len);
        assert_string_equal(source_name(s), name);
        buf_reset(&out);
        assert_int_equal(source_rewind(s, &err), ETL_OK); /* another pass */
        assert_int_equal(read_all(s, 70000, &out, &err), ETL_END);
        assert_true(str_eq(buf_str(&out), want));
        assert_true(source_modified(s) > 1600000000);
        source_close(s);
    }
}

static void expect_damage(struct str packed, const char *path, enum etl_status want, const char *rule)
{
    AUTO(buf_release) struct buf out;
    struct source               *s;
    struct err                   err = { 0 };
    enum etl_status              st;

    write_input(packed);
    buf_init(&out, 64 << 20, "a test");
    st = source_open(path, NULL, &s, &err);
    if (st == ETL_OK) {
        st = read_all(s, 70000, &out, &err);
        source_close(s);
    }
    if (st != want || strcmp(err.rule, rule) != 0)
        fail_row(packed.len, "%s: ended with %d, %s: %s; wanted %d, %s", path, (int)st, err.rule, err.text, (int)want,
                 rule);
    if (st == ETL_UNREAD)
        assert_null(strstr(strstr(err.text, "cannot be read") + 1, "cannot be read")); /* said once */
}

#define PACKED(name)                                                                                                   \
    AUTO(buf_release) struct buf name;                                                                                 \
    buf_init(&name, 64 << 20, "a test")

/* ---- tests ---- */

static void a_plain_file(void **state)
{
    (void)state;
    expect_text(plain, input, plain, "input.csv");
    expect_text(STR(""), input, STR(""), "input.csv");
    expect_text(STR("x"), input, STR("x"), "input.csv");
}

static void gzip(void **state)
{
    PACKED(packed);

    (void)state;
    add_gzip(&packed, plain);
    expect_text(buf_str(&packed), input, plain, "input.csv");
    buf_reset(&packed);
    add_gzip(&packed, STR(""));
    expect_text(buf_str(&packed), input, STR(""), "input.csv");
}

static void gzip_members_follow_each_other(void **state)
{
    PACKED(packed);
    PACKED(twice);

    (void)state;
    add_gzip(&packed, plain);
    add_gzip(&packed, STR(""));
    add_gzip(&packed, plain);
    buf_add(&twice, plain);
    buf_add(&twice, plain);
    expect_text(buf_str(&packed), input, buf_str(&twice), "input.csv");
    for (int i = 0; i < 300000; i++) /* zeros as padding, more than a buffer */
        buf_byte(&packed, '\0');
    expect_text(buf_str(&packed), input, buf_str(&twice), "input.csv");
}

static void gzip_damage_is_noticed(void **state)
{
    PACKED(packed);
    size_t len;

    (void)state;
    add_gzip(&packed, plain);
    len = packed.len;
    packed.ptr[len - 8] ^= 1; /* the checksum */
    expect_damage(buf_str(&packed), input, ETL_UNREAD, "gzip-damaged");
    packed.ptr[len - 8] ^= 1;
    packed.ptr[len - 1] ^= 1; /* the length */
    expect_damage(buf_str(&packed), input, ETL_UNREAD, "gzip-damaged");
    packed.ptr[len - 1] ^= 1;
    for (size_t cut = 1; cut < 20; cut++)
        expect_damage(str_of(packed.ptr, len - cut), input, ETL_UNREAD, "gzip-cut");
    expect_damage(str_of(packed.ptr, 5), input, ETL_UNREAD, "gzip-cut");
    expect_damage(str_of(packed.ptr, len / 2), input, ETL_UNREAD, "gzip-cut");
    buf_lit(&packed, "a,b\n");
    expect_damage(buf_str(&packed), input, ETL_UNREAD, "gzip-trailing");
    packed.len = len;
    buf_lit(&packed, "\x1f"); /* the beginning of another member */
    expect_damage(buf_str(&packed), input, ETL_UNREAD, "gzip-cut");
}

static void zstd(void **state)
{
    PACKED(packed);
    PACKED(twice);
    size_t len;

    (void)state;
    add_zstd(&packed, plain, true);
    len = packed.len;
    expect_text(buf_str(&packed), input, plain, "input.csv");
    packed.ptr[len - 2] ^= 1;
    expect_damage(buf_str(&packed), input, ETL_UNREAD, "zstd-damaged");
    packed.ptr[len - 2] ^= 1;
    for (size_t cut = 1; cut < 20; cut++)
        expect_damage(str_of(packed.ptr, len - cut), input, ETL_UNREAD, "zstd-cut");
    add_zstd(&packed, plain, false); /* frames may follow each other */
    buf_add(&twice, plain);
    buf_add(&twice, plain);
    expect_text(buf_str(&packed), input, buf_str(&twice), "input.csv");
    buf_lit(&packed, "a,b\n");
    expect_damage(buf_str(&packed), input, ETL_UNREAD, "zstd-damaged");
}

static void members(void **state)
{
    const struct member set[] = { { "set/customers.csv", plain }, { "set/dialup.csv", STR("a,b\n1,2\n") } };
    char                path[200];

    (void)state;
    for (int zip = 0; zip < 2; zip++) {
        PACKED(packed);
        PACKED(gzipped);

        add_archive(&packed, zip, set, 1);
        expect_text(buf_str(&packed), input, plain, "customers.csv"); /* one file inside is that file */
        buf_reset(&packed);
        add_archive(&packed, zip, set, 2);
        expect_damage(buf_str(&packed), input, ETL_FAIL, "archive-member");
        snprintf(path, sizeof path, "%s:set/dialup.csv", input);
        expect_text(buf_str(&packed), path, STR("a,b\n1,2\n"), "dialup.csv");
        snprintf(path, sizeof path, "%s:set/customers.csv", input);
        expect_text(buf_str(&packed), path, plain, "customers.csv");
        add_gzip(&gzipped, buf_str(&packed));
        expect_text(buf_str(&gzipped), path, plain, "customers.csv");
        snprintf(path, sizeof path, "%s:nobody.csv", input);
        expect_damage(buf_str(&packed), path, ETL_FAIL, "archive-member");
        expect_damage(plain, path, ETL_FAIL, "archive-member");
        buf_reset(&packed);
        add_archive(&packed, zip, set, 0);
        if (zip) /* an empty .tar is nothing but zeros */
            expect_damage(buf_str(&packed), input, ETL_FAIL, "archive-member");
    }
}

static void archive_damage_is_noticed(void **state)
{
    const struct member set[] = { { "customers.csv", plain } };

    (void)state;
    for (int zip = 0; zip < 2; zip++) {
        PACKED(packed);

        add_archive(&packed, zip, set, 1);
        expect_damage(str_of(packed.ptr, packed.len / 2), input, ETL_UNREAD, "archive-damaged");
        if (zip) {
            packed.ptr[1000] ^= 1; /* a .zip has a checksum for each member */
            expect_damage(buf_str(&packed), input, ETL_UNREAD, "archive-damaged");
        }
    }
}

/* A .tar has no checksum of its own: the gzip around it has, at its very end, behind all members. */
static void a_tar_gz_is_read_to_its_end(void **state)
{
    const struct member set[] = { { "customers.csv", plain } };
    PACKED(tar);
    PACKED(packed);
    size_t len;

    (void)state;
    add_archive(&tar, false, set, 1);
    add_gzip(&packed, buf_str(&tar));
    len = packed.len;
    expect_text(buf_str(&packed), input, plain, "customers.csv");
    packed.ptr[len - 8] ^= 1;
    expect_damage(buf_str(&packed), input, ETL_UNREAD, "gzip-damaged");
    packed.ptr[len - 8] ^= 1;
    expect_damage(str_of(packed.ptr, len - 4), input, ETL_UNREAD, "gzip-cut");
    expect_damage(str_of(packed.ptr, len / 3), input, ETL_UNREAD, "gzip-cut");
}

static void what_is_no_extract(void **state)
{
    const struct member xlsx[] = { { "[Content_Types].xml", STR("<x/>") }, { "xl/workbook.xml", STR("<x/>") } };
    PACKED(packed);

    (void)state;
    expect_damage(STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"), input, ETL_UNREAD, "source-kind");
    expect_damage(STR("\xfd"
                      "7zXZ\0 and so on"),
                  input, ETL_UNREAD, "source-kind");
    expect_damage(STR("BZh91AY&SY and so on"), input, ETL_UNREAD, "source-kind");
    expect_damage(STR("%PDF-1.7\n"), input, ETL_UNREAD, "source-kind");
    add_archive(&packed, true, xlsx, 2);
    expect_damage(buf_str(&packed), input, ETL_UNREAD, "source-kind");
}

static void what_is_not_there(void **state)
{
    struct source *s;
    struct err     err = { 0 };
    char           path[200];

    (void)state;
    snprintf(path, sizeof path, "%s/none.csv", folder);
    assert_int_equal(source_open(path, NULL, &s, &err), ETL_UNREAD);
    assert_non_null(strstr(err.text, "none.csv: No such file or directory"));
    assert_int_equal(source_open(folder, NULL, &s, &err), ETL_UNREAD);
    assert_non_null(strstr(err.text, "it is a folder"));
}

/* A file whose own name has a colon is that file. */
static void a_colon_in_a_name(void **state)
{
    AUTO(buf_release) struct buf out;
    struct source               *s;
    struct err                   err = { 0 };
    char                         path[200];

    (void)state;
    write_input(STR("not this one"));
    buf_init(&out, 1000, "a test");
    snprintf(path, sizeof path, "%s:08.csv", input);
    assert_int_equal(link(input, path), 0);
    assert_int_equal(source_open(path, NULL, &s, &err), ETL_OK);
    assert_string_equal(source_name(s), "input.csv:08.csv");
    assert_int_equal(read_all(s, 100, &out, &err), ETL_END);
    source_close(s);
    unlink(path);
}

/* stdin, packed, read twice: the second pass comes from a copy. */
static void from_stdin(void **state)
{
    PACKED(packed);
    AUTO(buf_release) struct buf out;
    const struct unpacked_watch  watch = { see, &seen_bytes };
    struct source               *s;
    struct err                   err = { 0 };
    int                          ends[2], old = dup(STDIN_FILENO), status;
    pid_t                        child;

    (void)state;
    buf_init(&out, 64 << 20, "a test");
    add_gzip(&packed, plain);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        close(ends[0]);
        _exit(write(ends[1], packed.ptr, packed.len) == (ssize_t)packed.len ? 0 : 1);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    seen_bytes = 0;
    assert_int_equal(source_open("-", &watch, &s, &err), ETL_OK);
    assert_string_equal(source_name(s), "stdin");
    assert_int_equal(source_modified(s), 0);
    for (int pass = 0; pass < 3; pass++) {
        buf_reset(&out);
        assert_int_equal(read_all(s, 5000, &out, &err), ETL_END);
        assert_true(str_eq(buf_str(&out), plain));
        assert_int_equal(source_rewind(s, &err), ETL_OK);
    }
    assert_int_equal(seen_bytes, packed.len); /* once */
    source_close(s);
    waitpid(child, &status, 0);
    dup2(old, STDIN_FILENO);
    close(old);
}

/* Bytes at a place, whatever the packing, while others are being read. */
static void bytes_at_a_place(void **state)
{
    const struct member set[] = { { "customers.csv", plain } };

    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        PACKED(packed);
        AUTO(buf_release) struct buf out;
        struct source               *s;
        struct err                   err = { 0 };
        char                         bytes[100];

        buf_init(&out, 64 << 20, "a test");
        if (kind == 0)
            buf_add(&packed, plain);
        else if (kind == 1)
            add_gzip(&packed, plain);
        else
            add_archive(&packed, kind == 2, set, 1);
        write_input(buf_str(&packed));
        assert_int_equal(source_open(input, NULL, &s, &err), ETL_OK);
        assert_int_equal(source_keep(s, &err), ETL_OK);
        assert_int_equal(read_all(s, 70000, &out, &err), ETL_END);
        for (size_t at = 0; at + sizeof bytes < plain.len; at += 54321) {
            assert_int_equal(source_at(s, at, bytes, sizeof bytes, &err), ETL_OK);
            assert_memory_equal(bytes, plain.ptr + at, sizeof bytes);
        }
        assert_int_equal(source_at(s, plain.len - 10, bytes, 11, &err), ETL_UNREAD);
        source_close(s);
    }
}

static int make_inputs(void **state)
{
    static char text[400000];
    uint32_t    x = 1;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = i % 40 == 39 ? '\n' : (char)('!' + (x >> 24) % 90);
    }
    plain = str_of(text, sizeof text);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(input, sizeof input, "%s/input.csv", folder);
    return 0;
}

static int remove_inputs(void **state)
{
    (void)state;
    unlink(input);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_file),
        cmocka_unit_test(gzip),
        cmocka_unit_test(gzip_members_follow_each_other),
        cmocka_unit_test(gzip_damage_is_noticed),
        cmocka_unit_test(zstd),
        cmocka_unit_test(members),
        cmocka_unit_test(archive_damage_is_noticed),
        cmocka_unit_test(a_tar_gz_is_read_to_its_end),
        cmocka_unit_test(what_is_no_extract),
        cmocka_unit_test(what_is_not_there),
        cmocka_unit_test(a_colon_in_a_name),
        cmocka_unit_test(from_stdin),
        cmocka_unit_test(bytes_at_a_place),
    };

    return cmocka_run_group_tests(tests, make_inputs, remove_inputs);
}
