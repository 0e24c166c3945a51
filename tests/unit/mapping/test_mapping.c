/* tests/unit/mapping/test_mapping.c - etl/mapping/mapping.h: faults at their places, columns, secrets, and what comes of a record. */
#include "etl/mapping/mapping.h"

#include <stdlib.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "etl/mapping/mapper.h"
#include "etl/mapping/run_tests.h"
#include "tests/unit/check.h"

struct loaded {
    struct arena    mem;
    struct findings faults;
    struct mapping *m;
    enum etl_status status;
    char            folder[64];
};

static void write_text(struct loaded *l, const char *name, struct str text)
{
    struct atomic_file file = { 0 };

    assert_int_equal(atomic_file_begin(&file, arena_fmt(&l->mem, "%s/%s", l->folder, name).ptr, NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, text, NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
}

static void begin(struct loaded *l)
{
    *l = (struct loaded){ .folder = "/tmp/test_mapping.XXXXXX" };
    arena_init(&l->mem, 256 << 20, "a test");
    findings_init(&l->faults, &l->mem);
    assert_non_null(mkdtemp(l->folder));
}

static void load_set(struct loaded *l, struct str text, const struct pair_value *set, size_t set_count)
{
    struct mapping_source source = { .set = set, .set_count = set_count };

    write_text(l, "m.yaml", text);
    source.name = arena_fmt(&l->mem, "%s/m.yaml", l->folder);
    l->status = mapping_load(&source, &l->mem, &l->m, &l->faults);
}

static void load(struct loaded *l, struct str text)
{
    begin(l);
    load_set(l, text, NULL, 0);
}

static void release(struct loaded *l)
{
    static const char *const names[] = { "m.yaml", "plans.csv", "p.yaml" };

    for (size_t i = 0; i < COUNT(names); i++)
        unlink(arena_fmt(&l->mem, "%s/%s", l->folder, names[i]).ptr);
    rmdir(l->folder);
    mapping_free(l->m);
    arena_release(&l->mem);
}

static void print_faults(const struct loaded *l)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 20, "faults");
    findings_print(&out, &l->faults);
    fputs(buf_cstr(&out), stderr);
}

/* "LINE:COLUMN rule" of each fault, in order, against what is wanted; words that its text must have. */
struct want {
    uint64_t    line;
    uint32_t    column;
    const char *rule, *words;
};

static bool has_faults(const struct loaded *l, const struct want *want, size_t count)
{
    bool good = l->faults.count == count;

    for (size_t i = 0; good && i < count; i++) {
        const struct err *err = &l->faults.items[i].err;

        if (err->line == want[i].line && err->column == want[i].column && strcmp(err->rule, want[i].rule) == 0 &&
            strstr(err->text, want[i].words) != NULL)
            continue;
        print_error("fault %zu: want %llu:%u %s (%s)\n", i + 1, (unsigned long long)want[i].line, want[i].column,
                    want[i].rule, want[i].words);
        good = false;
    }
    if (!good)
        print_faults(l);
    return good;
}

static void expect_well(const struct loaded *l)
{
    if (l->status == ETL_OK && l->faults.count == 0)
        return;
    print_faults(l);
    fail();
}

/* ---- faults ---- */

static void all_faults_at_once(void **state)
{
    struct loaded l;

    (void)state;
    load(
        &l,
        STR("mapping: 1\n"
            "provider: ispn\n"
            "vars: {realm: example.net}\n"
            "lokups: {a: {b: c}}\n" /* 1: unknown key */
            "inputs:\n"
            "  people: {format: csv, secret: [pin]}\n"
            "lookups:\n"
            "  plan: {D1: abc_dsl}\n"
            "let:\n"
            "  short: \"{{ A | first(x) }}\"\n" /* 2: an argument that is no number */
            "  realm: \"{{ B }}\"\n"            /* 3: a name that is two things */
            "lane: \"{{ pin }}\"\n"             /* 4: a lane fed by a secret column */
            "calls:\n"
            "  - command: addcusd\n" /* 5: unknown command */
            "    fields: {billid: \"{{ A }}\"}\n"
            "  - command: addcust\n" /* 6: billid is required, nothing sets it */
            "    fields:\n"
            "      bilid: \"{{ short }}\"\n"              /* 7: unknown parameter */
            "      hphone: \"{{ B | digit }}\"\n"         /* 8: unknown filter */
            "      fname: \"{{ B | lookup('plam') }}\"\n" /* 9: unknown lookup */
            "      lname: \"{{ customer.id }}\"\n"        /* 10: unknown call */
            "      cty: null\n"                           /* 11: cannot be cleared */
            "      cty: x\n"                              /* 12: twice */
            "  - command: addmbox\n"
            "    once_per: \"{{ pin }}\"\n" /* 13: once_per fed by a secret */
            "    fields: {billid: \"{{ A }}\", mbox: \"{{ B }}\", nopass: \"2\"}\n")); /* 14: a constant that breaks its rule */
    assert_int_equal(l.status, ETL_FAIL);
    {
        static const struct want all[] = {
            { 4, 1, "key-unknown", "did you mean \"lookups\"?" },
            { 10, 24, "filter-argument", "a whole number" },
            { 11, 3, "name-twice", "a var already" },
            { 12, 8, "secret-shown", "the lane is fed by the secret column \"pin\"" },
            { 14, 14, "name-unknown", "did you mean \"addcust\"?" },
            { 16, 14, "required", "addcust needs billid" },
            { 18, 7, "param-unknown", "did you mean \"billid\"?" },
            { 19, 23, "expression", "did you mean \"digits\"?" },
            { 20, 29, "lookup-unknown", "did you mean \"plan\"?" },
            { 21, 18, "name-unknown", "\"customer\" is neither parent nor a call's name" },
            { 22, 12, "clear", "no word that clears cty" },
            { 23, 7, "yaml-twice", "first in line 22" },
            { 25, 16, "secret-shown", "once_per is fed by" },
            { 26, 59, "bool", "must be true or false" },
        };

        assert_true(has_faults(&l, all, COUNT(all)));
    }
    release(&l);
}

