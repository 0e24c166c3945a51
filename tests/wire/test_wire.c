/* tests/wire/test_wire.c - runs a file of wire cases against a provider's description: bytes out, answers in, values refused.
 *
 *   test_wire PROVIDER FILE.cases
 *
 * Besides what the cases say it checks that every command has one, that each required parameter is refused when it is missing, and that
 * a masked request shows no secret. The format is told in tests/wire/README.md. */
#include <stdarg.h>

#include "etl/core/notation/json_string.h"
#include "etl/core/system/atomic_file.h"
#include "providers/description/load.h"
#include "providers/model/family.h"
#include "providers/replies/reply.h"
#include "providers/rules/rules.h"
#include "providers/wires/wire.h"

enum { WORDS_MAX = 256 };

struct runner {
    const struct provider  *provider;
    struct rule_check      *rules;
    struct reply_judge     *judge;
    struct arena            mem; /* the whole run */
    const char             *file;
    unsigned                line, passed, failed;
    bool                   *seen;            /* by command */
    const struct command   *command;         /* of the case at hand */
    struct str              url;             /* the connection's; empty: the description's */
    struct credential_value credentials[16]; /* by `as` */
    const struct wire      *wire;            /* by `wire NAME`; NULL: the default */
    struct value           *values;
};

static void fail(struct runner *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct runner *r, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "%s:%u: ", r->file, r->line);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    r->failed++;
}

/* \n, \r, \t, \" and \\ */
static struct str unescape(struct runner *r, struct str s)
{
    char  *out = arena_bytes(&r->mem, s.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (c == '\\' && i + 1 < s.len) {
            c = s.ptr[++i];
            c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
        }
        out[len++] = c;
    }
    return str_of(out, len);
}

/* name=value name="a value" … ; the rest after the last pair comes back. */
static struct str read_pairs(struct runner *r, struct str rest, struct pair_value *pairs, size_t *count)
{
    for (*count = 0; *count < WORDS_MAX;) {
        struct str name, value;
        size_t     i = 0;

        rest = str_trim(rest);
        while (i < rest.len && rest.ptr[i] != '=' && rest.ptr[i] != ' ')
            i++;
        if (i == 0 || i >= rest.len || rest.ptr[i] != '=')
            return rest;
        name = str_head(rest, i);
        rest = str_skip(rest, i + 1);
        if (rest.len != 0 && rest.ptr[0] == '"') {
            for (i = 1; i < rest.len && rest.ptr[i] != '"'; i++)
                i += rest.ptr[i] == '\\';
            value = unescape(r, str_skip(str_head(rest, i), 1));
            rest = str_skip(rest, i + 1);
        } else {
            for (i = 0; i < rest.len && rest.ptr[i] != ' '; i++)
                ;
            value = str_head(rest, i);
            rest = str_skip(rest, i);
        }
        pairs[(*count)++] = (struct pair_value){ name, value };
    }
    return rest;
}

struct faults {
    char   rules[16][40];
    size_t count;
    char   first[600];
};

static void note_fault(void *context, enum severity severity, const struct err *err)
{
    struct faults *f = context;

    if (severity != SEVERITY_ERROR || f->count == 16)
        return;
    if (f->count == 0)
        snprintf(f->first, sizeof f->first, "%s: %s", err->field != NULL ? err->field : "", err->text);
    snprintf(f->rules[f->count++], sizeof f->rules[0], "%s", err->rule);
}

static enum etl_status judge_values(struct runner *r, const struct value *values, struct value *checked,
                                    struct faults *faults)
{
    struct rule_sink sink = { .add = note_fault, .context = faults };

    *faults = (struct faults){ .count = 0 };
    memcpy(checked, values, r->command->param_count * sizeof *checked);
    return rules_call(r->rules, r->command, checked, &sink, &r->mem);
}

