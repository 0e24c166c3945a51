/* tests/soap/test_soap_lite.c - a real SOAP::Lite server takes our envelope for every function of SIMPLer, and we take its answers and faults.
 *
 *   test_soap_lite SERVER.pl
 *
 * For every function twice: with its example, and with every text that its rules let pass full of what XML, Perl and UTF-8 make
 * trouble with. The server answers the hash it got, so each value makes the way there and back; and its client side says whether it
 * would have sent the same, type by type. Without perl or SOAP::Lite it says so and ends with 77. */
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etl/core/notation/json_string.h"
#include "etl/core/notation/list.h"
#include "providers/description/load.h"
#include "providers/model/example.h"
#include "providers/replies/reply.h"
#include "providers/replies/tree.h"
#include "providers/rules/rules.h"
#include "providers/wires/wire.h"

enum { SKIPPED = 77 };

struct runner {
    const struct provider *provider;
    const struct wire     *wire;
    struct rule_check     *rules;
    struct reply_judge    *judge;
    struct arena           run_mem, mem; /* mem: one call */
    FILE                  *to, *from;
    pid_t                  server;
    unsigned               passed, failed;
    const char            *about;
};
struct answer {
    int        status;
    struct str verdict, body;
};

static void fail(struct runner *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct runner *r, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "%s: ", r->about);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    r->failed++;
}

/* ---- the server ---- */

