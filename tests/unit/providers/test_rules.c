/* tests/unit/providers/test_rules.c - what a rule takes and refuses: the stock rules by their own examples, then relations, clear words, written forms,
 * rules between values, and what is never shown. */
#include "providers/description/load.h"
#include "tests/unit/check.h"

#include "providers/description/lint.h"
#include "providers/rules/rules.h"

/* ---- the stock descriptions, by their own examples ---- */

static void test_stock_examples(void **state)
{
    (void)state;
    for (size_t i = 0; stock_providers[i].name != NULL; i++) {
        struct str             name = str_from(stock_providers[i].name);
        const struct provider *p;
        struct arena           mem;
        struct findings        found;

        arena_init(&mem, 256U << 20, "a description");
        findings_init(&found, &mem);
        assert_int_equal(provider_load(str_head(name, name.len - strlen(".yaml")), &mem, &p, &found), ETL_OK);
        assert_true(p->rule_count != 0 && p->type_count != 0);
        provider_lint(p, STR("2026-11-24"), &mem, &found);
        for (size_t k = 0; k < found.count; k++)
            print_error("%s:%llu: %s\n", found.items[k].err.file, (unsigned long long)found.items[k].err.line,
                        found.items[k].err.text);
        assert_int_equal(found.count, 0);
        provider_free(p);
        arena_release(&mem);
    }
}

/* ---- each check, alone ---- */

static const char rules_text[] =
    "provider: 1\n"
    "name: rules\n"
    "endpoint: {url: \"https://x.example/\", wire: form}\n"
    "command_field: cmd\n"
    "rules:\n"
    "  length:   {message: length, source: test, length: 3..5, good: [abc], bad: [a]}\n"
    "  least:    {message: least, source: test, length: 2.., good: [ab], bad: [a]}\n"
    "  exactly:  {message: exactly, source: test, length: 2, good: [ab], bad: [a]}\n"
    "  chars:    {message: chars, source: test, chars: \"a-z_.-\", good: [a], bad: [A]}\n"
    "  first:    {message: first, source: test, first: \"a-z\", good: [a], bad: [_a]}\n"
    "  pattern:  {message: pattern, source: test, pattern: 'a+|b', good: [a], bad: [c]}\n"
    "  endless:  {message: endless, source: test, pattern: '(a+)+b', good: [ab], bad: [c]}\n"
    "  one_of:   {message: one of, source: test, one_of: [Y, N], good: [Y], bad: [y]}\n"
    "  none_of:  {message: none of, source: test, none_of: [x, y], good: [z], bad: [x]}\n"
    "  day:      {message: day, source: test, date: YYYY-MM-DD, good: [\"2026-11-24\"], bad: [x]}\n"
    "  future:   {message: future, source: test, date: YYYY-MM-DD, in: future, or: [\"0000-00-00\"], good: [\"2999-01-01\"], bad: [x]}\n"
    "  moment:   {message: moment, source: test, date: \"YYYY-MM-DD HH:mm:ss\", good: [\"2026-11-24 23:59:59\"], bad: [x]}\n"
    "  time:     {message: time, source: test, date: \"HH:mm:ss\", good: [\"00:00:00\"], bad: [x]}\n"
    "  number:   {message: number, source: test, number: 1..100, good: [\"7\"], bad: [x]}\n"
    "  ipv4:     {message: ipv4, source: test, address: ipv4, good: [\"1.2.3.4\"], bad: [x]}\n"
    "  mac:      {message: mac, source: test, address: mac, good: [\"01:02:03:04:05:06\"], bad: [x]}\n"
    "  local:    {message: local, source: test, length: 2..3, part: local, good: [ab], bad: [a]}\n"
    "  domain:   {message: domain, source: test, length: 2..3, part: domain, good: [ab], bad: [a@b]}\n"
    "  each:     {message: each, source: test, length: 2..3, part: each, good: [ab], bad: [a]}\n"
    "  word:     {message: word, source: test, not_word: true, good: [x7], bad: [football]}\n"
    "  weak:     {message: weak, source: test, not_weak: true, good: [x7-kite-3], bad: [password]}\n"
    "  unequal:  {message: unequal, source: test, not_equal: login, with: {login: ann}, good: [bob], bad: [ann]}\n"
    "  apart:    {message: apart, source: test, not_containing: login, with: {login: ann}, good: [bob], bad: [anna]}\n"
    "  no_clear: {message: the clear word, source: test, not_clear: true, with: {clear: \"NULL\"}, good: [x], bad: [\"NULL\"]}\n"
    "  warned:   {message: long, source: test, severity: warning, length: 1..4, good: [a], bad: [abcde]}\n"
    "types:\n"
    "  text:   {title: text}\n"
    "  short:  {title: short, rules: [length]}\n"
    "  long:   {title: long, rules: [warned]}\n"
    "  login:  {title: login, role: login}\n"
    "  pass:   {title: password, rules: [unequal, apart, least], secret: true}\n"
    "  day:    {title: day, rules: [future]}\n"
    "  number: {title: number, rules: [number]}\n"
    "  value:  {title: value, rules: [no_clear]}\n"
    "  flag:   {title: flag, write: {yes: Y, no: N}}\n"
    "  mark:   {title: mark, write: {yes: \"1\", no: absent}}\n"
    "replies: {line: {style: text, cases: [{body: '^1', is: done}]}}\n"
    "commands:\n"
    "  change:\n"
    "    effect: change\n"
    "    clear: \"NULL\"\n"
    "    reply: line\n"
    "    params:\n"
    "      id: {type: short, required: true}\n"
    "      user: {type: login}\n"
    "      word: {type: pass}\n"
    "      note: {type: long}\n"
    "      until: {type: day}\n"
    "      name: {type: value}\n"
    "      flag: {type: flag, dangers: {N: [cuts]}}\n"
    "      mark: {type: mark}\n"
    "      fixed: {always: x}\n"
    "      kind: {type: text}\n"
    "      what: {type: text}\n"
    "    together:\n"
    "      - {rule: kind_what, type_of: what, by: kind, cases: {n: number, s: short}}\n"
    "      - {rule: needs_name, required: [name], when: {kind: n}}\n"
    "      - {rule: no_note, absent: [note], unless: {kind: s}, message: a note goes with kind s}\n"
    "  choose:\n"
    "    effect: create\n"
    "    dangers: [spends]\n"
    "    reply: line\n"
    "    params:\n"
    "      a: {type: text}\n"
    "      b: {type: text}\n"
    "      c: {type: flag}\n"
    "      d: {type: text}\n"
    "      e: {type: text}\n"
    "    together:\n"
    "      - {rule: one, exactly_one_of: [a, {c: Y}]}\n"
    "      - {rule: some, at_least_one_of: [a, b], message: give a or b}\n"
    "      - {rule: few, at_most_one_of: [d, e], severity: warning}\n";