/* Each required parameter left out must be refused by the rule that says so. */
static void check_required(struct runner *r)
{
    struct value *values = ARENA_ARRAY(&r->mem, struct value, r->command->param_count + 1);
    struct value *checked = ARENA_ARRAY(&r->mem, struct value, r->command->param_count + 1);
    struct faults faults;

    for (size_t i = 0; i < r->command->param_count; i++) {
        memcpy(values, r->values, r->command->param_count * sizeof *values);
        if (!r->command->params[i].required)
            continue;
        values[i] = VALUE_NONE;
        if (judge_values(r, values, checked, &faults) == ETL_OK)
            fail(r, "%.*s without %.*s passes", STR_ARG(r->command->name), STR_ARG(r->command->params[i].name));
        else
            r->passed++;
    }
}

static void on_call(struct runner *r, struct str rest)
{
    struct pair_value pairs[WORDS_MAX];
    struct str        name, names[WORDS_MAX];
    struct value     *checked;
    struct faults     faults;
    size_t            count;

    rest = str_cut(rest, ' ', &name);
    r->command = provider_command(r->provider, name);
    if (r->command == NULL) {
        fail(r, "unknown command %.*s", STR_ARG(name));
        return;
    }
    r->seen[r->command - r->provider->commands] = true;
    rest = read_pairs(r, rest, pairs, &count);
    if (rest.len != 0)
        fail(r, "cannot read \"%.*s\"", STR_ARG(rest));
    for (size_t i = 0; i < count; i++)
        names[i] = pairs[i].name;
    r->command = command_with_members(r->command, names, count, false, &r->mem);
    r->values = ARENA_ARRAY(&r->mem, struct value, r->command->param_count + 1);
    checked = ARENA_ARRAY(&r->mem, struct value, r->command->param_count + 1);
    for (size_t i = 0; i < count; i++) {
        int at = command_param_index(r->command, pairs[i].name);

        if (at < 0)
            fail(r, "%.*s has no parameter %.*s", STR_ARG(name), STR_ARG(pairs[i].name));
        else
            r->values[at] = (struct value){ str_is(pairs[i].value, "null") ? VALUE_CLEAR : VALUE_TEXT,
                                            r->command->params[at].secret, pairs[i].value };
    }
    if (judge_values(r, r->values, checked, &faults) != ETL_OK)
        fail(r, "the documented call is refused: %s (%s)", faults.first, faults.rules[0]);
    else
        r->passed++;
    check_required(r);
    memcpy(r->values, checked, r->command->param_count * sizeof *checked);
}

/* user%3Apass -> user:pass */
static struct str unpercent(struct runner *r, struct str s)
{
    char  *out = arena_bytes(&r->mem, s.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        char hex[3] = { 0 };

        if (s.ptr[i] == '%' && i + 2 < s.len) {
            memcpy(hex, s.ptr + i + 1, 2);
            out[len++] = (char)strtoul(hex, NULL, 16);
            i += 2;
        } else {
            out[len++] = s.ptr[i];
        }
    }
    return str_of(out, len);
}

/* The credentials of the expected body are what the request is made with: by name. */
static void take_credentials(struct runner *r, struct str wanted, struct credential_value *out)
{
    struct str field, rest = wanted;

    while (rest.ptr != NULL) {
        struct str name, value;

        rest = str_cut(rest, '&', &field);
        value = str_cut(field, '=', &name);
        for (size_t i = 0; i < r->provider->credential_count; i++)
            if (r->provider->credentials[i].wire.len != 0 && str_eq(r->provider->credentials[i].wire, name))
                out[i].value = unpercent(r, value);
    }
}

/* as NAME=VALUE … - the credentials of all that follows, where a body is no form that shows them. */
static void on_as(struct runner *r, struct str rest)
{
    struct pair_value pairs[WORDS_MAX];
    size_t            count;

    read_pairs(r, rest, pairs, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < r->provider->credential_count; k++)
            if (str_eq(r->provider->credentials[k].name, pairs[i].name))
                r->credentials[k].value = pairs[i].value;
}

static struct str base_url(const struct runner *r)
{
    return r->url.len != 0 ? r->url : r->provider->url;
}

