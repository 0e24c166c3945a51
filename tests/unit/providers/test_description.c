/* tests/unit/providers/test_description.c - `provider lint` judges descriptions it has never seen: each kind of fault at its line and column, and
 * all of them at once. */
#include "providers/description/load.h"
#include "tests/unit/check.h"

#include "providers/description/lint.h"
#include "providers/wires/wire.h"

/* A whole description, small: what each row below changes. */
static const char whole[] =
    "provider: 1\n"
    "name: tiny\n"
    "title: Tiny\n"
    "document: none\n"
    "endpoint: {url: \"https://tiny.example/api\", wire: form, method: POST}\n"
    "command_field: cmd\n"
    "credentials:\n"
    "  key: {wire: key, title: key, chars: \"!-~\", length: 1..64}\n"
    "limits: {concurrency: 4, per_second: 10, timeout_seconds: 30, tries: 5}\n"
    "rules:\n"
    "  digits: {message: must be digits, source: the test, pattern: '[0-9]+', good: [\"7\"], bad: [x]}\n"
    "  short: {message: must be short, source: the test, length: 1..8, good: [a], bad: [abcdefghi]}\n"
    "  other: {message: must differ, source: the test, not_equal: login, with: {login: ann}, good: [bob], bad: [ann]}\n"
    "types:\n"
    "  id: {title: number, rules: [digits], example: \"7\"}\n"
    "  login: {title: login, role: login, rules: [short], example: ann}\n"
    "  pass: {title: password, rules: [short, other], secret: true, example: kite}\n"
    "  flag: {title: flag, write: {yes: \"1\", no: \"0\"}, example: \"1\"}\n"
    "replies:\n"
    "  line:\n"
    "    style: text\n"
    "    cases:\n"
    "      - {body: '^1', is: done}\n"
    "      - {body: '^0 none', is: nothing}\n"
    "      - {body: '^0', is: refused}\n"
    "  rows:\n"
    "    style: csv\n"
    "    skip_header: true\n"
    "    cases:\n"
    "      - {body: '^0', is: refused}\n"
    "      - {body: '.', is: done}\n"
    "answers: {refused: \"0 {reason}\", login: \"0 who\", unknown_command: \"0 what\", type: text/plain}\n"
    "test: {send: {mode: test}}\n"
    "probe: {command: look, with: {id: \"0\"}, expect: [done, nothing]}\n"
    "commands:\n"
    "  look:\n"
    "    title: Look\n"
    "    about: Looks.\n"
    "    effect: read\n"
    "    entity: thing\n"
    "    params:\n"
    "      id: {type: id, required: true}\n"
    "    reply: line\n"
    "    captures: {owner: '^1 (\\S+)'}\n"
    "    finds:\n"
    "      - {in: things, where: {id: \"{id}\"}, answer: \"1 {row.owner}\"}\n"
    "    nothing: \"0 none\"\n"
    "    example: {id: \"7\"}\n"
    "  make:\n"
    "    title: Make\n"
    "    about: Makes.\n"
    "    effect: create\n"
    "    entity: thing\n"
    "    dangers: [notifies]\n"
    "    clear: \"NULL\"\n"
    "    params:\n"
    "      id: {type: id, required: true}\n"
    "      user: {type: login, recommended: true}\n"
    "      word: {type: pass}\n"
    "      off: {type: flag, dangers: {\"1\": [cuts]}}\n"
    "      sort: {type: login}\n"
    "    together:\n"
    "      - {rule: one, exactly_one_of: [word, {off: \"1\"}], message: one of them}\n"
    "      - {rule: both, required: [user], when: {sort: x}}\n"
    "      - {rule: kind, type_of: sort, by: user, cases: {x: id}}\n"
    "    reply: line\n"
    "    done: '^1 made'\n"
    "    captures: {id: 'made (\\S+)'}\n"
    "    verify: {read: look, with: {id: \"{id}\"}, match: {owner: \"{user}\"}, settle_seconds: 2}\n"
    "    test: {read: look, with: {id: \"{id}\"}, wants: nothing}\n"
    "    tables:\n"
    "      - {make: things, key: {id: \"{id}\"}, within: {owners: {name: \"{user}\"}}, set: {owner: \"{user}\"}, when: {off: \"1\"}}\n"
    "    answer: \"1 made {new_id}\"\n"
    "    example: {id: \"7\", user: ann, word: kite}\n"
    "  all:\n"
    "    title: All\n"
    "    about: Lists all.\n"
    "    effect: read\n"
    "    entity: thing\n"
    "    params: {}\n"
    "    reply: rows\n"
    "    lists: {in: things, report: things}\n"
    "    nothing: \"\"\n"
    "  drop:\n"
    "    title: Drop\n"
    "    about: Drops.\n"
    "    effect: remove\n"
    "    entity: thing\n"
    "    params: {id: {type: id, required: true}}\n"
    "    reply: line\n"
    "    verify: {read: all, match: {id: \"{id}\"}, wants: nothing, full: true}\n"
    "    tables: [{remove: things, key: {id: \"{id}\"}}]\n"
    "    answer: \"1\"\n"
    "    example: {id: \"7\"}\n"
    "reports:\n"
    "  things: {command: all, table: things, columns: {id: id, owner: owner}, values: {owner: {a: b}}}\n";

