/* tests/unit/apply/toy.c - a provider that is a set of things in memory. */
#include "tests/unit/apply/toy.h"

#include <sys/stat.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "etl/run/load_plan.h"
#include "etl/run/plan_reader.h"
#include "etl/secrets/sealer.h"

static const char description[] =
    "provider: 1\nname: toy\ntitle: Toy\ndocument: none\n"
    "endpoint: {url: 'https://127.0.0.1/api', wire: form, method: POST}\ncommand_field: cmd\n"
    "credentials:\n  auth: {wire: auth, title: access code, chars: '!-~', length: 1..64}\n"
    "test: {send: {mode: test}}\n"
    "rules:\n  key_chars: {message: must be letters and digits, source: here, chars: 'a-z0-9-', good: [a], bad: ['A']}\n"
    "  later: {message: must lie in the future, source: here, date: YYYY-MM-DD, in: future, good: ['2999-01-01'], bad: ['2001-01-01']}\n"
    "types:\n  key: {title: key, rules: [key_chars], example: a}\n  pass: {title: password, secret: true, example: hush}\n"
    "  id: {title: id, example: '1'}\n  day: {title: day, rules: [later], example: '2999-01-01'}\n"
    "replies:\n  status:\n    style: text\n    cases:\n"
    "      - {body: '^1; Nothing', is: nothing}\n      - {body: '^1;', is: done}\n      - {body: '^2; ', is: login}\n"
    "      - {body: '^0; (?<reason>[^\\r\\n]*)', is: refused}\n"
    "  rows:\n    style: csv\n    cases:\n      - {body: '^2; ', is: login}\n      - {body: '\\A(?:[a-z0-9-]+,[^,\\n]*\\n)*\\z', is: done}\n"
    "commands:\n"
    "  find: {title: Find, about: x, effect: read, entity: thing, reply: status, params: {key: {type: key, required: true}},\n"
    "         captures: {pass: '^1; Thing \\S+ (\\S*)', id: 'id=(\\S+)'}, test: none, example: {key: a}}\n"
    "  all: {title: All, about: x, effect: read, entity: thing, reply: rows, test: none, example: {}}\n"
    "  make: {title: Make, about: x, effect: create, entity: thing, reply: status,\n"
    "         params: {key: {type: key, required: true}, pass: {type: pass}, day: {type: day}}, captures: {id: 'id=(\\S+)'},\n"
    "         verify: {read: find, with: {key: '{key}'}, match: {pass: '{pass}'}, settle_seconds: 1},\n"
    "         tables: [{make: things, key: {key: '{key}'}}], example: {key: a, pass: hush}}\n"
    "  breed: {title: Breed, about: x, effect: create, entity: thing, reply: status,\n"
    "         params: {key: {type: key, required: true}, pass: {type: pass}},\n"
    "         verify: {read: find, with: {key: '{key}'}, match: {pass: '{pass}'}, baseline: true, settle_seconds: 1},\n"
    "         example: {key: a, pass: hush}}\n"
    "  list: {title: List, about: x, effect: create, entity: thing, reply: status,\n"
    "         params: {key: {type: key, required: true}, pass: {type: pass}},\n"
    "         verify: {read: all, full: true, match: {key: '{key}', pass: '{pass}'}, settle_seconds: 1}, example: {key: a, pass: hush}}\n"
    "  recount: {title: Breed by list, about: x, effect: create, entity: thing, reply: status,\n"
    "         params: {key: {type: key, required: true}, pass: {type: pass}},\n"
    "         verify: {read: all, full: true, baseline: true, match: {key: '{key}', pass: '{pass}'}}, example: {key: a, pass: hush}}\n"
    "  note: {title: Note, about: x, effect: create, entity: note, reply: status,\n"
    "         params: {key: {type: key, required: true}, id: {type: id}}, tables: [{make: notes, key: {note: '{new_id}'}, within: {things: {key: '{key}'}}}],\n"
    "         example: {key: a}}\n"
    "  set: {title: Set, about: x, effect: change, entity: thing, reply: status, repeat: safe,\n"
    "        params: {key: {type: key, required: true}, pass: {type: pass}}, example: {key: a, pass: hush}}\n"
    "  drop: {title: Drop, about: x, effect: remove, entity: thing, reply: status, params: {key: {type: key, required: true}},\n"
    "         verify: {read: find, with: {key: '{key}'}, wants: nothing, settle_seconds: 1}, example: {key: a}}\n"
    "reports:\n  all: {command: all, table: customers, columns: {key: customer_id, pass: password}}\n"
    "probe: {command: find, with: {key: probe}, expect: [done, nothing]}\n";

/* ---- the provider ---- */

