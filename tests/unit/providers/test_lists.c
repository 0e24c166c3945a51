/* tests/unit/providers/test_lists.c - lists as one text; dates and lists in the provider's hand, there and back; what the rules say of them. */
#include "tests/unit/check.h"

#include "etl/core/notation/list.h"
#include "providers/description/load.h"
#include "providers/model/value_form.h"
#include "providers/rules/rules.h"

static void test_written_and_read(void **state)
{
    static const struct str parts[] = { BYTES("105 Main St"), BYTES(""),           BYTES("a\"b\\c"),
                                        BYTES("\x01\n\t/"),   BYTES("Zo\xc3\xab"), BYTES("[x],") };
    struct list_reader      r;
    struct list_item        item;
    struct arena            mem;
    struct buf              out;

    (void)state;
    arena_init(&mem, 1U << 20, "a test");
    buf_init(&out, 1 << 16, "a list");
    list_begin(&out);
    for (size_t i = 0; i < COUNT(parts); i++)
        list_text(&out, parts[i]);
    list_begin(&out);
    list_text(&out, STR("inner"));
    list_end(&out);
    list_end(&out);
    assert_true(list_is_valid(buf_str(&out)));
    assert_int_equal(list_count(buf_str(&out)), COUNT(parts) + 1);
    r = list_open(buf_str(&out));
    for (size_t i = 0; i < COUNT(parts); i++) {
        assert_true(list_next(&r, &mem, &item));
        assert_false(item.is_list);
        assert_text(item.text, parts[i]);
    }
    assert_true(list_next(&r, &mem, &item));
    assert_true(item.is_list);
    assert_is(item.text, "[\"inner\"]");
    assert_false(list_next(&r, &mem, &item));
    buf_release(&out);
    arena_release(&mem);
}