/* Changes of one line each: `from` stands once in the description, `to` comes in its place. § marks where the fault must be told; it
 * goes before the file is read. */
static const struct {
    const char *from, *to, *rule, *says;
} faults[] = {
    /* the head */
    { "provider: 1", "§provider: 2", "version", "provider: 1" },
    { "name: tiny", "§nam: tiny", "key-unknown", "did you mean \"name\"" },
    { "name: tiny", "name: §Tiny Provider", "head", "lowercase" },
    { "url: \"https://tiny", "url: \"§ftp://tiny", "endpoint", "https://" },
    { "wire: form, method", "wire: §from, method", "name-unknown", "did you mean \"form\"" },
    { "method: POST", "method: §POSTT", "name-unknown", "did you mean \"POST\"" },
    { "method: POST", "§methd: POST", "key-unknown", "did you mean \"method\"" },
    { "chars: \"!-~\"", "chars: \"§~-!\"", "class", "backwards" },
    { "length: 1..64}", "length: §64..1}", "range", "3..15" },
    { "{wire: key, title: key,", "{§wyre: key, title: key,", "key-unknown", "did you mean \"wire\"" },
    { "{wire: key, title: key, chars: \"!-~\", length: 1..64}", "§secret", "kind", "a credential" },
    { "concurrency: 4", "concurrency: §0", "limits", "at least 1" },
    { "per_second: 10", "per_second: §ten", "kind", "whole number" },
    { "tries: 5", "§trie: 5", "key-unknown", "did you mean \"tries\"" },
    { "expect: [done, nothing]", "expect: [done, §noting]", "name-unknown", "did you mean \"nothing\"" },
    { "expect: [done, nothing]", "expect: §done", "kind", "a list" },
    { "command: look, with: {id: \"0\"}", "command: §loook, with: {id: \"0\"}", "name-unknown",
      "did you mean \"look\"" },
    { "command: look, with: {id: \"0\"}", "command: §make, with: {id: \"0\"}", "probe", "no reading command" },
    { "command: look, with: {id: \"0\"}", "command: look, with: {§idd: \"0\"}", "name-unknown", "did you mean \"id\"" },
    { "command: look, with: {id: \"0\"}", "command: look, with: {id: \"§{x}\"}", "name-unknown", "place" },
    { "probe: {command: look, with: {id: \"0\"}", "probe: §{command: look, with: {}", "probe", "requires id" },
    { "refused: \"0 {reason}\"", "refused: \"§0 {raison}\"", "name-unknown", "did you mean \"reason\"" },
    { "test: {send: {mode: test}}", "test: {§snd: {mode: test}}", "key-unknown", "did you mean \"send\"" },
    /* rules */
    { "pattern: '[0-9]+', good: [\"7\"]", "pattern: '§[0-9', good: [\"7\"]", "pattern", "" },
    { "  short: {message: must be short, source", "  short: {§mesage: must be short, source", "key-unknown",
      "did you mean \"message\"" },
    { "  short: {message: must be short, source: the test,", "  short: §{source: the test,", "rule-words",
      "needs a message" },
    { "length: 1..8, good", "length: §8..1, good", "range", "1.." },
    { "length: 1..8, good", "length: §-3..8, good", "range", "" },
    { "  short: {message: must be short, source: the test, length: 1..8,",
      "  short: §{message: must be short, source: the test,", "rule-check", "has 0 checks" },
    { "length: 1..8, good", "length: 1..8, chars: \"a-z\", good", "rule-check", "has 2 checks" },
    { "length: 1..8, good", "length: 1..8, severity: §eror, good", "name-unknown", "did you mean \"error\"" },
    { "length: 1..8, good", "length: 1..8, part: §locale, good", "name-unknown", "did you mean \"local\"" },
    { "length: 1..8, good", "length: 1..8, in: §future, good", "rule-check", "date" },
    { "length: 1..8, good", "date: §YYYY-DD-MM, good", "name-unknown", "form of a date" },
    { "length: 1..8, good", "number: §few, good", "range", "" },
    { "length: 1..8, good", "address: §ipv9, good", "name-unknown", "kind of address" },
    { "length: 1..8, good", "one_of: §[], good", "rule-check", "empty" },
    { "not_equal: login", "not_equal: §user", "role", "no type has the role" },
    { "good: [a], bad", "good: [§abcdefghij], bad", "rule-good", "refuses its good example" },
    { "bad: [abcdefghi]", "bad: [§ok]", "rule-bad", "lets its bad example" },
    { "good: [a], bad: [abcdefghi]", "good: [a]", "rule-examples", "needs examples" },
    { "  short: {message: must be short, source: the test, length: 1..8, good: [a], bad: [abcdefghi]}",
      "  short: §must be short", "kind", "a rule" },
    /* types */
    { "rules: [digits], example", "rules: [§digit], example", "name-unknown", "did you mean \"digits\"" },
    { "rules: [digits], example", "rules: §digits, example", "kind", "a list" },
    { "{title: number, rules", "{§titel: number, rules", "key-unknown", "did you mean \"title\"" },
    { "secret: true, example: kite", "secret: §sure, example: kite", "kind", "true or false" },
    { "write: {yes: \"1\", no: \"0\"}", "write: §{yes: \"1\"}", "write", "needs yes and no" },
    { "write: {yes: \"1\", no: \"0\"}", "write: §{yes: \"1\", no: \"1\"}", "write", "the same" },
    { "rules: [digits], example: \"7\"", "rules: [digits], example: §seven", "type-example", "breaks its own rule" },
    /* replies */
    { "style: text", "style: §txt", "name-unknown", "did you mean \"text\"" },
    { "- {body: '^1', is: done}", "- {body: '§^(1', is: done}", "pattern", "" },
    { "- {body: '^1', is: done}", "- {body: '^1', is: §don}", "name-unknown", "did you mean \"done\"" },
    { "- {body: '^1', is: done}", "- §{body: '^1'}", "case", "needs is" },
    { "- {body: '^1', is: done}", "- {status: §700, is: done}", "status", "100 to 599" },
    { "- {body: '^1', is: done}", "- {header: §{}, is: done}", "case", "one header" },
    { "- {body: '^1', is: done}", "- {body: '^1', records: §1.., is: done}", "case", "text has no records" },
    { "- {body: '^1', is: done}", "- {bodi: '^1', is: done}", "key-unknown", "did you mean \"body\"" },
    { "      - {body: '^1', is: done}\n", "", "reply", "nothing it can be done by" },
    { "    style: text\n", "    style: text\n    skip_header: §true\n", "reply", "csv" },
    /* commands: heads */
    { "    effect: create", "    effect: §creat", "name-unknown", "did you mean \"create\"" },
    { "    effect: create\n", "", "command", "needs effect" },
    { "dangers: [notifies]", "dangers: [§notifie]", "name-unknown", "did you mean \"notifies\"" },
    { "    done: '^1 made'", "    done: '§(1 made'", "pattern", "" },
    { "    done: '^1 made'", "    §dne: '^1 made'", "key-unknown", "did you mean \"done\"" },
    { "captures: {id: 'made (\\S+)'}", "captures: {id: '§made \\S+'}", "capture", "needs a group" },
    { "captures: {id: 'made (\\S+)'}", "captures: {id: '§made (\\S+'}", "pattern", "" },
    { "    about: Makes.\n", "", "command-words", "needs title, about" },
    /* parameters */
    { "word: {type: pass}", "word: §{title: word}", "param-type", "needs a type" },
    { "word: {type: pass}", "word: {type: §passs}", "name-unknown", "did you mean \"pass\"" },
    { "word: {type: pass}", "word: {type: pass, §requird: true}", "key-unknown", "did you mean \"required\"" },
    { "word: {type: pass}", "word: {type: pass, required: §yes}", "kind", "true or false" },
    { "word: {type: pass}", "word: {type: pass, wire: §user}", "param-wire", "two parameters" },
    { "word: {type: pass}", "word: {type: pass, wire: §cmd}", "param-wire", "names the command" },
    { "word: {type: pass}", "word: {type: pass, wire: §key}", "param-wire", "credential" },
    { "word: {type: pass}", "word: {always: \"1\", required: §true}", "param-always", "cannot be set" },
    { "word: {type: pass}", "§user: {type: pass}", "yaml-twice", "stands twice" },
    { "dangers: {\"1\": [cuts]}", "dangers: {\"1\": [§cut]}", "name-unknown", "did you mean \"cuts\"" },
    { "dangers: {\"1\": [cuts]}", "dangers: §[cuts]", "kind", "a map" },
    /* rules between parameters */
    { "exactly_one_of: [word, {off: \"1\"}]", "exactly_one_of: [§wrd, {off: \"1\"}]", "name-unknown",
      "did you mean \"word\"" },
    { "exactly_one_of: [word, {off: \"1\"}]", "exactly_one_of: [word, §{off: \"1\", id: \"2\"}]", "together",
      "one parameter" },
    { "exactly_one_of: [word, {off: \"1\"}]", "exactly_one_of: §[word]", "together", "two" },
    { "{rule: one, exactly_one_of", "§{exactly_one_of", "together", "needs a name" },
    { "{rule: one, exactly_one_of: [word, {off: \"1\"}]", "§{rule: one", "together", "says one thing" },
    { "required: [user], when: {sort: x}", "required: [user], when: {§srt: x}", "name-unknown",
      "did you mean \"sort\"" },
    { "required: [user], when: {sort: x}", "required: [user], when: §{sort: x, off: \"1\"}", "together",
      "one parameter" },
    { "required: [user], when: {sort: x}", "required: [user], when: {sort: x}, unless: §{sort: y}", "together",
      "when or unless" },
    { "type_of: sort, by: user", "type_of: sort, by: §usr", "name-unknown", "did you mean \"user\"" },
    { "cases: {x: id}", "cases: {x: §idd}", "name-unknown", "did you mean \"id\"" },
    { "by: user, cases: {x: id}", "by: user", "together", "cases" },
    /* lookups */
    { "verify: {read: look, with", "verify: {read: §lok, with", "name-unknown", "did you mean \"look\"" },
    { "verify: {read: look, with", "verify: {read: §drop, with", "lookup", "no reading command" },
    { "verify: {read: look, with: {id: \"{id}\"}", "verify: {read: look, with: {id: \"§{idd}\"}", "name-unknown",
      "did you mean \"id\"" },
    { "verify: {read: look, with: {id: \"{id}\"}", "verify: {read: look, with: {id: \"§{id\"}", "place",
      "without its }" },
    { "verify: {read: look, with: {id: \"{id}\"}", "verify: {read: look, with: {id: \"{id}\", §usr: x}", "name-unknown",
      "parameter" },
    { "verify: {read: look, with: {id: \"{id}\"},", "verify: §{read: look,", "lookup", "requires id" },
    { "match: {owner: \"{user}\"}", "match: {§ower: \"{user}\"}", "name-unknown", "did you mean \"owner\"" },
    { "settle_seconds: 2", "settle_seconds: §soon", "kind", "whole number" },
    { "wants: nothing}\n    tables", "wants: §nothng}\n    tables", "name-unknown", "did you mean \"nothing\"" },
    { "test: {read: look, with: {id: \"{id}\"}, wants: nothing}", "test: §nothing", "test", "none" },
    { "match: {id: \"{id}\"}, wants: nothing, full: true", "match: {§ident: \"{id}\"}, wants: nothing, full: true",
      "name-unknown", "column" },
    /* tables, the sandbox */
    { "- {make: things, key", "- §{mak: things, key", "step", "one of make" },
    { "key: {id: \"{id}\"}, within", "key: {id: \"§{ident}\"}, within", "name-unknown", "place" },
    { "- {make: things, key: {id: \"{id}\"}, within", "- §{make: things, within", "step", "key" },
    { "within: {owners: {name: \"{user}\"}}", "within: §{}", "step", "one table" },
    { "set: {owner: \"{user}\"}, when: {off: \"1\"}", "set: {owner: \"{user}\"}, when: §{off: \"1\", id: \"2\"}",
      "together", "one parameter" },
    { "answer: \"1 made {new_id}\"", "answer: \"§1 made {newid}\"", "name-unknown", "did you mean \"new_id\"" },
    { "- {in: things, where: {id: \"{id}\"}, answer", "- {in: things, where: {id: \"§{ix}\"}, answer", "name-unknown",
      "place" },
    { "- {in: things, where", "- §{where", "find", "in:" },
    { "lists: {in: things, report: things}", "lists: {in: things, report: §thing}", "name-unknown",
      "did you mean \"things\"" },
    { "lists: {in: things, report: things}", "lists: §{in: things}", "lists", "report" },
    { "example: {id: \"7\", user: ann, word: kite}", "example: {id: \"7\", §usr: ann, word: kite}", "name-unknown",
      "did you mean \"user\"" },
    { "example: {id: \"7\", user: ann, word: kite}", "example: §{id: seven, user: ann, word: kite}", "command-example",
      "id: must be digits" },
    { "example: {id: \"7\", user: ann, word: kite}", "example: §{user: ann, word: kite}", "command-example",
      "is required" },
    /* reports */
    { "{command: all, table", "{command: §al, table", "name-unknown", "did you mean \"all\"" },
    { "{command: all, table", "{command: §make, table", "report", "no reading command" },
    { "{command: all, table: things,", "§{command: all,", "report", "table" },
    { "columns: {id: id, owner: owner}, values", "values", "report", "columns" },
    { "values: {owner: {a: b}}", "values: {§ownr: {a: b}}", "name-unknown", "did you mean \"owner\"" },
    { "values: {owner: {a: b}}", "values: {owner: §a}", "kind", "a map" },
};

