/* tests/unit/mapping/test_mapping.c - etl/mapping/mapping.h: faults at their places, columns, secrets, vars, lookup files. */
#include "tests/unit/mapping/loaded_mapping.h"

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
    { BYTES(
          HEAD
          "calls:\n  - command: addmbox\n    fields: {billid: \"{{ A }}\", pass: \"{{ A }}\", mbox: \"{{ password(8) }}\"}\n"),
      { 5, 57, "password-identity", "mbox tells what addmbox is about" } },
    { BYTES(
          HEAD
          "calls:\n  - command: addmbox\n    fields: {billid: \"{{ A }}\", pass: \"{{ password(2, A) }}\", mbox: \"{{ A }}\"}\n"),
      { 5, 52, "filter-argument", "from 4 to 128" } },
    { BYTES(
          HEAD
          "calls:\n  - command: addmbox\n    fields: {billid: \"{{ A }}\", pass: \"{{ password(12, A, A) }}\", mbox: \"{{ A }}\"}\n"),
      { 5, 57, "expression", "a ) is missing" } },
    { BYTES(
          HEAD
          "calls:\n" ADDCUST
          "  - command: addmbox\n    fields: {billid: \"{{ A }}\", pass: \"{{ password(12, addcust.id) }}\", mbox: \"{{ A }}\"}\n"),
      { 7, 56, "capture-place", "stands alone" } },
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
    { BYTES(HEAD "inputs: {a: {expect: {rows: ±many}}}\ncalls:\n" ADDCUST), { 3, 29, "expect", "±10% of last time" } },
    { BYTES(HEAD "inputs: {a: {expect: {rows: +-10}}}\ncalls:\n" ADDCUST), { 3, 29, "expect", "±10% of last time" } },
    { BYTES(HEAD "inputs: {a: {expect: {rows: ±10% flor 3}}}\ncalls:\n" ADDCUST),
      { 3, 29, "expect", "±10% of last time" } },
    { BYTES(HEAD "guards: {rejects: few}\ncalls:\n" ADDCUST), { 3, 19, "guard", "2% floor 20" } },
    { BYTES(HEAD "guards: {rejects: {stop: few}}\ncalls:\n" ADDCUST), { 3, 26, "guard", "2% floor 20" } },
    { BYTES(HEAD "guards: {cuts: [5]}\ncalls:\n" ADDCUST), { 3, 16, "guard", "2% floor 20" } },
    { BYTES(HEAD "guards: {cuts: {}}\ncalls:\n" ADDCUST), { 3, 16, "guard", "says stop: or hold:" } },
    { BYTES(HEAD "guards: {rejects: {hold: 5, stop: 9}}\ncalls:\n" ADDCUST), { 3, 26, "guard", "nothing to hold" } },
    { BYTES(HEAD "guards: {cuts: {hold: 5, stopp: 9}}\ncalls:\n" ADDCUST),
      { 3, 26, "key-unknown", "did you mean \"stop\"?" } },
    { BYTES(HEAD "guards: {cuts: {hold: 9, stop: 5}}\ncalls:\n" ADDCUST), { 3, 23, "guard", "hold is above stop" } },
    { BYTES(HEAD "guards: {cuts: {hold: 6%, stop: 5%}}\ncalls:\n" ADDCUST), { 3, 23, "guard", "hold is above stop" } },
    { BYTES(HEAD "guards: {cuts: {hold: 1% floor 20, stop: 5% floor 10}}\ncalls:\n" ADDCUST),
      { 3, 23, "guard", "hold is above stop" } },
    { BYTES(HEAD "guards: {cuts: {hold: 1%, stop: 100}}\ncalls:\n" ADDCUST), { 3, 23, "guard", "hold is above stop" } },
    { BYTES(HEAD "guards: {reject: 5}\ncalls:\n" ADDCUST), { 3, 10, "key-unknown", "did you mean \"rejects\"?" } },
    { BYTES(HEAD "guards: {removes: 5}\ncalls:\n" ADDCUST), { 3, 10, "guard-delta", "come with deltas" } },
    { BYTES(HEAD "guards: {changes: {hold: 5%}}\ncalls:\n" ADDCUST), { 3, 10, "guard-delta", "come with deltas" } },
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

/* ---- vars, files ---- */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_faults_at_once),
        cmocka_unit_test(each_fault_at_its_place),
        cmocka_unit_test(columns_are_checked_when_they_are_known),
        cmocka_unit_test(columns_that_feed_secrets_are_secret),
        cmocka_unit_test(vars_are_set_from_outside),
        cmocka_unit_test(lookup_files_belong_to_the_mapping),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