/* address POST https://… - method and address of the call. */
static void on_address(struct runner *r, struct str wanted)
{
    AUTO(buf_release) struct buf got;
    struct request               request;
    struct wire_call             call = {
                    .command = r->command, .wire = r->wire, .url = base_url(r), .values = r->values, .credentials = r->credentials
    };

    buf_init(&got, 1 << 16, "an address");
    request_init(&request, 1 << 20);
    wire_encode(&call, &request, NULL);
    buf_fmt(&got, "%s %.*s", request.method, STR_ARG(buf_str(&request.url)));
    if (str_eq(buf_str(&got), wanted))
        r->passed++;
    else
        fail(r, "goes to %s, wanted %.*s", buf_cstr(&got), STR_ARG(wanted));
    request_release(&request);
}

/* Of SOAP what stands in the Body; the whole where the case says the whole. */
static struct str compared(struct str body, struct str wanted)
{
    const char *begin = memmem(body.ptr, body.len, "<soap:Body>", 11),
               *end = memmem(body.ptr, body.len, "</soap:Body>", 12);

    return begin != NULL && end != NULL && !str_starts(wanted, STR("<?xml"))
               ? str_of(begin + 11, (size_t)(end - begin) - 11)
               : body;
}

/* header Name: value - goes with the call, over the wire at hand. */
static void on_header(struct runner *r, struct str wanted)
{
    struct request   request;
    struct wire_call call = { .command = r->command, .wire = r->wire, .url = base_url(r), .values = r->values };
    struct str       line, rest;
    bool             found = false;

    request_init(&request, 1 << 20);
    wire_encode(&call, &request, NULL);
    for (rest = buf_str(&request.headers); rest.ptr != NULL && rest.len != 0 && !found;) {
        rest = str_cut(rest, '\n', &line);
        found = str_eq(line, wanted);
    }
    if (found)
        r->passed++;
    else
        fail(r, "no header \"%.*s\" among\n%s", STR_ARG(wanted), buf_cstr(&request.headers));
    request_release(&request);
}

static void on_wire(struct runner *r, struct str name)
{
    r->wire = provider_wire(r->provider, name);
    if (r->wire == NULL)
        fail(r, "unknown wire %.*s", STR_ARG(name));
}

static void on_sends(struct runner *r, struct str wanted, unsigned how)
{
    struct credential_value credentials[16];
    struct request          request;
    struct err              err = { 0 };

    memcpy(credentials, r->credentials, sizeof credentials);
    take_credentials(r, wanted, credentials);
    request_init(&request, 1 << 20);
    struct wire_call call = { .command = r->command,
                              .wire = r->wire,
                              .url = base_url(r),
                              .values = r->values,
                              .credentials = credentials,
                              .how = how };

    if (wire_encode(&call, &request, &err) != ETL_OK)
        fail(r, "cannot encode: %s", err.text);
    else if (!str_eq(compared(buf_str(&request.body), wanted), wanted))
        fail(r, "sends differs\n  wanted %.*s\n  got    %.*s", STR_ARG(wanted),
             STR_ARG(compared(buf_str(&request.body), wanted)));
    else
        r->passed++;
    request_reset(&request);
    call.how |= ENCODE_MASKED;
    wire_encode(&call, &request, &err);
    for (size_t i = 0; i < r->command->param_count; i++)
        if (r->values[i].kind == VALUE_TEXT && r->values[i].secret && r->values[i].text.len > 3 &&
            str_contains(buf_str(&request.body), r->values[i].text))
            fail(r, "the masked request shows %.*s", STR_ARG(r->command->params[i].name));
    for (size_t i = 0; i < r->provider->credential_count; i++)
        if (credentials[i].value.len > 3 && str_contains(buf_str(&request.body), credentials[i].value))
            fail(r, "the masked request shows a credential");
    request_release(&request);
}