struct changed {
    struct str text;
    uint64_t   line; /* of the mark; 0: none */
    uint32_t   column;
};

static struct changed change(const char *from, const char *to, struct arena *mem)
{
    static const struct str mark = { "§", 2 };
    struct changed          out = { .line = 0 };
    const char             *at = strstr(whole, from), *marked;
    struct str              text;

    assert_non_null(at);
    assert_null(strstr(at + 1, from));
    text = arena_fmt(mem, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
    marked = memmem(text.ptr, text.len, mark.ptr, mark.len);
    if (marked == NULL) {
        out.text = text;
        return out;
    }
    out.line = out.column = 1;
    for (const char *p = text.ptr; p < marked; p++) {
        out.column = *p == '\n' ? 1 : out.column + 1;
        out.line += *p == '\n';
    }
    out.text = arena_fmt(mem, "%.*s%s", (int)(marked - text.ptr), text.ptr, marked + mark.len);
    return out;
}

/* As `provider lint` does. */
static void lint(struct str text, struct arena *mem, struct findings *found)
{
    struct yaml_source     source = { "tiny.yaml", text };
    const struct provider *p = NULL;

    findings_init(found, mem);
    if (provider_load_text(&source, mem, &p, found) == ETL_OK)
        provider_lint(p, STR("2026-11-24"), mem, found);
    provider_free(p);
}

static bool tells(const struct findings *found, const struct changed *c, const char *rule, const char *says)
{
    for (size_t i = 0; i < found->count; i++) {
        const struct err *e = &found->items[i].err;

        if (strcmp(e->rule, rule) == 0 && strstr(e->text, says) != NULL &&
            (c->line == 0 || (e->line == c->line && e->column == c->column)))
            return true;
    }
    return false;
}

static void print_all(const struct findings *found)
{
    struct buf out;

    buf_init(&out, 1 << 20, "faults");
    findings_print(&out, found);
    print_error("%s", buf_cstr(&out));
    buf_release(&out);
}

static void test_whole(void **state)
{
    struct arena    mem;
    struct findings found;

    (void)state;
    arena_init(&mem, 64U << 20, "a test");
    lint(str_from(whole), &mem, &found);
    if (found.count != 0)
        print_all(&found);
    assert_int_equal(found.count, 0);
    arena_release(&mem);
}

static void test_each_fault(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct arena    mem;
        struct findings found;
        struct changed  c;

        arena_init(&mem, 64U << 20, "a test");
        c = change(faults[i].from, faults[i].to, &mem);
        lint(c.text, &mem, &found);
        if (!tells(&found, &c, faults[i].rule, faults[i].says)) {
            print_error("row %zu, %s: wanted %s at %llu:%u, got\n", i, faults[i].to, faults[i].rule,
                        (unsigned long long)c.line, c.column);
            print_all(&found);
            wrong++;
        }
        arena_release(&mem);
    }
    assert_int_equal(wrong, 0);
}