struct world {
    struct arena           mem;
    const struct provider *provider;
    struct rule_check     *check;
};

static int set_up(void **state)
{
    static struct world w;
    struct yaml_source  source = { "rules.yaml", str_from(rules_text) };
    struct findings     faults;

    arena_init(&w.mem, 64U << 20, "a test");
    findings_init(&faults, &w.mem);
    if (provider_load_text(&source, &w.mem, &w.provider, &faults) != ETL_OK) {
        struct buf out;

        buf_init(&out, 1 << 20, "faults");
        findings_print(&out, &faults);
        print_error("%s", buf_cstr(&out));
        buf_release(&out);
        return 1;
    }
    w.check = rule_check_new(STR("2026-11-24"));
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    rule_check_free(w->check);
    provider_free(w->provider);
    arena_release(&w->mem);
    return 0;
}

static const struct rule *rule_named(const struct provider *p, const char *id)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (str_is(p->rules[i].id, id))
            return &p->rules[i];
    return NULL;
}

static void test_checks(void **state)
{
    static const struct {
        const char *rule, *value;
        bool        holds;
    } rows[] = {
        /* lengths count code points */
        { "length", "abc", true },
        { "length", "Zoë", true },
        { "length", "Łódź!", true },
        { "length", "ab", false },
        { "length", "abcdef", false },
        { "least", "ab", true },
        { "least", "a", false },
        { "exactly", "ab", true },
        { "exactly", "abc", false },
        { "chars", "a_b.c-d", true },
        { "chars", "aB", false },
        { "chars", "", true },
        { "chars", "a b", false },
        { "first", "a1", true },
        { "first", "1a", false },
        { "first", "", true },
        /* the whole value, not a part of it */
        { "pattern", "aaa", true },
        { "pattern", "b", true },
        { "pattern", "ab", false },
        { "pattern", "a\n", false },
        { "pattern", "xa", false },
        { "pattern", "", false },
        { "one_of", "Y", true },
        { "one_of", "y", false },
        { "none_of", "z", true },
        { "none_of", "y", false },
        /* the calendar */
        { "day", "2024-02-29", true },
        { "day", "2023-02-29", false },
        { "day", "1900-02-29", false },
        { "day", "2000-02-29", true },
        { "day", "2026-04-31", false },
        { "day", "2026-13-01", false },
        { "day", "2026-00-10", false },
        { "day", "0000-00-00", false },
        { "day", "26-11-24", false },
        { "day", "2026-11-24 ", false },
        { "day", "2026/11/24", false },
        { "day", "２026-11-24", false },
        { "future", "2026-11-25", true },
        { "future", "2026-11-24", false },
        { "future", "2026-11-23", false },
        { "future", "0000-00-00", true },
        { "future", "2027-02-30", false },
        { "moment", "2026-11-24 23:59:59", true },
        { "moment", "2026-11-24 24:00:00", false },
        { "moment", "2026-11-24T23:59:59", false },
        { "moment", "2026-11-24", false },
        { "time", "00:00:00", true },
        { "time", "23:60:00", false },
        { "time", "9:00:00", false },
        /* numbers are decimal and whole */
        { "number", "1", true },
        { "number", "100", true },
        { "number", "101", false },
        { "number", "0", false },
        { "number", "007", true },
        { "number", " 7", false },
        { "number", "7.0", false },
        { "number", "0x7", false },
        { "number", "99999999999999999999", false },
        { "number", "", false },
        { "ipv4", "255.255.255.255", true },
        { "ipv4", "1.2.3", false },
        { "ipv4", "1.2.3.4.5", false },
        { "ipv4", "01.2.3.4", false },
        { "ipv4", "1.2.3.256", false },
        { "ipv4", "::1", false },
        { "mac", "01-02-03-04-05-06", true },
        { "mac", "0102.0304.0506", false },
        { "mac", "01:02:03:04:05:0G", false },
        /* parts of user@domain */
        { "local", "ab@abcdef", true },
        { "local", "a@abc", false },
        { "local", "ab", true },
        { "local", "@ab", false },
        { "domain", "a@abc", true },
        { "domain", "abcdef", true },
        { "domain", "a@abcd", false },
        { "domain", "a@", false },
        { "each", "ab@cd", true },
        { "each", "abcd@cd", false },
        { "each", "ab@abcd", false },
        { "each", "abc", true },
        /* words */
        { "word", "Football", false },
        { "word", "football7", true },
        { "word", "Tr4vel-kite", true },
        { "weak", "123456", false },
        { "weak", "p4ssw0rd", false },
        { "weak", "kite-47x-garden", true },
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err      err = { 0 };
        enum etl_status st =
            rule_holds(w->check, rule_named(w->provider, rows[i].rule), str_from(rows[i].value), NULL, 0, &err);

        if ((st == ETL_OK) != rows[i].holds)
            fail_row(i, "%s \"%s\": %s", rows[i].rule, rows[i].value, st == ETL_OK ? "holds" : err.text);
        if (st != ETL_OK)
            assert_string_equal(err.rule, rows[i].rule);
    }
}