static void start_server(struct runner *r, const char *script)
{
    size_t       count = r->provider->command_count;
    const char **argv = ARENA_ARRAY(&r->run_mem, const char *, count + 3);
    int          in[2], out[2];

    argv[0] = "perl";
    argv[1] = script;
    for (size_t i = 0; i < count; i++)
        argv[i + 2] = arena_cstr(&r->run_mem, r->provider->commands[i].wire);
    if (pipe(in) != 0 || pipe(out) != 0 || (r->server = fork()) < 0) {
        perror("test_soap_lite");
        exit(2);
    }
    if (r->server == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        execvp("perl", (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    r->to = fdopen(in[1], "w");
    r->from = fdopen(out[0], "r");
}

static struct str header_of(const struct request *q, const char *name, struct arena *mem)
{
    struct str line, rest = buf_str((struct buf *)(uintptr_t)&q->headers);

    while (rest.ptr != NULL && rest.len != 0) {
        struct str head, value;

        rest = str_cut(rest, '\n', &line);
        value = str_cut(line, ':', &head);
        if (value.ptr != NULL && str_is(head, name))
            return arena_str(mem, str_trim(value));
    }
    return STR("");
}

static void add_pairs(const struct wire_call *call, struct buf *out)
{
    struct wire_walk  walk;
    struct wire_field field;
    bool              first = true;

    buf_lit(out, ",\"pairs\":[");
    wire_walk_begin(&walk, call);
    while (wire_walk_next(&walk, &field)) {
        buf_text(out, first ? "[" : ",[");
        json_string_add(out, field.name);
        buf_byte(out, ',');
        if (field.is_array)
            buf_add(out, field.value);
        else
            json_string_add(out, field.value);
        buf_byte(out, ']');
        first = false;
    }
    wire_walk_end(&walk);
    buf_lit(out, "]}\n");
}

static bool read_answer(struct runner *r, struct answer *out)
{
    char   line[8192], verdict[8192];
    size_t length;
    char  *body;

    if (fgets(line, sizeof line, r->from) == NULL || sscanf(line, "%d %zu %8191s", &out->status, &length, verdict) != 3)
        return false;
    body = arena_bytes(&r->mem, length + 1);
    if (fread(body, 1, length, r->from) != length)
        return false;
    out->body = str_of(body, length);
    out->verdict = arena_str(&r->mem, str_from(verdict));
    return true;
}

/* `action` NULL: the one of the request. */
static bool ask(struct runner *r, const struct wire_call *call, const char *action, struct answer *out)
{
    AUTO(buf_release) struct buf line;
    struct request               request;
    struct err                   err = { 0 };

    buf_init(&line, 16 << 20, "a question");
    request_init(&request, 4 << 20);
    if (wire_encode(call, &request, &err) != ETL_OK) {
        fail(r, "cannot encode: %s", err.text);
        request_release(&request);
        return false;
    }
    buf_lit(&line, "{\"action\":");
    json_string_add(&line, action != NULL ? str_from(action) : header_of(&request, "SOAPAction", &r->mem));
    buf_lit(&line, ",\"type\":");
    json_string_add(&line, header_of(&request, "Content-Type", &r->mem));
    buf_lit(&line, ",\"body\":");
    json_string_add(&line, buf_str(&request.body));
    add_pairs(call, &line);
    request_release(&request);
    fwrite(line.ptr, 1, line.len, r->to);
    fflush(r->to);
    if (read_answer(r, out))
        return true;
    fail(r, "the server has gone");
    exit(1);
}

/* ---- there and back ---- */

static const struct tree *member(const struct tree *result, struct str name)
{
    for (const struct tree *c = result->first; c != NULL; c = c->next)
        if (str_eq(c->name, name))
            return c;
    return NULL;
}

/* SOAP::Lite takes true for a boolean, which is 1 in Perl. */
static bool same_text(struct str sent, struct str came)
{
    return str_eq(sent, came) || (str_is(sent, "true") && str_is(came, "1")) ||
           (str_is(sent, "false") && str_is(came, "0"));
}

static bool same_list(struct runner *r, struct str sent, const struct tree *came)
{
    struct list_reader items = list_open(sent);
    struct list_item   item;
    const struct tree *c = came->first;

    for (; list_next(&items, &r->mem, &item); c = c->next)
        if (c == NULL || !same_text(item.text, c->text))
            return false;
    return c == NULL;
}

static void compare(struct runner *r, const struct wire_call *call, const struct tree *result)
{
    struct wire_walk  walk;
    struct wire_field field;

    wire_walk_begin(&walk, call);
    while (wire_walk_next(&walk, &field)) {
        const struct tree *came = member(result, field.name);

        if (came == NULL)
            fail(r, "%.*s did not come back", STR_ARG(field.name));
        else if (field.is_array ? !same_list(r, field.value, came) : !same_text(field.value, came->text))
            fail(r, "%.*s: sent \"%.*s\", came back \"%.*s\"", STR_ARG(field.name), STR_ARG(field.value),
                 STR_ARG(came->text));
        else
            r->passed++;
    }
    wire_walk_end(&walk);
}

static void there_and_back(struct runner *r, const struct wire_call *call)
{
    static const struct reply plain = { .case_count = 0 };
    const struct tree        *top, *result;
    struct answer             answer;
    struct err                err = { 0 };

    if (!ask(r, call, NULL, &answer))
        return;
    if (answer.status != 200)
        fail(r, "HTTP %d: %.*s", answer.status, STR_ARG(answer.body));
    else if (!str_is(answer.verdict, "same"))
        fail(r, "SOAP::Lite would send it otherwise: %.*s", STR_ARG(answer.verdict));
    else if (reply_soap.tree(&plain, answer.body, &r->mem, &top, &err) != ETL_OK)
        fail(r, "its answer is not understood: %s\n%.*s", err.text, STR_ARG(answer.body));
    else if ((result = member(top, STR("result"))) == NULL)
        fail(r, "no result in %.*s", STR_ARG(answer.body));
    else
        compare(r, call, result);
}

/* ---- answers, faults ---- */

static void expect(struct runner *r, const struct wire_call *call, const char *say, enum reply_is wanted,
                   const char *capture, const char *action)
{
    struct credential_value credentials[8];
    struct wire_call        asking = *call;
    struct answer           answer;
    struct verdict          v;

    memcpy(credentials, call->credentials, call->command->provider->credential_count * sizeof *credentials);
    credentials[2].value = str_from(say);
    asking.credentials = credentials;
    if (!ask(r, &asking, action, &answer))
        return;
    reply_judge_call(
        r->judge, call->command,
        &(struct reply_message){
            .wire = r->wire, .status = answer.status, .content_type = STR("text/xml"), .body = answer.body },
        &r->mem, &v);
    if (v.is != wanted)
        fail(r, "\"%s\" is judged %s (%.*s), wanted %s", say, reply_is_names[v.is], STR_ARG(v.reason),
             reply_is_names[wanted]);
    else if (capture != NULL && (v.capture_count == 0 || !str_is(v.captures[0].value, capture)))
        fail(r, "\"%s\" does not yield %s", say, capture);
    else
        r->passed++;
}

static void answers_and_faults(struct runner *r, const struct wire_call *call)
{
    const struct command *c = call->command;
    bool                  writes = c->effect != EFFECT_READ, ids = c->capture_count != 0 && c->captures[0].needed;

    if (str_is(c->reply->name, "status")) {
        expect(r, call, "say:OK: 7", REPLY_DONE, ids ? "7" : NULL, NULL);
        expect(r, call, "say:OK :[7]", REPLY_DONE, ids ? "7" : NULL, NULL);
        expect(r, call, "say:[7]OK", REPLY_DONE, ids ? "7" : NULL, NULL);
        expect(r, call, "say:OK:<7>", REPLY_DONE, ids ? "7" : NULL, NULL);
        if (!ids)
            expect(r, call, "say:OK", REPLY_DONE, NULL, NULL);
    }
    expect(r, call, "say:ERROR: Zo\xc3\xab & <b>Co</b> \"x\"", REPLY_REFUSED, NULL, NULL);
    expect(r, call, "die:the database is gone",
           writes ? (str_is(c->reply->name, "status") || str_is(c->reply->name, "radius") ? REPLY_UNCERTAIN
                                                                                          : REPLY_REFUSED)
           : str_is(c->reply->name, "status") ? REPLY_UNCERTAIN
                                              : REPLY_REFUSED,
           NULL, NULL);
}

/* ---- calls ---- */

/* What makes trouble somewhere: markup, quotes, separators, blanks at the ends, letters of every kind. */
static const char *const nasty[] = {
    "<b>&amp;\"quoted\" 'single' ]]> --",
    " blanks ",
    ("Zo\xc3\xab \xc5\x81\xc3\xb3"
     "d\xc5\xba \xe6\xbc\xa2 \xf0\x9f\x98\x80"),
    "line one\nline two\tand a tab",
    "0123",
    "+353-21-234",
    "1e5",
    "2026-01-31",
    "NaN",
    "true",
    "urn:x",
    "P1Y",
    "-0.50",
    "99999999999999999999",
    "--05--",
    "---31",
    "-05-06",
    "2026-05Z",
    "12:30:00.125+02:00",
    "2026-01-31T12:30:00Z",
    "-P1Y2M3DT4H5M6S",
    "12:30:00",
    "{\"x\"}",
    "%41&x=1",
};

static bool takes(struct runner *r, const struct command *c, size_t param, struct value *values, struct str text)
{
    struct value *tried = ARENA_ARRAY(&r->mem, struct value, c->param_count + 1);

    memcpy(tried, values, c->param_count * sizeof *tried);
    tried[param] = VALUE_OF(text);
    return rules_call(r->rules, c, tried, NULL, &r->mem) == ETL_OK && tried[param].kind == VALUE_TEXT;
}

/* The example's values, then every text parameter with the nth of what it takes. */
static void make_nasty(struct runner *r, const struct command *c, struct value *values, size_t turn)
{
    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];

        if (p->is_family || p->type == NULL || p->type->list != NULL || p->type->is_bool)
            continue;
        for (size_t k = 0; k < sizeof nasty / sizeof nasty[0]; k++) {
            struct str text = str_from(nasty[(turn + i + k) % (sizeof nasty / sizeof nasty[0])]);

            if (takes(r, c, i, values, text)) {
                values[i] = VALUE_OF(text);
                break;
            }
        }
    }
}

static void run_command(struct runner *r, const struct command *plain)
{
    struct credential_value credentials[8] = { { STR("api-user") }, { STR("p\xc3\xa4ss<&>\"'") }, { STR("demo") } };

    for (size_t turn = 0; turn <= sizeof nasty / sizeof nasty[0]; turn++) {
        struct value         *values;
        const struct command *c = example_call(plain, &r->mem, &values);
        struct wire_call      call = {
                 .command = c, .wire = r->wire, .url = STR("http://localhost"), .values = values, .credentials = credentials
        };

        r->about = arena_fmt(&r->mem, "%.*s, turn %zu", STR_ARG(c->name), turn).ptr;
        if (turn != 0)
            make_nasty(r, c, values, turn);
        if (rules_call(r->rules, c, values, NULL, &r->mem) != ETL_OK)
            fail(r, "its rules refuse it");
        else if (turn == 0)
            answers_and_faults(r, &call);
        there_and_back(r, &call);
        arena_reset(&r->mem);
    }
}

/* What SOAP::Lite itself refuses: another SOAPAction, a function that is not there. */
static void run_refusals(struct runner *r)
{
    struct credential_value credentials[8] = { { STR("api-user") }, { STR("pass") }, { STR("demo") } };
    const struct command   *ping = provider_command(r->provider, STR("pingAPI"));
    struct command          unknown = *ping;
    struct value            none[8] = { VALUE_NONE };
    struct wire_call        call = {
               .command = ping, .wire = r->wire, .url = STR("http://localhost"), .values = none, .credentials = credentials
    };

    r->about = "another SOAPAction";
    expect(r, &call, "say:OK", REPLY_REFUSED, NULL, "\"http://localhost/OperatorAPI#addCustomer\"");
    r->about = "a function that is not there";
    unknown.wire = STR("noSuchFunction");
    call.command = &unknown;
    expect(r, &call, "say:OK", REPLY_REFUSED, NULL, NULL);
}

static bool has_soap_lite(void)
{
    return system("perl -MSOAP::Lite -MSOAP::Transport::HTTP -MHTTP::Request -e 1 2>/dev/null") == 0;
}

int main(int argc, char **argv)
{
    struct runner   r = { .passed = 0 };
    struct findings faults;
    int             status;

    if (argc != 2) {
        fprintf(stderr, "usage: test_soap_lite SERVER.pl\n");
        return 2;
    }
    if (!has_soap_lite()) {
        printf("SOAP::Lite is not installed (scripts/setup tests); nothing was tried\n");
        return SKIPPED;
    }
    arena_init(&r.run_mem, 256U << 20, "the description");
    arena_init(&r.mem, 256U << 20, "a call");
    findings_init(&faults, &r.run_mem);
    if (provider_load(STR("simpler"), &r.run_mem, &r.provider, &faults) != ETL_OK)
        return 1;
    r.wire = provider_wire(r.provider, STR("soap"));
    r.rules = rule_check_new(STR("2026-11-24"));
    r.judge = reply_judge_new(&real_clock);
    start_server(&r, argv[1]);
    for (size_t i = 0; i < r.provider->command_count; i++)
        run_command(&r, &r.provider->commands[i]);
    run_refusals(&r);
    fclose(r.to);
    fclose(r.from);
    waitpid(r.server, &status, 0);
    printf("%zu functions: %u passed, %u failed\n", r.provider->command_count, r.passed, r.failed);
    rule_check_free(r.rules);
    reply_judge_free(r.judge);
    provider_free(r.provider);
    arena_release(&r.mem);
    arena_release(&r.run_mem);
    return r.failed != 0 || r.passed == 0;
}