static struct toy_thing *find(struct toy *t, const char *key)
{
    for (size_t i = 0; i < t->thing_count; i++)
        if (strcmp(t->things[i].key, key) == 0 && t->things[i].key[0] != '\0')
            return &t->things[i];
    return NULL;
}

static struct toy_thing *add(struct toy *t, const char *key, const char *pass)
{
    struct toy_thing *thing = &t->things[t->thing_count++];

    assert_true(t->thing_count < TOY_THINGS_MAX);
    snprintf(thing->key, sizeof thing->key, "%s", key);
    snprintf(thing->pass, sizeof thing->pass, "%s", pass);
    return thing;
}

static void act(struct toy *t, const char *command, const char *key, const char *pass, bool only_test, struct buf *out)
{
    struct toy_thing *thing = find(t, key);

    if (strcmp(command, "find") == 0) {
        t->reads++;
        if (thing != NULL)
            buf_fmt(out, "1; Thing %s %s id=%zu", key, thing->pass, (size_t)(thing - t->things));
        else
            buf_lit(out, "1; Nothing found");
    } else if (strcmp(command, "all") == 0) {
        t->reports++;
        for (size_t i = 0; i < t->thing_count; i++)
            if (t->things[i].key[0] != '\0')
                buf_fmt(out, "%s,%s\n", t->things[i].key, t->things[i].pass);
    } else if (strcmp(command, "note") == 0) {
        t->notes += !only_test;
        buf_text(out, thing != NULL || !only_test ? "1; Noted" : "0; No such thing");
    } else if (strcmp(command, "make") == 0 || strcmp(command, "list") == 0) {
        if (thing != NULL) {
            buf_fmt(out, "0; %s is there already, with %s", key, thing->pass);
            return;
        }
        if (!only_test)
            add(t, key, pass)->executed++;
        buf_fmt(out, "1; Made id=%zu", t->thing_count - 1);
    } else if (strcmp(command, "breed") == 0 || strcmp(command, "recount") == 0) {
        t->doubles += thing != NULL && thing->executed != 0 && !only_test;
        if (!only_test)
            add(t, key, pass)->executed++;
        buf_lit(out, "1; Bred");
    } else if (thing == NULL) {
        buf_fmt(out, "0; no %s", key);
    } else if (strcmp(command, "drop") == 0) {
        if (!only_test)
            thing->key[0] = '\0';
        buf_lit(out, "1; Dropped");
    } else {
        if (!only_test)
            snprintf(thing->pass, sizeof thing->pass, "%s", pass);
        buf_lit(out, "1; Set");
    }
}

static unsigned times_seen(struct toy *t, const char *command, const char *key)
{
    char   both[TOY_KEY + 24];
    size_t i = 0;

    snprintf(both, sizeof both, "%.20s %.38s", command, key);
    while (i < t->seen_count && strcmp(t->keys_seen[i], both) != 0)
        i++;
    if (i == t->seen_count) {
        assert_true(i < TOY_THINGS_MAX);
        snprintf(t->keys_seen[t->seen_count++], sizeof t->keys_seen[0], "%s", both);
    }
    return ++t->times_seen[i];
}

static void serve(void *context, const struct asked_of_us *asked, struct our_answer *answer)
{
    struct toy    *t = context;
    char           command[24] = "", key[TOY_KEY] = "", pass[TOY_KEY] = "", auth[80] = "", mode[8] = "";
    struct buf     text;
    enum toy_fault fault = TOY_NONE;

    form_value(asked->body, "cmd", command, sizeof command);
    form_value(asked->body, "key", key, sizeof key);
    form_value(asked->body, "pass", pass, sizeof pass);
    form_value(asked->body, "auth", auth, sizeof auth);
    form_value(asked->body, "mode", mode, sizeof mode);
    answer->delay_ms = t->delay_ms;
    if (strcmp(auth, t->password) != 0) {
        t->refused_logins++;
        answer_text(answer, "2; wrong access code");
        return;
    }
    if (t->fault != NULL)
        fault = t->fault(t->context, &(struct toy_asked){ command, key, asked->number, times_seen(t, command, key) });
    if (fault == TOY_DROP_BEFORE || fault == TOY_503 || fault == TOY_429 || fault == TOY_HTML) {
        t->throttled += fault == TOY_429;
        if (fault == TOY_503)
            answer_status(answer, 503, "", "busy");
        else if (fault == TOY_429)
            answer_status(answer, 429, "Retry-After: 1\r\n", "slow down");
        else if (fault == TOY_HTML)
            answer_text(answer, "<html>maintenance</html>");
        answer->close = fault == TOY_DROP_BEFORE;
        return;
    }
    buf_init(&text, 8 << 20, "an answer");
    t->writes += strcmp(command, "find") != 0 && strcmp(command, "all") != 0 && mode[0] == '\0';
    t->tests += mode[0] != '\0';
    act(t, command, key, pass, strcmp(mode, "test") == 0, &text);
    switch (fault) {
    case TOY_DROP_AFTER: answer->close = true; break;
    case TOY_CUT_OFF:
        buf_fmt(&answer->bytes, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n1", text.len + 20);
        answer->close = true;
        break;
    case TOY_GARBAGE: answer_text(answer, "\x01\x02\xff\xfe garbage"); break;
    case TOY_503_AFTER: answer_status(answer, 500, "", "oops"); break;
    case TOY_SLOW:
        answer->delay_ms = 3000;
        answer_text(answer, buf_cstr(&text));
        break;
    default: answer_text(answer, buf_cstr(&text));
    }
    buf_release(&text);
}

/* ---- the client ---- */

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    chmod(path, 0600);
}