#define HEAD    "mapping: 1\nprovider: ispn\n"
#define ADDCUST "  - command: addcust\n    fields: {billid: \"{{ A }}\"}\n"

static const struct {
    struct str  text;
    struct want want;
} single_faults[] = {
    { BYTES("mapping: 2\nprovider: ispn\ncalls:\n" ADDCUST), { 1, 10, "version", "mapping: 1" } },
    { BYTES("mapping: 1\nprovider: isp\ncalls:\n" ADDCUST), { 2, 11, "provider-unknown", "did you mean \"ispn\"?" } },
    { BYTES(HEAD), { 1, 1, "head", "calls: is missing" } },
    { BYTES("mapping: 1\nprovider: ispn\ncalls:\n  - command: addcust\n    fields: {billid: {{ A }}}\n"),
      { 5, 22, "yaml-braces", "in quotes" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: ~}\n"),
      { 5, 22, "yaml-null", "write null to clear" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: null}\n"), { 5, 22, "clear", "no word" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: ''}\n"), { 5, 23, "required", "always empty" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: [a]}\n"), { 5, 22, "list", "takes one text" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: {a: b}}\n"), { 5, 22, "kind", "must be a text" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: \"{{ A }}\", hphone: 555}\n"),
      { 5, 41, "phone10", "exactly 10 digits" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    when: \"{{ A }}\"\n    fields: {billid: \"{{ A }}\"}\n"),
      { 5, 12, "expression", "leave the {{ }} out" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    input: x\n    fields: {billid: \"{{ A }}\"}\n"),
      { 5, 12, "name-unknown", "unknown input" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    each: phones\n    fields: {billid: \"{{ A }}\"}\n"),
      { 5, 11, "each", "walks a list in a JSON record" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: \"{{ item }}\"}\n"),
      { 5, 26, "name-unknown", "inside each:" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: \"{{ record.A }}\"}\n"),
      { 5, 26, "name-unknown", "inside each:" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: \"{{ old.A }}\"}\n"),
      { 5, 26, "name-unknown", "in a delta only" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: \"{{ parent.A }}\"}\n"),
      { 5, 26, "parent", "no parent:" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: \"{{ nth }}\"}\n"), { 5, 26, "nth", "no lane:" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    fields: {billid: \"{{ count(record) }}\"}\n"),
      { 5, 32, "input-unknown", "did you mean \"records\"?" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    when: A == true\n    fields: {billid: \"{{ A }}\"}\n"),
      { 5, 16, "name-unknown", "'true'" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    when: A | valid\n    fields: {billid: \"{{ A }}\"}\n"),
      { 5, 15, "valid", "in fields: only" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    when: password(8)\n    fields: {billid: \"{{ A }}\"}\n"),
      { 5, 11, "password", "in fields: only" } },
    { BYTES(HEAD "calls:\n  - command: addcust\n    as: parent\n    fields: {billid: \"{{ A }}\"}\n"),
      { 5, 9, "name", "a meaning of its own" } },
    { BYTES(HEAD "calls:\n" ADDCUST "  - command: setbus\n    when: addcust.id\n    fields: {billid: \"{{ A }}\"}\n"),
      { 7, 11, "capture-place", "fields: only" } },
    { BYTES(HEAD "calls:\n" ADDCUST "  - command: setbus\n    fields: {billid: \"{{ addcust.idd }}\"}\n"),
      { 7, 26, "capture-unknown", "did you mean \"id\"?" } },
    { BYTES(HEAD "calls:\n" ADDCUST "  - command: setbus\n    fields: {billid: \"{{ addcust.id | upper }}\"}\n"),
      { 7, 26, "capture-place", "stands alone" } },
    { BYTES(HEAD "calls:\n" ADDCUST "  - command: setbus\n    fields: {billid: \"x{{ addcust.id }}\"}\n"),
      { 7, 27, "capture-place", "stands alone" } },
    { BYTES(HEAD "calls:\n  - command: setbus\n    fields: {billid: \"{{ addcust.id }}\"}\n" ADDCUST),
      { 5, 26, "capture-unknown", "stands above" } },
    { BYTES(HEAD "lane: \"{{ nth }}\"\ncalls:\n" ADDCUST), { 3, 11, "lane", "known only when the lanes are" } },
    { BYTES(HEAD
            "let: {a: \"{{ b }}\", b: \"{{ a }}\"}\ncalls:\n  - command: addcust\n    fields: {billid: \"{{ a }}\"}\n"),
      { 3, 28, "let", "round a circle" } },
    { BYTES(HEAD "let: {nth: \"{{ A }}\"}\ncalls:\n" ADDCUST), { 3, 7, "name", "a meaning of its own" } },
    { BYTES(HEAD "before:\n  - command: addparent\n    fields: {parentid: \"{{ A }}\"}\ncalls:\n" ADDCUST),
      { 5, 28, "name-unknown", "have no record" } },
    { BYTES(HEAD "before:\n  - command: addparent\n    input: records\n    fields: {parentid: '1'}\ncalls:\n" ADDCUST),
      { 5, 12, "call", "belong to no record" } },
    { BYTES(HEAD "inputs: {a: {format: json, header: yes}}\ncalls:\n" ADDCUST),
      { 3, 36, "format", "how a CSV is written" } },
    { BYTES(HEAD "inputs: {a: {records: b.c}}\ncalls:\n" ADDCUST), { 3, 23, "format", "and this is csv" } },
    { BYTES(HEAD "inputs: {a: {format: jsonl, records: b.c}}\ncalls:\n" ADDCUST),
      { 3, 38, "format", "and this is jsonl" } },
    { BYTES(HEAD "inputs: {a: {format: json, records: b..c}}\ncalls:\n" ADDCUST),
      { 3, 37, "format", "names with dots between" } },
    { BYTES(
          HEAD
          "inputs: {a: {format: json}}\ncalls:\n  - command: addcust\n    each: '{{ A }}'\n    fields: {billid: '1'}\n"),
      { 6, 12, "each", "the path of the list" } },
    { BYTES(HEAD "inputs: {a: {format: json}}\ncalls:\n  - command: addcust\n    fields: {billid: \"{{ A. }}\"}\n"),
      { 6, 28, "expression", "a name is missing after the dot" } },
    { BYTES(HEAD "inputs: {a: {format: json}}\nlane: \"{{ a.card }}\"\ncalls:\n  - command: addmbox\n    each: b\n"
                 "    fields: {billid: '1', mbox: \"{{ m }}\", pass: \"{{ record.a.card or b.p }}\"}\n"),
      { 4, 8, "secret-shown", "the secret column \"a.card\"" } },
    { BYTES(HEAD "inputs: {a: {format: cvs}}\ncalls:\n" ADDCUST), { 3, 22, "name-unknown", "did you mean \"csv\"?" } },
    { BYTES(HEAD "inputs: {a: {delimiter: ab}}\ncalls:\n" ADDCUST), { 3, 25, "csv-form", "one character" } },
    { BYTES(HEAD "inputs: {a: {header: no}}\ncalls:\n" ADDCUST),
      { 3, 22, "csv-form", "the list of the columns' names" } },
    { BYTES(HEAD "inputs: {a: {header: [A, B, A]}}\ncalls:\n" ADDCUST), { 3, 29, "csv-form", "named twice" } },
    { BYTES(HEAD "inputs: {a: {header: [B, AA]}}\ncalls:\n" ADDCUST),
      { 6, 26, "column-unknown", "has no column \"A\"" } },
    { BYTES(HEAD "inputs: {a: {encoding: windows-1253}}\ncalls:\n" ADDCUST), { 3, 24, "encoding", "windows-1252" } },
    { BYTES(HEAD "inputs: {a: {expect: {rows: many}}}\ncalls:\n" ADDCUST), { 3, 29, "range", "a range like" } },
    { BYTES(HEAD "inputs: {a: {expect: {max_age: 20}}}\ncalls:\n" ADDCUST), { 3, 32, "expect", "20h" } },
    { BYTES(HEAD "inputs: {a: {}, b: {parent: a}}\ncalls: []\n"), { 3, 29, "parent", "both inputs need one" } },
    { BYTES(HEAD "lane: \"{{ A }}\"\ninputs: {b: {parent: a}, a: {}}\ncalls: []\n"),
      { 4, 22, "parent", "has to stand above" } },
    { BYTES(HEAD "inputs: {a: {}, b: {}}\ncalls:\n" ADDCUST), { 5, 5, "call", "say whose records" } },
    { BYTES(HEAD "guards: {rejects: few}\ncalls:\n" ADDCUST), { 3, 19, "guard", "2% floor 20" } },
    { BYTES(HEAD "rules: {phone11: warn}\ncalls:\n" ADDCUST), { 3, 9, "rule-unknown", "did you mean \"phone10\"?" } },
    { BYTES(HEAD "rules: {phone10: ignore}\ncalls:\n" ADDCUST), { 3, 18, "name-unknown", "unknown severity" } },
    { BYTES(HEAD "allow: [spend]\ncalls:\n" ADDCUST), { 3, 9, "name-unknown", "did you mean \"spends\"?" } },
    { BYTES(HEAD "lookups: {p: {file: none.csv, key: a, value: b}}\ncalls:\n" ADDCUST),
      { 3, 21, "source-open", "none.csv" } },
    { BYTES(HEAD "lookups: {p: {file: none.csv}}\ncalls:\n" ADDCUST), { 3, 21, "lookup", "names of two columns" } },
    { BYTES(HEAD "vars: {x: \"{{ A }}\"}\ncalls:\n" ADDCUST), { 3, 12, "var", "a plain text" } },
    { BYTES(
          HEAD
          "vars: {p: geheim77x}\ncalls:\n  - command: addmbox\n    fields: {billid: \"{{ A }}\", mbox: \"{{ B }}\", pass: \"{{ p }}\"}\n"),
      { 6, 57, "secret-var", "vars stay readable" } },
    { BYTES(HEAD "calls:\n" ADDCUST "tests:\n  - record: {A: '1'}\n    calls: [{addcus: {billid: '1'}}]\n"),
      { 8, 14, "test", "did you mean \"addcust\"?" } },
    { BYTES(HEAD "calls:\n" ADDCUST "tests:\n  - record: {A: '1'}\n    calls: [{addcust: {bilid: '1'}}]\n"),
      { 8, 24, "test", "no parameter" } },
    { BYTES(HEAD "calls:\n" ADDCUST "tests:\n  - record: {A: '1'}\n"),
      { 7, 5, "test", "either calls: […] or rejects: […]" } },
};

static void each_fault_at_its_place(void **state)
{
    size_t failed = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(single_faults); i++) {
        struct loaded l;

        load(&l, single_faults[i].text);
        if (!has_faults(&l, &single_faults[i].want, 1)) {
            print_error("row %zu: %.*s\n", i, STR_ARG(single_faults[i].text));
            failed++;
        }
        release(&l);
    }
    assert_int_equal(failed, 0);
}

/* ---- columns ---- */

static const struct str people[] = { BYTES("A"), BYTES("B"),     BYTES("Home Phone"),
                                     BYTES("B"), BYTES("phone"), BYTES("pass") };

static void columns_are_checked_when_they_are_known(void **state)
{
    static const struct want more[] = {
        { 3, 29, "column-unknown", "unique: people has no column \"AA\", did you mean \"A\"?" },
        { 4, 18, "name-twice", "\"phone\" is a let and a column of people too" },
        { 7, 33, "column-unknown", "people has no column \"Home Fone\", did you mean \"Home Phone\"?" },
        { 7, 59, "column-twice", "2 columns named \"B\"" },
        { 7, 70, "literal", "sends the word \"A\"" },
    };
    struct loaded l;

    (void)state;
    load(
        &l,
        STR(HEAD
            "inputs: {people: {unique: [AA], optional: [C]}}\n"
            "let: {phone: \"{{ [Home Phone] | digits }}\"}\n"
            "calls:\n"
            "  - command: addcust\n"
            "    fields: {billid: \"{{ A }}\", fname: \"{{ [Home Fone] }}\", lname: \"{{ B }}\", cty: A, ste: \"{{ C }}\", hphone: \"{{ phone }}\"}\n"));
    expect_well(&l);
    assert_int_equal(mapping_bind(l.m, 0, people, COUNT(people), &l.faults), ETL_FAIL);
    assert_int_equal(l.faults.count, COUNT(more));
    for (size_t i = 0; i < COUNT(more); i++) {
        bool found = false;

        for (size_t k = 0; k < l.faults.count; k++)
            found = found || (strcmp(l.faults.items[k].err.rule, more[i].rule) == 0 &&
                              strstr(l.faults.items[k].err.text, more[i].words) != NULL);
        if (!found) {
            print_faults(&l);
            fail_row(i, "%s", more[i].words);
        }
    }
    release(&l);
}

static void columns_that_feed_secrets_are_secret(void **state)
{
    static const struct str columns[] = { BYTES("A"),     BYTES("B"),    BYTES("plain"), BYTES("pass"),
                                          BYTES("pass2"), BYTES("code"), BYTES("pin") };
    static const bool       want[] = { false, false, false, true, true, true, true };
    struct loaded           l;

    (void)state;
    load(
        &l,
        STR(HEAD
            "inputs: {people: {secret: pin}}\n"
            "let: {secret_thing: \"{{ pass2 | trim }}\"}\n"
            "lookups: {by_code: {values: {a: b}, missing: keep}}\n"
            "calls:\n"
            "  - command: addmbox\n"
            "    fields: {billid: \"{{ A }}\", mbox: \"{{ B }}\",\n"
            "             pass: \"{{ plain == 'x' and pass or secret_thing or code | lookup('by_code') or password(12) }}\"}\n"));
    expect_well(&l);
    assert_int_equal(mapping_bind(l.m, 0, columns, COUNT(columns), &l.faults), ETL_OK);
    for (size_t i = 0; i < COUNT(columns); i++)
        if (l.m->inputs[0].secret[i] != want[i])
            fail_row(i, "%.*s is %ssecret", STR_ARG(columns[i]), want[i] ? "not " : "");
    assert_true(l.m->uses_password);
    release(&l);
}

/* ---- records ---- */

static struct key *test_key(struct loaded *l)
{
    char       *path = arena_cstr(&l->mem, arena_fmt(&l->mem, "%s/key", l->folder));
    struct key *key = NULL;

    assert_int_equal(key_open(path, &real_random, &key, NULL), ETL_OK);
    unlink(path);
    return key;
}

static const struct value *value_of(const struct mapped_call *call, const char *param)
{
    int at = command_param_index(call->call->command, str_from(param));

    assert_true(at >= 0);
    return &call->values[at];
}

static void passwords_are_kept_where_the_rules_take_them(void **state)
{
    static const struct str columns[] = { BYTES("A"), BYTES("B"), BYTES("pass") };
    static const struct {
        struct str pass;
        bool       kept;
    } rows[] = {
        { BYTES("Tr4vel-kite"), true },
        { BYTES("jdoe@example.net"), false }, /* the mailbox itself: a relation to another parameter */
        { BYTES("elephants"), false },        /* a word of a dictionary */
        { BYTES("short"), false },
        { BYTES(""), false },
    };
    struct loaded  l;
    struct key    *key;
    struct mapper *mapper;
    struct str     first = STR_NONE;

    (void)state;
    load(&l,
         STR(HEAD
             "calls:\n  - command: addmbox\n"
             "    fields: {billid: \"{{ A }}\", pass: \"{{ pass | valid or password(12) }}\", mbox: \"{{ B }}\"}\n"));
    expect_well(&l);
    assert_int_equal(mapping_bind(l.m, 0, columns, COUNT(columns), &l.faults), ETL_OK);
    key = test_key(&l);
    mapper = mapper_new(l.m, STR("2026-11-24"), key);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str          cells[] = { STR("7"), STR("jdoe@example.net"), rows[i].pass };
        struct record       record = { .cells = cells, .count = 3 };
        struct row          row = { .record = &record, .nth = 1 };
        struct mapped       mapped;
        const struct value *v;

        assert_int_equal(mapper_row(mapper, &row, STR("7"), &l.mem, &mapped), ETL_OK);
        v = value_of(&mapped.calls[0], "pass");
        assert_true(v->secret);
        if (str_eq(v->text, rows[i].pass) != rows[i].kept)
            fail_row(i, "%.*s is %skept", STR_ARG(rows[i].pass), rows[i].kept ? "not " : "");
        if (rows[i].kept)
            continue;
        assert_int_equal(v->text.len, 12);
        if (first.ptr == NULL)
            first = v->text;
        assert_text(v->text, first); /* the same at every planning */
    }
    mapper_free(mapper);
    key_free(key);
    release(&l);
}

static void expect_finding(const struct mapped *mapped, const char *field, const char *rule, enum severity severity)
{
    for (size_t i = 0; i < mapped->finding_count; i++)
        if (mapped->findings[i].severity == severity && strcmp(mapped->findings[i].err.rule, rule) == 0 &&
            (field == NULL
                 ? mapped->findings[i].err.field == NULL
                 : mapped->findings[i].err.field != NULL && strcmp(mapped->findings[i].err.field, field) == 0))
            return;
    for (size_t i = 0; i < mapped->finding_count; i++)
        print_error("%s: %s (rule %s)\n", mapped->findings[i].err.field != NULL ? mapped->findings[i].err.field : "-",
                    mapped->findings[i].err.text, mapped->findings[i].err.rule);
    print_error("no finding %s of %s\n", rule, field != NULL ? field : "the record");
    fail();
}

/* All that is wrong with a record is told; what failed to evaluate is not told as missing as well. */
static void all_findings_of_a_record(void **state)
{
    static const struct str columns[] = { BYTES("A"), BYTES("B"), BYTES("C") };
    struct str              cells[] = { STR("7"), STR("555"), STR("31/12/2026") };
    struct record           record = { .cells = cells, .count = 3 };
    struct row              row = { .record = &record, .nth = 1 };
    struct loaded           l;
    struct mapper          *mapper;
    struct mapped           mapped;

    (void)state;
    load(
        &l,
        STR(HEAD
            "calls:\n"
            "  - command: addcust\n    fields: {billid: \"{{ C | date('MM/DD/YYYY') }}\", hphone: \"{{ B }}\", wphone: \"{{ B }}\"}\n"
            "  - command: setbus\n    when: B > C\n    fields: {billid: \"{{ A }}\"}\n"
            "  - command: addsvc\n    once_per: \"{{ D }}\"\n    fields: {billid: \"{{ A }}\", sid: \"{{ D }}\"}\n"
            "rules: {wphone.phone10: warn}\n"
            "inputs: {people: {optional: [D]}}\n"));
    expect_well(&l);
    assert_int_equal(mapping_bind(l.m, 0, columns, COUNT(columns), &l.faults), ETL_OK);
    mapper = mapper_new(l.m, STR("2026-11-24"), NULL);
    assert_int_equal(mapper_row(mapper, &row, STR("7"), &l.mem, &mapped), ETL_REJECT);
    assert_int_equal(mapped.count, 0);
    assert_int_equal(mapped.tried, 2);
    expect_finding(&mapped, "billid", "date", SEVERITY_ERROR);
    expect_finding(&mapped, "hphone", "phone10", SEVERITY_ERROR);
    expect_finding(&mapped, "wphone", "phone10", SEVERITY_WARNING);
    expect_finding(&mapped, "when", "compare", SEVERITY_ERROR);
    expect_finding(&mapped, "once_per", "once-per-empty", SEVERITY_ERROR);
    expect_finding(&mapped, "sid", "required", SEVERITY_ERROR);
    assert_int_equal(mapped.finding_count, 6);
    mapper_free(mapper);
    release(&l);
}

static void references_and_clearing(void **state)
{
    static const struct str columns[] = { BYTES("A"), BYTES("B") };
    struct str              cells[] = { STR("7"), STR("") };
    struct record           record = { .cells = cells, .count = 2 };
    struct row              row = { .record = &record, .nth = 1 };
    struct loaded           l;
    struct mapper          *mapper;
    struct mapped           mapped;

    (void)state;
    load(&l, STR(HEAD "calls:\n"
                      "  - command: addcust\n    as: customer\n    fields: {billid: \"{{ A }}\"}\n"
                      "  - command: setbus\n    fields: {billid: \"{{ B or customer.id }}\"}\n"));
    expect_well(&l);
    assert_int_equal(mapping_bind(l.m, 0, columns, COUNT(columns), &l.faults), ETL_OK);
    mapper = mapper_new(l.m, STR("2026-11-24"), NULL);
    assert_int_equal(mapper_row(mapper, &row, STR("7"), &l.mem, &mapped), ETL_OK);
    assert_int_equal(mapped.count, 2);
    assert_int_equal(value_of(&mapped.calls[1], "billid")->kind, VALUE_REF);
    assert_is(value_of(&mapped.calls[1], "billid")->text, "customer.id");
    cells[1] = STR("9");
    assert_int_equal(mapper_row(mapper, &row, STR("7"), &l.mem, &mapped), ETL_OK);
    assert_is(value_of(&mapped.calls[1], "billid")->text, "9");
    mapper_free(mapper);
    release(&l);
}

static void lanes_and_unique_values(void **state)
{
    static const struct str columns[] = { BYTES("A"), BYTES("B") };
    struct str              cells[] = { STR(" 7 "), STR("x") }, lane, unique[2];
    struct record           record = { .cells = cells, .count = 2 };
    struct row              row = { .record = &record };
    struct loaded           l;
    struct mapper          *mapper;
    struct err              err = { 0 };

    (void)state;
    load(&l, STR(HEAD "lane: \"{{ A | trim }}\"\ninputs: {people: {unique: [B, A]}}\ncalls:\n" ADDCUST));
    expect_well(&l);
    assert_int_equal(mapping_bind(l.m, 0, columns, COUNT(columns), &l.faults), ETL_OK);
    mapper = mapper_new(l.m, STR("2026-11-24"), NULL);
    assert_int_equal(mapper_keys(mapper, &row, &l.mem, &lane, unique, &err), ETL_OK);
    assert_is(lane, "7");
    assert_is(unique[0], "x");
    assert_is(unique[1], " 7 ");
    cells[0] = STR("  ");
    assert_int_equal(mapper_keys(mapper, &row, &l.mem, &lane, unique, &err), ETL_REJECT);
    assert_string_equal(err.rule, "lane-empty");
    mapper_free(mapper);
    release(&l);
}

/* ---- vars, files, dangers ---- */

static void vars_are_set_from_outside(void **state)
{
    static const struct pair_value good[] = { { BYTES("realm"), BYTES("other.net") } },
                                   bad[] = { { BYTES("relam"), BYTES("x") } };
    static const char text[] = HEAD
        "vars: {realm: example.net}\ncalls:\n  - command: addcust\n    fields: {billid: \"{{ A }}@{{ realm }}\"}\n";
    struct loaded l;

    (void)state;
    begin(&l);
    load_set(&l, str_from(text), good, 1);
    expect_well(&l);
    assert_is(l.m->vars[0].value, "other.net");
    mapping_free(l.m);
    l.m = NULL;
    load_set(&l, str_from(text), bad, 1);
    assert_int_equal(l.status, ETL_FAIL);
    assert_non_null(strstr(l.faults.items[0].err.text, "did you mean \"realm\"?"));
    release(&l);
}

static void lookup_files_belong_to_the_mapping(void **state)
{
    static const char text[] = HEAD
        "lookups: {plan: {file: plans.csv, key: code, value: sid, missing: reject}}\ncalls:\n"
        "  - command: addsvc\n    fields: {billid: \"{{ A }}\", sid: \"{{ B | lookup('plan') }}\"}\n";
    struct loaded l;

    (void)state;
    begin(&l);
    write_text(&l, "plans.csv", STR("code,sid\nD1,abc_dsl\nD2,\"x,y\"\n"));
    load_set(&l, str_from(text), NULL, 0);
    expect_well(&l);
    assert_int_equal(l.m->file_count, 2);
    assert_is(l.m->files[1].name, "plans.csv");
    assert_is(l.m->files[1].text, "code,sid\nD1,abc_dsl\nD2,\"x,y\"\n");
    assert_int_equal(l.m->files[1].path.ptr[0], '/');
    mapping_free(l.m);
    l.m = NULL;
    write_text(&l, "plans.csv", STR("code,sid\nD1,abc_dsl\nD1,other\n"));
    load_set(&l, str_from(text), NULL, 0);
    assert_int_equal(l.status, ETL_FAIL);
    assert_non_null(strstr(l.faults.items[0].err.text, "in lines 2 and 3"));
    release(&l);
    load(&l, str_from(text));
    assert_int_equal(l.status, ETL_FAIL);
    release(&l);
}

static void dangers_have_to_be_allowed(void **state)
{
    static const char text[] =
        "mapping: 1\nprovider: safepages\n%scalls:\n  - command: full_cancel\n"
        "    fields: {type: acct_num, value: \"{{ A }}\"}\n";
    struct loaded         l;
    const struct command *c;

    (void)state;
    load(&l, STR("mapping: 1\nprovider: safepages\ncalls: []\n"));
    c = provider_command(l.m->provider, STR("full_cancel"));
    assert_non_null(c);
    assert_true((c->dangers & DANGER_DESTROYS) != 0);
    mapping_free(l.m);
    l.m = NULL;
    load_set(&l, arena_fmt(&l.mem, text, ""), NULL, 0);
    assert_int_equal(l.status, ETL_FAIL);
    assert_string_equal(l.faults.items[0].err.rule, "allow");
    assert_non_null(strstr(l.faults.items[0].err.text, "allow: [destroys]"));
    l.faults.count = l.faults.errors = 0;
    load_set(&l, arena_fmt(&l.mem, text, "allow: [destroys]\n"), NULL, 0);
    expect_well(&l);
    release(&l);
}

/* ---- lists ---- */

static const char list_provider[] =
    "provider: 1\nname: shop\ntitle: Shop\nendpoint: {url: \"https://shop.example/api\", wire: form, method: POST}\ncommand_field: do\n"
    "credentials: {word: {wire: word, title: password}}\n"
    "types:\n"
    "  text: {title: text}\n"
    "  word: {title: password, secret: true}\n"
    "  address: {list: {join: \":::\", parts: {street: text, street2: text, town: text}}}\n"
    "  contact: {list: {join: \":::\", parts: {name: text, phone: text}}}\n"
    "  contacts: {list: {join: \"///\", each: contact}}\n"
    "  words: {list: {join: \",\", each: word}}\n"
    "replies:\n  ok: {style: text, cases: [{body: '^ok', is: done}]}\n"
    "commands:\n"
    "  add:\n    title: Add\n    effect: create\n    entity: customer\n    reply: ok\n"
    "    params: {id: {type: text, required: true}, address: {type: address}, contacts: {type: contacts}, words: {type: words, secret: true}}\n"
    "    example: {id: '1'}\n";

static void fields_may_be_lists(void **state)
{
    static const char text[] =
        "mapping: 1\nprovider: ./p.yaml\ncalls:\n  - command: add\n    fields:\n      id: \"{{ id }}\"\n"
        "      address: [\"{{ street }}\", \"\", \"{{ town | upper }}\"]\n"
        "      contacts: [[\"{{ name }}\", \"{{ phone }}\"], [\"{{ second }}\", \"\"]]\n"
        "tests:\n"
        "  - {record: {id: '7', street: 1 Main St, town: Iola, name: \"Ann \\\"A\\\"\"},\n"
        "     calls: [{add: {id: '7', address: [1 Main St, '', IOLA], contacts: [[\"Ann \\\"A\\\"\", '']]}}]}\n"
        "  - {record: {id: '8'}, calls: [{add: {id: '8'}}]}\n";
    static const char wrong[] =
        "mapping: 1\nprovider: ./p.yaml\ncalls:\n  - command: add\n    fields:\n"
        "      id: [\"{{ id }}\"]\n"
        "      address: [\"{{ pw | valid }}\", \"{{ street | uper }}\"]\n"
        "      contacts: [[[x]], \"{{ add.id }}\"]\n";
    static const struct want want[] = {
        { 6, 11, "list", "takes one text" },
        { 7, 26, "valid", "not in a list" },
        { 7, 50, "expression", "did you mean \"upper\"?" },
        { 8, 19, "list", "a list of lists of lists" },
        { 8, 29, "capture-unknown", "no call named add" },
    };
    static const struct str columns[] = { BYTES("id"), BYTES("w") };
    struct loaded           l;
    size_t                  ran;

    (void)state;
    begin(&l);
    write_text(&l, "p.yaml", str_from(list_provider));
    load_set(&l, str_from(text), NULL, 0);
    expect_well(&l);
    mapping_run_tests(l.m, STR("2026-11-24"), NULL, &l.mem, &ran, &l.faults);
    expect_well(&l);
    assert_int_equal(ran, 2);
    mapping_free(l.m);
    l.m = NULL;
    load_set(&l, str_from(wrong), NULL, 0);
    assert_true(has_faults(&l, want, COUNT(want)));
    l.faults.count = l.faults.errors = 0;
    load_set(
        &l,
        STR("mapping: 1\nprovider: ./p.yaml\ncalls:\n  - {command: add, fields: {id: \"{{ id }}\", words: [\"{{ w }}\"]}}\n"),
        NULL, 0);
    expect_well(&l);
    assert_int_equal(mapping_bind(l.m, 0, columns, 2, &l.faults), ETL_OK);
    assert_true(l.m->inputs[0].secret[1]); /* through a list, too */
    release(&l);
}

/* ---- its own tests ---- */

#define TESTED                                                                                                         \
    HEAD                                                                                                               \
        "lane: \"{{ A }}\"\ncalls:\n  - command: addcust\n    fields: {billid: \"{{ A }}\", hphone: \"{{ B | digits }}\"}\ntests:\n"

static const struct {
    struct str  tests;
    const char *words; /* NULL: passes */
} own_tests[] = {
    { BYTES(
          "  - {record: {A: '7', B: (913) 555-0147}, lane: '7', calls: [{addcust: {billid: '7', hphone: '9135550147'}}]}\n"),
      NULL },
    { BYTES("  - {record: {A: '7'}, calls: [{addcust: {billid: '7'}}]}\n"), NULL },
    { BYTES("  - {record: {A: '7', B: '1'}, rejects: [{field: hphone, rule: phone10}]}\n"), NULL },
    { BYTES("  - {record: {B: '9135550147'}, rejects: [{rule: lane-empty}]}\n"), NULL },
    { BYTES("  - {record: {A: '7'}, calls: []}\n"), "the call addcust is made, and not expected" },
    { BYTES("  - {record: {A: '7'}, calls: [{addcust: {billid: '8'}}]}\n"), "billid: expected \"8\", got \"7\"" },
    { BYTES("  - {record: {A: '7', B: '9135550147'}, calls: [{addcust: {billid: '7'}}]}\n"), "hphone is not expected" },
    { BYTES("  - {record: {A: '7'}, calls: [{addcust: {billid: '7', hphone: '1'}}]}\n"),
      "expected \"1\", got nothing" },
    { BYTES("  - {record: {A: '7', B: '1'}, calls: [{addcust: {billid: '7', hphone: '1'}}]}\n"),
      "(rule phone10), and it is not expected" },
    { BYTES("  - {record: {A: '7'}, rejects: [{field: hphone, rule: phone10}]}\n"),
      "expected hphone to break rule phone10, and it does not" },
    { BYTES("  - {record: {A: '7'}, lane: '8', calls: [{addcust: {billid: '7'}}]}\n"), "the lane is \"7\"" },
    { BYTES("  - {record: {A: '7'}, calls: [{addcust: {billid: '7'}}, {addcust: {billid: '7'}}]}\n"),
      "it is not made" },
};

static void a_mappings_own_tests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(own_tests); i++) {
        struct loaded l;
        size_t        ran = 0;

        begin(&l);
        load_set(&l, arena_fmt(&l.mem, "%s%.*s", TESTED, STR_ARG(own_tests[i].tests)), NULL, 0);
        expect_well(&l);
        l.status = mapping_run_tests(l.m, STR("2026-11-24"), NULL, &l.mem, &ran, &l.faults);
        assert_int_equal(ran, 1);
        if ((l.status == ETL_OK) != (own_tests[i].words == NULL) ||
            (own_tests[i].words != NULL && strstr(l.faults.items[0].err.text, own_tests[i].words) == NULL)) {
            print_faults(&l);
            fail_row(i, "want %s", own_tests[i].words != NULL ? own_tests[i].words : "a pass");
        }
        release(&l);
    }
}

