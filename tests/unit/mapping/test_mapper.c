/* tests/unit/mapping/test_mapper.c - etl/mapping/mapper.h: what comes of a record: values, findings, lanes, dangers, lists. */
#include "etl/mapping/mapper.h"

#include "etl/mapping/run_tests.h"
#include "tests/unit/mapping/loaded_mapping.h"

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

/* The password that this mapping makes for a record of the columns A, B, C; good until release(). */
static struct str password_made(struct loaded *l, const struct key *key, struct str a, struct str b, struct str c)
{
    struct mapper *mapper = mapper_new(l->m, STR("2026-11-24"), key);
    struct str     cells[] = { a, b, c };
    struct record  record = { .cells = cells, .count = 3 };
    struct row     row = { .record = &record, .nth = 1 };
    struct mapped  mapped;

    assert_int_equal(mapper_row(mapper, &row, a, &l->mem, &mapped), ETL_OK);
    mapper_free(mapper);
    return value_of(&mapped.calls[0], "pass")->text;
}

static void a_password_is_its_mailbox_s_and_its_word_s(void **state)
{
    static const struct str columns[] = { BYTES("A"), BYTES("B"), BYTES("C") };
    static const struct {
        struct str a, b, c;
        bool       same;
    } rows[] = {
        { BYTES("7"), BYTES("john@example.net"), BYTES("spring"), true },  /* at every planning */
        { BYTES("7"), BYTES("ann@example.net"), BYTES("spring"), false },  /* another mailbox of the lane */
        { BYTES("7"), BYTES("john@example.net"), BYTES("autumn"), false }, /* another word */
        { BYTES("7"), BYTES("john@example.net"), BYTES(""), false },
        { BYTES("8"), BYTES("john@example.net"), BYTES("spring"), false }, /* another lane */
    };
    struct loaded l;
    struct key   *key;
    struct str    first, got;

    (void)state;
    /* The mailbox stands behind the password, and asks the rules itself: it has its value first all the same. */
    load(&l,
         STR(HEAD "calls:\n  - command: addmbox\n"
                  "    fields: {pass: \"{{ password(12, C) }}\", billid: \"{{ A }}\", mbox: \"{{ B | valid }}\"}\n"));
    expect_well(&l);
    assert_int_equal(mapping_bind(l.m, 0, columns, COUNT(columns), &l.faults), ETL_OK);
    assert_false(mapping_input_has_secrets(&l.m->inputs[0])); /* the word is none */
    key = test_key(&l);
    first = password_made(&l, key, rows[0].a, rows[0].b, rows[0].c);
    for (size_t i = 0; i < COUNT(rows); i++) {
        got = password_made(&l, key, rows[i].a, rows[i].b, rows[i].c);
        if (str_eq(got, first) != rows[i].same)
            fail_row(i, "the password is %s", rows[i].same ? "another one" : "the same");
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_are_kept_where_the_rules_take_them),
        cmocka_unit_test(a_password_is_its_mailbox_s_and_its_word_s),
        cmocka_unit_test(all_findings_of_a_record),
        cmocka_unit_test(references_and_clearing),
        cmocka_unit_test(lanes_and_unique_values),
        cmocka_unit_test(dangers_have_to_be_allowed),
        cmocka_unit_test(fields_may_be_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
