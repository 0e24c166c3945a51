/* tests/fuzz/fuzz_reply.c - any bytes as a provider's answer, in each reply style: its records do not depend on how it came in pieces, every
 * text of a record is UTF-8, and the judge gives a reason for whatever is not done. The first byte chooses the command, the second the size
 * of a piece, the rest is the answer. */
#include "etl/core/utf8.h"
#include "providers/description/load.h"
#include "providers/replies/reply.h"
#include "providers/replies/rows.h"
#include "tests/fuzz/fuzzing.h"

static const struct {
    const char *provider, *command, *wire; /* wire NULL: the default */
} kinds[] = {
    { "ispn", "list", NULL },                    /* xml */
    { "safepages", "dialup_full_report", NULL }, /* csv */
    { "billmanager", "vds", "json" },
    { "billmanager", "vds", "xml" },         /* xml-tree */
    { "simpler", "searchCustomer", "rest" }, /* json, by more than one path */
    { "simpler", "searchCustomer", "soap" },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };
static const struct command *commands[KINDS];
static const struct wire    *wires[KINDS];
static struct arena          run_mem;
static struct reply_judge   *judge;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct findings faults;

    (void)argc;
    (void)argv;
    arena_init(&run_mem, 512U << 20, "the descriptions");
    findings_init(&faults, &run_mem);
    for (size_t i = 0; i < KINDS; i++) {
        const struct provider *p;

        HOLDS(provider_load(str_from(kinds[i].provider), &run_mem, &p, &faults) == ETL_OK);
        commands[i] = provider_command(p, str_from(kinds[i].command));
        wires[i] = kinds[i].wire != NULL ? provider_wire(p, str_from(kinds[i].wire)) : NULL;
        HOLDS(commands[i] != NULL && (kinds[i].wire == NULL || wires[i] != NULL));
    }
    judge = reply_judge_new(&real_clock);
    return 0;
}

static enum etl_status write_down(void *context, const struct reply_record *record, struct err *err)
{
    struct buf *out = context;

    (void)err;
    for (size_t i = 0; i < record->count; i++) {
        HOLDS(utf8_valid(record->fields[i].name) && utf8_valid(record->fields[i].value));
        buf_fmt(out, "%zu ", record->fields[i].name.len);
        buf_add(out, record->fields[i].name);
        buf_fmt(out, " %zu ", record->fields[i].value.len);
        buf_add(out, record->fields[i].value);
    }
    buf_byte(out, '\n');
    return ETL_OK;
}

static enum etl_status read_rows(size_t kind, struct str body, size_t piece, struct buf *out, struct rows_end *end)
{
    struct rows_sink sink = { write_down, out };
    struct rows     *r = rows_new(commands[kind], wires[kind], &sink);
    struct err       err = { 0 };
    enum etl_status  st = ETL_OK;

    while (body.len != 0 && st == ETL_OK) {
        st = rows_feed(r, str_head(body, piece), &err);
        body = str_skip(body, body.len < piece ? body.len : piece);
    }
    if (st == ETL_OK)
        st = rows_end(r, end, &err);
    rows_free(r);
    HOLDS(st == ETL_OK || (st == ETL_REJECT && err.text[0] != '\0'));
    return st;
}

static void read_twice(size_t kind, struct str body, size_t piece)
{
    AUTO(buf_release) struct buf whole, pieces;
    struct rows_end              whole_end = { 0 }, pieces_end = { 0 };
    enum etl_status              st;

    buf_init(&whole, 64 << 20, "records");
    buf_init(&pieces, 64 << 20, "records");
    st = read_rows(kind, body, body.len, &whole, &whole_end);
    HOLDS(read_rows(kind, body, piece, &pieces, &pieces_end) == st);
    if (st != ETL_OK)
        return;
    HOLDS(str_eq(buf_str(&whole), buf_str(&pieces)));
    HOLDS(whole_end.proven == pieces_end.proven);
    HOLDS(whole_end.records == pieces_end.records && whole_end.repairs == pieces_end.repairs);
}

static void judge_it(size_t kind, struct str body)
{
    AUTO(arena_release) struct arena mem;
    struct reply_message             m = { .wire = wires[kind], .status = 200, .headers = STR(""), .body = body };
    struct verdict                   v;

    arena_init(&mem, 512U << 20, "one answer");
    reply_judge_call(judge, commands[kind], &m, &mem, &v);
    HOLDS(v.reason.len != 0 || v.is == REPLY_DONE || v.is == REPLY_NOTHING);
    HOLDS(utf8_valid(v.reason));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;

    struct str body = { (const char *)data + 2, size - 2 };

    read_twice(data[0] % KINDS, body, 1 + data[1] % 61);
    judge_it(data[0] % KINDS, body);
    return 0;
}