/* ---- stock mappings ---- */

static void stock_mappings_are_well(void **state)
{
    size_t count = 0;

    (void)state;
    for (; stock_mapping_files[count].name != NULL; count++) {
        struct str            name = str_from(stock_mapping_files[count].name);
        struct mapping_source source = { .name = str_head(name, name.len - strlen(".yaml")) };
        struct loaded         l;
        struct key           *key;
        size_t                ran = 0;

        begin(&l);
        l.status = mapping_load(&source, &l.mem, &l.m, &l.faults);
        expect_well(&l);
        key = test_key(&l);
        l.status = mapping_run_tests(l.m, STR("2026-11-24"), key, &l.mem, &ran, &l.faults);
        expect_well(&l);
        assert_true(ran > 0);
        key_free(key);
        release(&l);
    }
    assert_true(count >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_faults_at_once),
        cmocka_unit_test(each_fault_at_its_place),
        cmocka_unit_test(columns_are_checked_when_they_are_known),
        cmocka_unit_test(columns_that_feed_secrets_are_secret),
        cmocka_unit_test(passwords_are_kept_where_the_rules_take_them),
        cmocka_unit_test(all_findings_of_a_record),
        cmocka_unit_test(references_and_clearing),
        cmocka_unit_test(lanes_and_unique_values),
        cmocka_unit_test(vars_are_set_from_outside),
        cmocka_unit_test(lookup_files_belong_to_the_mapping),
        cmocka_unit_test(dangers_have_to_be_allowed),
        cmocka_unit_test(fields_may_be_lists),
        cmocka_unit_test(a_mappings_own_tests),
        cmocka_unit_test(stock_mappings_are_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