void toy_open(struct toy *t, bool tls, const char *limits)
{
    struct findings faults;
    struct err      err = { 0 };
    char            path[128], text[2048];

    skipping_clock_init(&t->time);
    t->password = "open-sesame-42";
    snprintf(t->folder, sizeof t->folder, "/tmp/toy-XXXXXX");
    assert_non_null(mkdtemp(t->folder));
    setenv("XDG_STATE_HOME", t->folder, 1);
    setenv("TOY_AUTH", t->password, 1);
    t->server = little_server_new(tls, serve, t);
    snprintf(path, sizeof path, "%s/toy.yaml", t->folder);
    write_text(path, description);
    snprintf(path, sizeof path, "%s/auth", t->folder);
    write_text(path, t->password);
    snprintf(path, sizeof path, "%s/subferry.yaml", t->folder);
    snprintf(
        text, sizeof text,
        "connections:\n  here: {provider: ./toy.yaml, url: '%s', %s%s%s credentials: {auth: 'file:auth'}, limits: {%s}}\n",
        little_server_url(t->server), tls ? "ca_file: " : "plain_http: true,", tls ? little_server_ca(t->server) : "",
        tls ? "," : "", limits);
    write_text(path, text);
    arena_init(&t->mem, 256 << 20, "a test");
    findings_init(&faults, &t->mem);
    if (config_load(arena_cstr(&t->mem, str_from(path)), &t->mem, &t->config, &faults) != ETL_OK ||
        key_open(NULL, &real_random, &t->key, &err) != ETL_OK ||
        connection_open(
            &(struct connection_options){ &t->config, STR("here"), t->key, &t->time.clock, &real_random, NULL, false },
            &t->mem, &t->connection, &faults) != ETL_OK) {
        struct buf out;

        buf_init(&out, 1 << 20, "faults");
        findings_print(&out, &faults);
        print_error("%s%s", buf_cstr(&out), err.text);
        fail();
    }
    buf_init(&t->plan, 64 << 20, "a plan");
    buf_init(&t->heads, 64 << 20, "a plan");
}

void toy_close(struct toy *t)
{
    char command[128];

    connection_close(&t->connection);
    key_free(t->key);
    little_server_free(t->server);
    arena_release(&t->mem);
    buf_release(&t->plan);
    buf_release(&t->heads);
    snprintf(command, sizeof command, "rm -rf %s", t->folder);
    assert_int_equal(system(command), 0);
}

unsigned toy_has(const struct toy *t, const char *key)
{
    unsigned n = 0;

    for (size_t i = 0; i < t->thing_count; i++)
        n += strcmp(t->things[i].key, key) == 0;
    return n;
}

unsigned toy_executed(const struct toy *t, const char *key)
{
    unsigned n = 0;

    for (size_t i = 0; i < t->thing_count; i++)
        n += strcmp(t->things[i].key, key) == 0 ? t->things[i].executed : 0;
    return n;
}

void toy_put(struct toy *t, const char *key, const char *pass)
{
    add(t, key, pass);
}

/* Each has a place of its own in the first line, so a lane's calls go in the order in which they are written down. */
void toy_call(struct toy *t, const char *lane, const char *command, const char *params)
{
    const char *stage = strcmp(lane, "@before") == 0  ? ",\"stage\":\"before\""
                        : strcmp(lane, "@after") == 0 ? ",\"stage\":\"after\""
                                                      : "";

    t->seq++;
    buf_fmt(&t->heads, "%s{\"name\":\"%s#%llu\",\"as\":\"%s\",\"command\":\"%s\",\"effect\":\"create\"%s}",
            t->seq > 1 ? "," : "", command, (unsigned long long)t->seq, command, command, stage);
    buf_fmt(&t->plan, "{\"lane\":\"%s\",\"from\":\"x.csv:%llu\",\"key\":\"%llu\",\"calls\":[[\"%s#%llu\",%s]]}\n",
            lane[0] == '@' ? "" : lane, (unsigned long long)t->seq + 1, (unsigned long long)t->seq, command,
            (unsigned long long)t->seq, params);
}