/* What a provider of trees says in `result`, as JSON has it and as SOAP::Lite does: a text, typed by its looks. */
static struct str as_result(struct runner *r, struct str text)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 20, "an answer");
    if (r->wire != NULL && r->wire->style == &wire_soap) {
        buf_lit(
            &out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope soap:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\" "
            "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" "
            "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soap:Body>"
            "<anyResponse xmlns=\"http://84.203.220.111/OperatorAPI\"><s-gensym3 xsi:type=\"xsd:string\">");
        for (size_t i = 0; i < text.len; i++)
            switch (text.ptr[i]) {
            case '<': buf_lit(&out, "&lt;"); break;
            case '>': buf_lit(&out, "&gt;"); break;
            case '&': buf_lit(&out, "&amp;"); break;
            default: buf_byte(&out, text.ptr[i]);
            }
        buf_lit(&out, "</s-gensym3></anyResponse></soap:Body></soap:Envelope>");
    } else {
        buf_lit(&out, "{\"ip\":\"127.0.0.1\",\"result\":");
        json_string_add(&out, text);
        buf_byte(&out, '}');
    }
    return arena_str(&r->mem, buf_str(&out));
}

/* [503], [type=text/html], [test] ahead of the body; [result] last: the body is what stands there. */
static struct str take_marks(struct runner *r, struct str rest, struct reply_message *m, bool *test, bool *result)
{
    while (rest.len != 0 && rest.ptr[0] == '[') {
        struct str mark, value;
        uint64_t   status;

        value = str_cut(str_skip(rest, 1), ']', &mark);
        if (value.ptr == NULL)
            break;
        if (str_to_u64(mark, &status))
            m->status = (int)status;
        else if (str_is(mark, "test"))
            *test = true;
        else if (str_is(mark, "result")) {
            *result = true;
            return str_trim(value);
        } else if (str_starts(mark, STR("type=")))
            m->content_type = str_skip(mark, 5);
        else
            fail(r, "unknown mark [%.*s]", STR_ARG(mark));
        rest = str_trim(value);
    }
    return rest;
}

static void on_answer(struct runner *r, enum reply_is wanted, struct str rest)
{
    struct reply_message m = { .status = 200, .wire = r->wire };
    bool                 test = false, result = false;
    struct pair_value    pairs[WORDS_MAX];
    struct verdict       v;
    const char          *arrow = rest.len != 0 ? memmem(rest.ptr, rest.len, " => ", 4) : NULL;
    size_t               count = 0;

    if (arrow != NULL) {
        read_pairs(r, str_of(arrow + 4, rest.len - (size_t)(arrow + 4 - rest.ptr)), pairs, &count);
        rest.len = (size_t)(arrow - rest.ptr);
    }
    rest = unescape(r, take_marks(r, str_trim(rest), &m, &test, &result));
    m.body = result ? as_result(r, rest) : rest;
    if (test && r->provider->test_reply != NULL)
        reply_judge_as(r->judge, r->command, r->provider->test_reply, &m, &r->mem, &v);
    else
        reply_judge_call(r->judge, r->command, &m, &r->mem, &v);
    if (v.is != wanted) {
        fail(r, "%.*s: wanted %s, judged %s (%.*s)", STR_ARG(r->command->name), reply_is_names[wanted],
             reply_is_names[v.is], STR_ARG(v.reason));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct str got = STR_NONE;

        for (size_t k = 0; k < v.capture_count; k++)
            if (str_eq(v.captures[k].name, pairs[i].name))
                got = v.captures[k].value;
        if (got.ptr == NULL || !str_eq(got, pairs[i].value))
            fail(r, "capture %.*s: wanted \"%.*s\", got \"%.*s\"", STR_ARG(pairs[i].name), STR_ARG(pairs[i].value),
                 STR_ARG(got));
    }
    r->passed++;
}

