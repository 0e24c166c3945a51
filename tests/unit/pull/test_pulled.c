/* tests/unit/pull/test_pulled.c - etl/pull/pulled.h: a report is proved no better than its requests, and than the table it was asked for. */
#include "etl/pull/pulled.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/check.h"

enum { REPORTS = 2 };

struct bench {
    struct arena         mem;
    char                 folder[64], path[96];
    struct report        described[REPORTS];
    struct command       command;
    struct provider      provider;
    struct pulled_report reports[REPORTS];
    struct pulled_table  results[REPORTS];
    struct table         tables[REPORTS];
    struct table_column  columns[1];
    struct str           sources[1];
    struct pulled        pulled;
    struct err           err;
};

/* customers, and mailboxes that are asked for each row of customers. */
static int set_up(void **state)
{
    static const struct str names[REPORTS] = { BYTES("customers"), BYTES("mailboxes") };
    struct bench           *b = calloc(1, sizeof *b);
    struct findings         faults;

    arena_init(&b->mem, 1 << 20, "a test");
    findings_init(&faults, &b->mem);
    snprintf(b->folder, sizeof b->folder, "/tmp/pulled.XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->path, sizeof b->path, "%s/questions.db", b->folder);
    b->pulled = (struct pulled){ .provider = &b->provider,
                                 .mem = &b->mem,
                                 .tables = { .items = b->tables, .count = REPORTS },
                                 .reports = b->reports,
                                 .results = b->results };
    b->provider.reports = b->described;
    b->provider.report_count = REPORTS;
    b->columns[0].name = STR("id");
    b->sources[0] = names[0];
    assert_int_equal(request_journal_open(b->path, STR("x"), &b->pulled.journal, &b->err), ETL_OK);
    for (size_t i = 0; i < REPORTS; i++) {
        b->tables[i] = (struct table){ .name = names[i], .columns = b->columns, .column_count = 1 };
        b->described[i] = (struct report){ .name = names[i], .table = names[i], .command = &b->command };
        b->results[i].table = &b->tables[i];
        b->reports[i] = (struct pulled_report){ .name = names[i], .table = names[i], .wanted = true };
        b->reports[i].kind.normalizer = normalizer_new(&b->pulled.tables, &b->described[i], &b->mem, &faults);
        assert_non_null(b->reports[i].kind.normalizer);
        assert_int_equal(request_journal_add(b->pulled.journal, names[i], STR("{}"), STR("{}"), &b->err), ETL_OK);
    }
    b->described[1].each.tables = b->sources;
    b->described[1].each.table_count = 1;
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    pulled_release(&b->pulled);
    unlink(b->path);
    rmdir(b->folder);
    arena_release(&b->mem);
    free(b);
    return 0;
}

static void settle(struct bench *b, uint64_t number, enum entry_state end)
{
    struct journal_entry e = { .number = number, .state = end };

    assert_int_equal(request_journal_settle(b->pulled.journal, &e, &b->err), ETL_OK);
}

static void a_proof_is_as_good_as_its_weakest_part(void **state)
{
    static const struct {
        enum entry_state customers, mailboxes;
        enum proof       proofs[REPORTS];
    } rows[] = {
        { ENTRY_COMPLETE, ENTRY_COMPLETE, { PROOF_COMPLETE, PROOF_COMPLETE } },
        { ENTRY_COMPLETE, ENTRY_UNPROVEN, { PROOF_COMPLETE, PROOF_UNPROVEN } },
        { ENTRY_COMPLETE, ENTRY_OPEN, { PROOF_COMPLETE, PROOF_INCOMPLETE } },
        { ENTRY_UNPROVEN, ENTRY_COMPLETE, { PROOF_UNPROVEN, PROOF_UNPROVEN } },
        { ENTRY_INCOMPLETE, ENTRY_UNPROVEN, { PROOF_INCOMPLETE, PROOF_INCOMPLETE } },
    };
    struct bench *b = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        settle(b, 1, rows[i].customers);
        settle(b, 2, rows[i].mailboxes);
        b->results[0].proof = b->results[1].proof = PROOF_COMPLETE;
        assert_int_equal(pulled_weigh(&b->pulled, &b->err), ETL_OK);
        for (size_t k = 0; k < REPORTS; k++)
            if (b->reports[k].proof != rows[i].proofs[k] || b->results[k].proof != rows[i].proofs[k])
                fail_row(i, "report %zu is %s", k, proof_names[b->reports[k].proof]);
    }
    assert_is(b->reports[1].counts.why, "customers, whose rows it was asked for, is incomplete");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_proof_is_as_good_as_its_weakest_part, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