/* A pattern that takes for ever on a value refuses it; it is never "no match", never a night lost. */
static void test_endless_pattern(void **state)
{
    struct world *w = *state;
    struct err    err = { 0 };

    assert_int_equal(rule_holds(w->check, rule_named(w->provider, "endless"),
                                STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaacb"), NULL, 0, &err),
                     ETL_REJECT);
    assert_non_null(strstr(err.text, "takes too long"));
}

static void test_relations(void **state)
{
    static const struct {
        const char *rule, *login, *value;
        bool        holds;
    } rows[] = {
        { "unequal", "ann@abc.com", "ann@abc.com", false },
        { "unequal", "ann@abc.com", "ann", false },
        { "unequal", "ann@abc.com", "ANN", false },
        { "unequal", "ann@abc.com", "anna", true },
        { "unequal", "ann@abc.com", "abc.com", true },
        { "unequal", NULL, "ann", true },
        { "apart", "ann@abc.com", "xAnNx", false },
        { "apart", "ann@abc.com", "ann@abc.com!", false },
        { "apart", "ann@abc.com", "bob", true },
        { "apart", "", "bob", true },
        { "apart", "@abc.com", "bob", true },
        { "apart", NULL, "ann", true },
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pair_value role = { STR("login"), str_from(rows[i].login) };

        if ((rule_holds(w->check, rule_named(w->provider, rows[i].rule), str_from(rows[i].value), &role,
                        rows[i].login != NULL, NULL) == ETL_OK) != rows[i].holds)
            fail_row(i, "%s beside %s", rows[i].value, rows[i].login);
    }
}

/* ---- whole calls ---- */

struct judged {
    enum etl_status       status;
    struct findings       found;
    struct value          values[16];
    const struct command *command;
};

static void note(void *context, enum severity severity, const struct err *err)
{
    findings_add(context, severity, err, NULL);
}

/* "id=abc flag=yes": values without blanks; name~ clears, name> is a reference. */
static void judge(struct world *w, const char *command, const char *words, severity_of eased, struct judged *out)
{
    struct str       rest = str_from(words), word;
    struct rule_sink sink = { .add = note, .context = &out->found, .severity = eased };

    memset(out, 0, sizeof *out);
    findings_init(&out->found, &w->mem);
    out->command = provider_command(w->provider, str_from(command));
    assert_true(out->command->param_count <= COUNT(out->values));
    while (rest.ptr != NULL && rest.len != 0) {
        struct str name, value;
        int        at;

        rest = str_cut(rest, ' ', &word);
        value = str_cut(word, '=', &name);
        at = command_param_index(out->command, value.ptr != NULL ? name : str_head(word, word.len - 1));
        assert_true(at >= 0);
        out->values[at] = value.ptr != NULL ? VALUE_OF(value) : VALUE_NONE;
        if (value.ptr == NULL)
            out->values[at] =
                (struct value){ str_ends(word, STR("~")) ? VALUE_CLEAR : VALUE_REF, false, STR("other.id") };
    }
    out->status = rules_call(w->check, out->command, out->values, &sink, &w->mem);
}

/* "field rule", "field rule!" for a warning; all of them, in order. */
static void assert_found(size_t row, const struct judged *j, const char *want)
{
    struct buf got;

    buf_init(&got, 1 << 16, "findings");
    for (size_t i = 0; i < j->found.count; i++)
        buf_fmt(&got, "%s%s %s%s", i != 0 ? ", " : "", j->found.items[i].err.field, j->found.items[i].err.rule,
                j->found.items[i].severity == SEVERITY_ERROR ? "" : "!");
    if (!str_is(buf_str(&got), want))
        fail_row(row, "found \"%s\", wanted \"%s\"", buf_cstr(&got), want);
    buf_release(&got);
}

static void test_calls(void **state)
{
    static const struct {
        const char *command, *words, *found;
    } rows[] = {
        { "change", "id=abc", "" },
        { "change", "", "id required" },
        { "change", "id=", "id required" }, /* empty is absent */
        { "change", "id=ab", "id length" },
        { "change", "id~", "id required" }, /* required cannot be cleared */
        { "change", "id>", "" },            /* a reference is taken for good */
        { "change", "id=abc user~ name~", "" },
        { "change", "id=abc name=NULL", "name no_clear" }, /* the clear word is no value */
        { "change", "id=abc name=null", "" },
        { "change", "id=abc fixed=y", "fixed always" },
        { "change", "id=abc until=2026-11-24", "until future" },
        { "change", "id=abc until=0000-00-00", "" },
        { "change", "id=abc flag=maybe", "flag bool" },
        { "change", "id=abc mark=2", "mark bool" },
        /* relations look at the call's other values */
        { "change", "id=abc user=ann@x.com word=ANN", "word unequal, word apart" },
        { "change", "id=abc user=ann@x.com word=anna", "word apart" },
        { "change", "id=abc word=ann", "" },
        { "change", "id=abc user> word=ann", "" },
        { "change", "id=abc user~ word=ann", "" },
        /* every fault is told */
        { "change", "id=ab user=b word=b flag=x fixed=1",
          "id length, word unequal, word apart, word least, flag bool, fixed always" },
        /* the type of one goes by another */
        { "change", "id=abc kind=n name=x what=7", "" },
        { "change", "id=abc kind=n name=x what=seven", "what number" },
        { "change", "id=abc kind=s what=seven", "" },
        { "change", "id=abc kind=s what=7", "what length" },
        { "change", "id=abc kind=z what=7", "" },
        { "change", "id=abc kind=n", "name needs_name" },
        { "change", "id=abc kind=n name~", "" }, /* a clear is given */
        { "change", "id=abc note=abc", "note no_note" },
        { "change", "id=abc kind=s note=abc", "" },
        { "change", "id=abc kind=s note=abcde", "note warned!" },
        /* choices */
        { "choose", "a=1", "" },
        { "choose", "", "a one, a some" },
        { "choose", "b=1", "a one" },
        { "choose", "b=1 c=yes", "" },
        { "choose", "b=1 c=no", "a one" },
        { "choose", "a=1 c=true", "a one" },
        { "choose", "a> c=N", "" },
        { "choose", "a=1 d=1", "" },
        { "choose", "a=1 d=1 e=1", "d few!" },
        { "choose", "a=1 d~", "d clear" }, /* no word for it here */
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct judged j;

        judge(w, rows[i].command, rows[i].words, NULL, &j);
        assert_found(i, &j, rows[i].found);
        if ((j.status == ETL_OK) != (j.found.errors == 0))
            fail_row(i, "status %d with %zu errors", j.status, j.found.errors);
    }
}

/* How booleans go on the wire. */
static void test_written_forms(void **state)
{
    static const struct {
        const char *words, *param, *text; /* text NULL: absent */
    } rows[] = {
        { "flag=true", "flag", "Y" }, { "flag=TRUE", "flag", "Y" },   { "flag=yes", "flag", "Y" },
        { "flag=y", "flag", "Y" },    { "flag=on", "flag", "Y" },     { "flag=1", "flag", "Y" },
        { "flag=t", "flag", "Y" },    { "flag=Y", "flag", "Y" },      { "flag=false", "flag", "N" },
        { "flag=No", "flag", "N" },   { "flag=off", "flag", "N" },    { "flag=0", "flag", "N" },
        { "flag=f", "flag", "N" },    { "flag=N", "flag", "N" },      { "mark=true", "mark", "1" },
        { "mark=1", "mark", "1" },    { "mark=false", "mark", NULL }, { "mark=0", "mark", NULL },
        { "mark=", "mark", NULL },
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct judged       j;
        const struct value *v;

        judge(w, "change", arena_cstr(&w->mem, arena_fmt(&w->mem, "id=abc %s", rows[i].words)), NULL, &j);
        v = &j.values[command_param_index(j.command, str_from(rows[i].param))];
        assert_int_equal(j.status, ETL_OK);
        if (rows[i].text == NULL ? v->kind != VALUE_ABSENT : v->kind != VALUE_TEXT || !str_is(v->text, rows[i].text))
            fail_row(i, "%s is written %.*s", rows[i].words, STR_ARG(v->text));
    }
}

static void test_secrets_are_not_told(void **state)
{
    struct world *w = *state;
    struct judged j;

    judge(w, "change", "id=abc user=hunter77 word=hunter77", NULL, &j);
    assert_int_equal(j.found.errors, 2);
    for (size_t i = 0; i < j.found.count; i++)
        assert_null(strstr(j.found.items[i].err.text, "hunter77"));
    assert_true(j.values[command_param_index(j.command, STR("word"))].secret);
    judge(w, "change", "id=ab", NULL, &j);
    assert_string_equal(j.found.items[0].err.text, "length, got \"ab\"");
}

static void test_not_utf8(void **state)
{
    struct world *w = *state;
    struct judged j;

    judge(w, "change", "id=a\xff\xfe", NULL, &j);
    assert_found(0, &j, "id utf8");
}

static enum severity only_warn(const void *context, const struct command *c, const struct param *p, struct str rule,
                               enum severity described)
{
    (void)context;
    (void)c;
    return str_is(rule, "length") && str_is(p->name, "id") ? SEVERITY_WARNING : described;
}

static void test_severity_is_eased(void **state)
{
    struct world *w = *state;
    struct judged j;

    judge(w, "change", "id=ab", only_warn, &j);
    assert_int_equal(j.status, ETL_OK);
    assert_found(0, &j, "id length!");
    judge(w, "change", "id=ab flag=x", only_warn, &j);
    assert_int_equal(j.status, ETL_REJECT);
}

static void test_dangers(void **state)
{
    struct world *w = *state;
    struct judged j;

    judge(w, "change", "id=abc flag=yes", NULL, &j);
    assert_int_equal(rules_dangers(j.command, j.values), 0);
    judge(w, "change", "id=abc flag=no", NULL, &j); /* told by what is written, not by what was given */
    assert_int_equal(rules_dangers(j.command, j.values), DANGER_CUTS);
    judge(w, "choose", "a=1", NULL, &j);
    assert_int_equal(rules_dangers(j.command, j.values), DANGER_SPENDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stock_examples),
        cmocka_unit_test(test_checks),
        cmocka_unit_test(test_endless_pattern),
        cmocka_unit_test(test_relations),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_written_forms),
        cmocka_unit_test(test_secrets_are_not_told),
        cmocka_unit_test(test_not_utf8),
        cmocka_unit_test(test_severity_is_eased),
        cmocka_unit_test(test_dangers),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