/* plan.jsonl, without a seal. Its reader, behind the first line, which goes into *head. */
static struct plan_reader *open_plan(struct toy *t, struct plan_head *head)
{
    AUTO(buf_release) struct buf text;
    struct plan_reader          *plan;
    struct err                   err = { 0 };
    char                         path[128];

    buf_init(&text, 128 << 20, "a plan");
    buf_fmt(&text, "{\"plan\":2,\"provider\":\"toy\",\"mapping\":\"m\",\"calls\":[%s]}\n", buf_cstr(&t->heads));
    buf_add(&text, buf_str(&t->plan));
    snprintf(path, sizeof path, "%s/plan.jsonl", t->folder);
    write_text(path, buf_cstr(&text));
    assert_int_equal(plan_reader_open(path, NULL, NULL, &plan, &err), ETL_OK);
    assert_int_equal(plan_head_read(plan, &t->mem, head, &err), ETL_OK);
    return plan;
}

static void open_ledger(struct toy *t)
{
    struct plan_reader *plan;
    struct plan_head    head;
    struct err          err = { 0 };

    assert_int_equal(ledger_open(t->folder, STR("00"), true, &t->ledger, &err), ETL_OK);
    if (ledger_loaded(t->ledger))
        return;
    plan = open_plan(t, &head);
    if (load_plan(t->ledger, plan, &head, &err) != ETL_OK)
        print_error("%s\n", err.text);
    plan_reader_close(plan);
    assert_true(ledger_loaded(t->ledger));
}

enum etl_status toy_apply(struct toy *t, struct err *err)
{
    struct plan_reader  *plan;
    struct plan_head     head;
    struct ledger_counts counts;
    uint64_t             recovered;
    enum etl_status      st;

    *err = (struct err){ 0 };
    open_ledger(t);
    plan = open_plan(t, &head);
    assert_int_equal(ledger_recover(t->ledger, &recovered, err), ETL_OK);
    assert_int_equal(exchanges_open(&t->connection, &t->mem, &t->exchanges, err), ETL_OK);
    t->exchanges.stop_asked = &t->stop;
    t->scheduler.ledger = t->ledger;
    t->scheduler.shared.exchanges = &t->exchanges;
    t->scheduler.shared.source = (struct call_source){ .ledger = t->ledger,
                                                       .plan = plan,
                                                       .head = &head,
                                                       .provider = t->connection.provider,
                                                       .sealer = sealer_new(t->key),
                                                       .rules = rule_check_new(STR("2026-11-24")) };
    assert_int_equal(ledger_count(t->ledger, &counts, err), ETL_OK);
    memcpy(t->scheduler.by_state, counts.by_state, sizeof counts.by_state);
    st = scheduler_run(&t->scheduler, err);
    rule_check_free(t->scheduler.shared.source.rules);
    sealer_free(t->scheduler.shared.source.sealer);
    exchanges_close(&t->exchanges);
    plan_reader_close(plan);
    ledger_close(t->ledger);
    t->scheduler = (struct scheduler){ .shared.resend_uncertain = t->scheduler.shared.resend_uncertain,
                                       .selection = t->scheduler.selection };
    return st;
}

struct wanted {
    struct toy     *toy;
    enum call_state state;
    struct str      reason;
};

static enum etl_status keep_row(void *context, const struct ledger_row *row)
{
    struct wanted *w = context;

    w->state = row->state;
    w->reason = arena_str(&w->toy->mem, row->reason);
    return ETL_END;
}

enum call_state toy_state(struct toy *t, uint64_t number, struct str *reason)
{
    struct wanted w = { t, CALL_STATES, STR_NONE };
    struct err    err = { 0 };

    open_ledger(t);
    assert_int_equal(ledger_each(t->ledger, number, keep_row, &w, &err), ETL_OK);
    ledger_close(t->ledger);
    if (reason != NULL)
        *reason = w.reason;
    return w.state;
}

void toy_counts(struct toy *t, struct ledger_counts *out)
{
    struct err err = { 0 };

    open_ledger(t);
    assert_int_equal(ledger_count(t->ledger, out, &err), ETL_OK);
    ledger_close(t->ledger);
}

const struct command *toy_command(const struct toy *t, const char *name)
{
    return provider_command(t->connection.provider, str_from(name));
}