static void test_valid(void **state)
{
    static const char *const good[] = { "[]", "[\"\"]", "[\"a\",\"b\"]", "[[\"a\"],[]]", "[\"\\u00e9\\\"\"]" };
    static const char *const bad[] = { "",         "[",   "]",           "[\"a\"",       "[\"a\",]", "[a]",
                                       "[\"a\"] ", "[1]", "[[[\"a\"]]]", "[\"a\"\"b\"]", "[\"\n\"]" };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        if (!list_is_valid(str_from(good[i])))
            fail_row(i, "%s is no list", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (list_is_valid(str_from(bad[i])))
            fail_row(i, "%s is a list", bad[i]);
    assert_true(list_is_empty(STR("[\"\",[\"\"]]")));
    assert_false(list_is_empty(STR("[\"\",[\"0\"]]")));
}

/* ---- the provider's hand ---- */

static const char provider_text[] =
    "provider: 1\n"
    "name: hand\n"
    "endpoint: {url: \"https://x.example/\", wire: form}\n"
    "command_field: cmd\n"
    "rules:\n"
    "  short: {message: must be short, source: test, length: 0..8, good: [a], bad: [abcdefghi]}\n"
    "  no_card: {message: must be a token, source: test, not_card: true, good: [tok_1, \"4111111111111112\"], bad: [\"4111 1111-1111 1111\"]}\n"
    "types:\n"
    "  text: {title: text, rules: [short]}\n"
    "  token: {title: token, rules: [no_card], secret: true}\n"
    "  us_date: {title: date, date: MM/DD/YYYY}\n"
    "  eu_date: {title: date, date: DD/MM/YYYY}\n"
    "  iso_date: {title: date, date: YYYY-MM-DD}\n"
    "  address: {title: address, list: {join: \":::\", parts: {street: text, street2: text, town: text, until: eu_date}}}\n"
    "  contact: {title: contact, list: {join: \":::\", parts: {name: text, phone: text}}}\n"
    "  contacts: {title: contacts, list: {join: \"///\", each: contact}}\n"
    "  groups: {title: groups, list: {join: \",\", each: text, count: 1..3}}\n"
    "  rights: {title: rights, list: {join: \",\", open: \"{\", close: \"}\", quoted: true, each: text}}\n"
    "replies:\n"
    "  ok: {style: text, cases: [{body: '^ok', is: done}]}\n"
    "commands:\n"
    "  put:\n"
    "    title: Put\n"
    "    effect: change\n"
    "    params:\n"
    "      us: {type: us_date}\n"
    "      eu: {type: eu_date}\n"
    "      iso: {type: iso_date}\n"
    "      address: {type: address}\n"
    "      contacts: {type: contacts}\n"
    "      groups: {type: groups}\n"
    "      rights: {type: rights}\n"
    "      token: {type: token}\n"
    "      plain: {type: text}\n"
    "      whom: {type: text, omit: everybody}\n"
    "    reply: ok\n";

struct setup {
    struct arena           mem;
    const struct provider *p;
    const struct command  *put;
    struct rule_check     *check;
};

static int load(void **state)
{
    static struct setup s;
    struct findings     faults;
    struct yaml_source  source = { "hand.yaml", { provider_text, sizeof provider_text - 1 } };

    arena_init(&s.mem, 64U << 20, "a test");
    findings_init(&faults, &s.mem);
    if (provider_load_text(&source, &s.mem, &s.p, &faults) != ETL_OK) {
        for (size_t i = 0; i < faults.count; i++)
            print_error("%llu: %s\n", (unsigned long long)faults.items[i].err.line, faults.items[i].err.text);
        return 1;
    }
    s.put = provider_command(s.p, STR("put"));
    s.check = rule_check_new(STR("2026-11-24"));
    *state = &s;
    return 0;
}

static int unload(void **state)
{
    struct setup *s = *state;

    rule_check_free(s->check);
    provider_free(s->p);
    arena_release(&s->mem);
    return 0;
}

static const struct {
    const char *param, *value, *sent;
} hands[] = {
    { "us", "2026-03-09", "03/09/2026" },
    { "eu", "2026-03-09", "09/03/2026" },
    { "iso", "2026-03-09", "2026-03-09" },
    { "address", "[\"1 High St\",\"\",\"Cork\",\"2024-02-29\"]", "1 High St::::::Cork:::29/02/2024" },
    { "address", "[\"1 High St\",\"\",\"\",\"\"]", "1 High St:::::::::" },
    { "contacts", "[[\"Ann\",\"1\"],[\"Bob\",\"\"]]", "Ann:::1///Bob:::" },
    { "groups", "[\"1\",\"2\",\"5\"]", "1,2,5" },
    { "rights", "[\"a b\",\"c\\\"d\",\"e\\\\\",\"f,g\"]", "{\"a b\",\"c\\\"d\",\"e\\\\\",\"f,g\"}" },
};

static void test_hand(void **state)
{
    struct setup *s = *state;

    for (size_t i = 0; i < COUNT(hands); i++) {
        const struct param *p = command_param(s->put, str_from(hands[i].param));
        struct value        back;
        struct buf          out;

        buf_init(&out, 1 << 16, "a test");
        value_form_write(p->type, str_from(hands[i].value), &out);
        if (!str_is(buf_str(&out), hands[i].sent))
            fail_row(i, "sent as %s, wanted %s", buf_cstr(&out), hands[i].sent);
        if (!value_form_read(p->type, str_from(hands[i].sent), &s->mem, &back) || !str_is(back.text, hands[i].value))
            fail_row(i, "read back as %.*s", STR_ARG(back.text));
        buf_release(&out);
    }
}

static void test_not_so_written(void **state)
{
    struct setup *s = *state;
    static const struct {
        const char *param, *sent;
    } rows[] = { { "us", "2026-03-09" },
                 { "us", "13/01/2026" },
                 { "us", "3/9/2026" },
                 { "eu", "01/13/2026" },
                 { "eu", "29/02/2026" },
                 { "iso", "03/09/2026" },
                 { "rights", "a,b" },
                 { "rights", "{\"a\"" },
                 { "rights", "{\"a\" ,\"b\"}" },
                 { "address", "a:::b:::c:::2024-02-29" } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct value back;

        if (value_form_read(command_param(s->put, str_from(rows[i].param))->type, str_from(rows[i].sent), &s->mem,
                            &back))
            fail_row(i, "%s is read as %.*s", rows[i].sent, STR_ARG(back.text));
    }
}

/* ---- the rules ---- */

struct told {
    char   field[64], rule[40];
    size_t count;
};

static void tell(void *context, enum severity severity, const struct err *err)
{
    struct told *t = context;

    (void)severity;
    if (t->count++ != 0)
        return;
    snprintf(t->field, sizeof t->field, "%s", err->field != NULL ? err->field : "");
    snprintf(t->rule, sizeof t->rule, "%s", err->rule);
}

/* A value, and what becomes of it: the list that is left, or FIELD RULE of the first fault. */
static const struct {
    const char *param, *value, *becomes;
} judged[] = {
    { "address", "[\"a\",\"\",\"b\"]", "[\"a\",\"\",\"b\",\"\"]" },
    { "address", "[\"\",\"\",\"\"]", "(absent)" },
    { "address", "[\"a\",\"b\",\"c\",\"2026-01-01\",\"e\"]", "address list" },
    { "address", "[\"a\",\"b\",\"c\",\"01/02/2026\"]", "address.until date" },
    { "address", "[\"a\",\"b\",\"too long a town\"]", "address.town short" },
    { "address", "[\"a:::b\"]", "address.street list-part" },
    { "address", "[\"a:\",\"b\"]", "address.street list-part" },
    { "address", "[\":a\",\"b\"]", "address.street list-part" },
    { "address", "[[\"a\"],\"b\"]", "address.street list" },
    { "address", "a:::b:::c:::d", "address list" },
    { "contacts", "[[\"Ann\"],[\"\",\"\"],[\"Bob\",\"2\"]]", "[[\"Ann\",\"\"],[\"Bob\",\"2\"]]" },
    { "contacts", "[\"Ann\",\"1\"]", "contacts[1] list" },
    { "contacts", "[[\"Ann\",\"1/\"]]", "contacts[1].phone list-part" }, /* it touches the outer separator */
    { "contacts", "[[\"Ann:\",\"1\"]]", "contacts[1].name list-part" },
    { "groups", "[\"1\",\"\",\"2\"]", "[\"1\",\"2\"]" },
    { "groups", "[\"1\",\"2\",\"3\",\"4\"]", "groups list" },
    { "groups", "[\"1,2\"]", "groups[1] list-part" },
    { "us", "2026-03-09", "2026-03-09" },
    { "us", "03/09/2026", "us date" },
    { "us", "2026-02-29", "us date" },
    { "token", "4111111111111111", "token no_card" },
    { "token", "4111 1111 1111 1111", "token no_card" },
    { "token", "tok_4111111111111111", "tok_4111111111111111" },
    { "token", "4111111111111112", "4111111111111112" },
    { "plain", "[\"a\"]", "[\"a\"]" },
    { "whom", "everybody", "everybody" },
    { "whom", "somebody else", "whom short" },
};

static void test_rules(void **state)
{
    struct setup *s = *state;

    for (size_t i = 0; i < COUNT(judged); i++) {
        struct value    *values = ARENA_ARRAY(&s->mem, struct value, s->put->param_count + 1);
        struct told      told = { .count = 0 };
        struct rule_sink sink = { .add = tell, .context = &told };
        int              at = command_param_index(s->put, str_from(judged[i].param));
        char             got[200];

        values[at] = VALUE_OF(str_from(judged[i].value));
        if (rules_call(s->check, s->put, values, &sink, &s->mem) != ETL_OK)
            snprintf(got, sizeof got, "%s %s", told.field, told.rule);
        else
            snprintf(got, sizeof got, "%.*s",
                     STR_ARG(values[at].kind == VALUE_ABSENT ? STR("(absent)") : values[at].text));
        if (strcmp(got, judged[i].becomes) != 0)
            fail_row(i, "%s: got %s, wanted %s", judged[i].value, got, judged[i].becomes);
    }
}

static void test_list_for_a_text(void **state)
{
    struct setup    *s = *state;
    struct value    *values = ARENA_ARRAY(&s->mem, struct value, s->put->param_count + 1);
    struct told      told = { .count = 0 };
    struct rule_sink sink = { .add = tell, .context = &told };

    values[command_param_index(s->put, STR("plain"))] = (struct value){ VALUE_LIST, false, STR("[\"a\"]") };
    assert_int_equal(rules_call(s->check, s->put, values, &sink, &s->mem), ETL_REJECT);
    assert_string_equal(told.rule, "list");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_and_read), cmocka_unit_test(test_valid), cmocka_unit_test(test_hand),
        cmocka_unit_test(test_not_so_written),   cmocka_unit_test(test_rules), cmocka_unit_test(test_list_for_a_text),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