/* Twelve faults in twelve places: one reading tells them all. */
static void test_all_at_once(void **state)
{
    static const struct {
        const char *from, *to, *rule;
    } changes[] = {
        { "concurrency: 4", "concurrency: none", "kind" },
        { "length: 1..8, good", "length: few, good", "range" },
        { "pattern: '[0-9]+'", "pattern: '[0-9'", "pattern" },
        { "not_equal: login", "not_equal: nobody", "role" },
        { "rules: [digits], example", "rules: [digts], example", "name-unknown" },
        { "style: text", "style: txt", "name-unknown" },
        { "effect: create", "effect: made", "name-unknown" },
        { "word: {type: pass}", "word: {}", "param-type" },
        { "exactly_one_of: [word, {off: \"1\"}]", "exactly_one_of: [word]", "together" },
        { "verify: {read: look, with", "verify: {read: drop, with", "lookup" },
        { "answer: \"1 made {new_id}\"", "answer: \"1 made {new_id\"", "place" },
        { "{command: all, table", "{command: every, table", "name-unknown" },
    };
    char            text[2 * sizeof whole], *at;
    struct arena    mem;
    struct findings found;

    (void)state;
    arena_init(&mem, 64U << 20, "a test");
    snprintf(text, sizeof text, "%s", whole);
    for (size_t i = 0; i < COUNT(changes); i++) {
        char rest[2 * sizeof whole];

        at = strstr(text, changes[i].from);
        assert_non_null(at);
        snprintf(rest, sizeof rest, "%s", at + strlen(changes[i].from));
        snprintf(at, sizeof text - (size_t)(at - text), "%s%s", changes[i].to, rest);
    }
    lint(str_from(text), &mem, &found);
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct changed anywhere = { .line = 0 };

        if (!tells(&found, &anywhere, changes[i].rule, "")) {
            print_all(&found);
            fail_row(i, "%s is not told", changes[i].to);
        }
    }
    assert_true(found.errors >= COUNT(changes));
    for (size_t i = 0; i < found.count; i++) {
        assert_string_equal(found.items[i].err.file, "tiny.yaml");
        assert_true(found.items[i].err.line != 0 && found.items[i].err.column != 0);
        assert_non_null(found.items[i].excerpt);
    }
    arena_release(&mem);
}

/* What is no description at all is refused, never a crash: every beginning of a whole one, and every one with a byte gone wrong. */
static void test_broken_text(void **state)
{
    struct arena    mem;
    struct findings found;

    (void)state;
    arena_init(&mem, 64U << 20, "a test");
    for (size_t cut = 0; cut < sizeof whole - 1; cut += 7) {
        lint(str_of(whole, cut), &mem, &found);
        assert_true(found.errors != 0 || whole + cut > strstr(whole, "\ncommands:"));
        arena_reset(&mem);
    }
    for (size_t at = 0; at < sizeof whole - 1; at += 3) {
        static const char wrong[] = { '\0', '{', ']', ':', '\n', (char)0xff, '"' };
        char              text[sizeof whole];

        memcpy(text, whole, sizeof whole);
        text[at] = wrong[at % sizeof wrong];
        lint(str_of(text, sizeof whole - 1), &mem, &found);
        arena_reset(&mem);
    }
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_each_fault),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_broken_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