static void on_rejects(struct runner *r, struct str rest)
{
    struct value     *values = ARENA_ARRAY(&r->mem, struct value, r->command->param_count + 1);
    struct value     *checked = ARENA_ARRAY(&r->mem, struct value, r->command->param_count + 1);
    struct pair_value pairs[WORDS_MAX];
    struct faults     faults;
    size_t            count;
    bool              found = false;

    memcpy(values, r->values, r->command->param_count * sizeof *values);
    rest = read_pairs(r, rest, pairs, &count);
    for (size_t i = 0; i < count; i++) {
        int at = command_param_index(r->command, pairs[i].name);

        if (at < 0)
            fail(r, "no parameter %.*s", STR_ARG(pairs[i].name));
        else
            values[at] = pairs[i].value.len != 0 ? VALUE_OF(pairs[i].value) : VALUE_NONE;
    }
    if (judge_values(r, values, checked, &faults) == ETL_OK) {
        fail(r, "%.*s passes, it should be refused", STR_ARG(r->command->name));
        return;
    }
    rest = str_trim(str_starts(rest, STR(":")) ? str_skip(rest, 1) : rest);
    for (size_t i = 0; i < faults.count; i++)
        found = found || str_is(rest, faults.rules[i]);
    if (rest.len != 0 && !found)
        fail(r, "refused by %s, not by %.*s: %s", faults.rules[0], STR_ARG(rest), faults.first);
    else
        r->passed++;
}

static void on_line(struct runner *r, struct str line)
{
    struct str word, rest = str_cut(line, ' ', &word);

    if (rest.ptr == NULL)
        rest = STR("");
    if (line.len == 0 || line.ptr[0] == '#')
        return;
    if (str_is(word, "call")) {
        on_call(r, rest);
        return;
    }
    if (str_is(word, "wire")) {
        on_wire(r, rest);
        return;
    }
    if (str_is(word, "as")) {
        on_as(r, rest);
        return;
    }
    if (str_is(word, "url")) {
        r->url = rest;
        return;
    }
    if (r->command == NULL)
        return;
    if (str_is(word, "address")) {
        on_address(r, rest);
        return;
    }
    if (str_is(word, "sends") || str_is(word, "tests")) {
        on_sends(r, rest, str_is(word, "tests") ? ENCODE_TEST : 0);
        return;
    }
    if (str_is(word, "header")) {
        on_header(r, rest);
        return;
    }
    if (str_is(word, "rejects")) {
        on_rejects(r, rest);
        return;
    }
    for (int is = 0; reply_is_names[is] != NULL; is++)
        if (str_is(word, reply_is_names[is])) {
            on_answer(r, (enum reply_is)is, rest);
            return;
        }
    fail(r, "cannot read: %.*s", STR_ARG(line));
}

int main(int argc, char **argv)
{
    struct runner   r = { .line = 0 };
    struct findings faults;
    struct str      text, line;
    struct err      err = { 0 };

    if (argc != 3) {
        fprintf(stderr, "usage: test_wire PROVIDER FILE.cases\n");
        return 2;
    }
    arena_init(&r.mem, 512U << 20, "the wire cases");
    findings_init(&faults, &r.mem);
    r.file = argv[2];
    if (provider_load(str_from(argv[1]), &r.mem, &r.provider, &faults) != ETL_OK ||
        file_read(argv[2], 16U << 20, &r.mem, &text, &err) != ETL_OK) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1 << 20, "faults");
        findings_print(&out, &faults);
        fprintf(stderr, "%s%s\n", buf_cstr(&out), err.text);
        return 1;
    }
    r.rules = rule_check_new(STR("2026-11-24"));
    r.judge = reply_judge_new(&real_clock);
    r.seen = ARENA_ARRAY(&r.mem, bool, r.provider->command_count + 1);
    while (text.ptr != NULL) {
        text = str_cut(text, '\n', &line);
        r.line++;
        on_line(&r, line);
    }
    for (size_t i = 0; i < r.provider->command_count; i++)
        if (!r.seen[i])
            fail(&r, "%.*s has no case", STR_ARG(r.provider->commands[i].name));
    printf("%s: %u passed, %u failed\n", argv[1], r.passed, r.failed);
    rule_check_free(r.rules);
    reply_judge_free(r.judge);
    provider_free(r.provider);
    arena_release(&r.mem);
    return r.failed != 0 || r.passed == 0;
}
