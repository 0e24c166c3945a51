/* providers/replies/reply.c - what an answer says: the description's cases first, then what any HTTP status lets us conclude. */
#include "providers/replies/reply.h"

#include "etl/core/utf8.h"
#include "providers/redact/repair.h"
#include "providers/replies/rows.h"
#include "providers/replies/tree.h"

const struct reply_style *const reply_styles[] = { &reply_text, &reply_csv,      &reply_xml, &reply_json,
                                                   &reply_soap, &reply_xml_tree, NULL };

enum { QUOTED_BYTES = 160 };

struct reply_judge {
    struct pattern_match *match;
    const struct clock   *clock;
};

struct reply_judge *reply_judge_new(const struct clock *clock)
{
    struct reply_judge *j = calloc(1, sizeof *j);

    if (j == NULL)
        memory_exhausted("the replies", sizeof *j);
    j->match = pattern_match_new();
    j->clock = clock;
    return j;
}

void reply_judge_free(struct reply_judge *j)
{
    if (j == NULL)
        return;
    pattern_match_free(j->match);
    free(j);
}

/* What a status lets us conclude where no case of the description speaks of it (RFC 9110, RFC 6585). */
static const struct {
    int           from, to;
    enum reply_is is;
    const char   *reason;
} http_verdicts[] = {
    { 401, 401, REPLY_LOGIN, "401 Unauthorized: the credentials are not accepted" },
    { 403, 403, REPLY_LOGIN, "403 Forbidden: the credentials are not accepted" },
    { 407, 407, REPLY_LOGIN, "407 Proxy Authentication Required" },
    { 408, 408, REPLY_UNCERTAIN, "408 Request Timeout: it may have happened" },
    { 425, 425, REPLY_THROTTLED, "425 Too Early" },
    { 429, 429, REPLY_THROTTLED, "429 Too Many Requests" },
    { 503, 503, REPLY_OUTAGE, "503 Service Unavailable" },
    { 300, 399, REPLY_FAILED, "a redirect, which is not followed; is the url right?" },
    { 400, 499, REPLY_FAILED, "the server does not take the request" }, /* it is not processed: RFC 9110 15.5 */
    { 500, 599, REPLY_UNCERTAIN, "the server failed while it worked; it may have happened" },
    { 0 },
};

/* The answer quoted in a message: one line, clipped, control bytes as blanks. */
static struct str quote(const struct reply_message *m, const char *why, struct arena *mem)
{
    struct str body = str_trim(m->body), head = str_head(body, QUOTED_BYTES);
    struct buf out;
    struct str text;
    char       line[32];

    buf_init(&out, 4096, "a quote");
    snprintf(line, sizeof line, "HTTP %d", m->status);
    buf_fmt(&out, "%s%s%s", why, why[0] != '\0' ? "; " : "", line);
    if (m->content_type.len != 0)
        buf_fmt(&out, " %.*s", (int)(m->content_type.len < 60 ? m->content_type.len : 60), m->content_type.ptr);
    if (body.len == 0) {
        buf_lit(&out, ", an empty body");
    } else {
        buf_lit(&out, ": ");
        while (head.len != 0) {
            struct str before = head;
            uint32_t   c = utf8_next(&head);

            if (c < 0x20 || c == 0x7f || (c == 0xfffd && before.len - head.len == 1))
                buf_byte(&out, ' ');
            else
                buf_add(&out, str_head(before, before.len - head.len));
        }
        if (body.len > QUOTED_BYTES)
            buf_lit(&out, "…");
    }
    text = arena_str(mem, buf_str(&out));
    buf_release(&out);
    return text;
}

static bool header_value(struct str headers, struct str name, struct str *value)
{
    struct str line, rest = headers;

    while (rest.ptr != NULL && rest.len != 0) {
        struct str left, right;

        rest = str_cut(rest, '\n', &line);
        right = str_cut(line, ':', &left);
        if (right.ptr != NULL && str_eq_nocase(str_trim(left), name)) {
            *value = str_trim(right);
            return true;
        }
    }
    return false;
}

/* Seconds, or an HTTP date (RFC 9110 10.2.3). */
static uint64_t retry_after_ms(const struct reply_judge *judge, const struct reply_message *m)
{
    enum { LONGEST_S = 3600 };
    struct str value;
    uint64_t   seconds = 0;
    uint64_t   when, now;

    if (!header_value(m->headers, STR("Retry-After"), &value))
        return 0;
    if (!str_to_u64(value, &seconds)) {
        if (!time_from_http_date(value, &when))
            return 0;
        now = clock_wall_ms(judge->clock) / 1000;
        seconds = when > now ? when - now : 1;
    }
    return (seconds < LONGEST_S ? seconds : LONGEST_S) * 1000;
}

struct judgement {
    struct reply_judge          *judge;
    const struct command        *command;
    const struct reply_message  *message;
    struct arena                *mem;
    struct verdict              *out;
    const struct wire           *wire;
    const struct reply_style    *style;
    struct str                   text; /* the body, for patterns */
    const struct tree           *tree;
    bool                         tree_tried, records_tried, records_good;
    const struct reply_streamed *streamed; /* or NULL */
    struct err                   body_err; /* why the body could not be read */
};

/* The body is parsed only when a case asks for its contents or the answer counts as done. */
static bool have_tree(struct judgement *j)
{
    if (j->streamed != NULL && j->message->body.len >= REPLY_HEAD) /* we have only its beginning */
        return false;
    if (!j->tree_tried) {
        j->tree_tried = true;
        if (j->style->tree(j->command->reply, j->message->body, j->mem, &j->tree, &j->body_err) != ETL_OK)
            j->tree = NULL;
    }
    return j->tree != NULL;
}

static bool split_tree(struct judgement *j)
{
    const struct path *path = have_tree(j) ? tree_records_path(j->tree, j->command) : NULL;

    if (path == NULL)
        return j->tree != NULL;
    return tree_records(j->tree, path, j->mem, &j->out->records, &j->out->record_count, &j->body_err) == ETL_OK;
}

static bool have_records(struct judgement *j)
{
    if (!j->records_tried && j->streamed != NULL) {
        j->out->record_count = j->streamed->records;
        j->records_good = j->streamed->status == ETL_OK;
        if (!j->records_good)
            j->body_err = *j->streamed->err;
    } else if (!j->records_tried) {
        j->records_good = j->style->tree != NULL
                              ? split_tree(j)
                              : rows_all(j->command, j->wire, j->message->body, j->mem, &j->out->records,
                                         &j->out->record_count, &j->body_err) == ETL_OK;
    }
    j->records_tried = true;
    return j->records_good;
}

/* Of a long answer that was streamed, we have only the beginning; that it had records is the proof. */
static bool is_listed(struct judgement *j)
{
    if (j->style->tree == NULL)
        return false;
    if (have_tree(j))
        return tree_records_path(j->tree, j->command) != NULL;
    return j->streamed != NULL && have_records(j) && j->out->record_count != 0;
}

/* Asked last of a case's conditions: the groups of its match give the reason. */
static bool tree_fits(struct judgement *j, const struct reply_case *c)
{
    const struct tree *node = have_tree(j) ? tree_at(j->tree, c->at) : NULL;
    struct str         text;

    if (node == NULL || c->empty)
        return node != NULL && node->text.len == 0 && node->first == NULL;
    if (c->text == NULL)
        return true;
    text = tree_text(node);
    return text.ptr != NULL && pattern_run(c->text, text, j->judge->match) == PATTERN_YES;
}

static bool status_fits(const struct reply_case *c, int status)
{
    if (c->status_count == 0)
        return status >= 200 && status < 300;
    for (size_t i = 0; i < c->status_count; i++)
        if (status >= c->statuses[i].from && status <= c->statuses[i].to)
            return true;
    return false;
}

static bool case_fits(struct judgement *j, const struct reply_case *c)
{
    const struct reply_message *m = j->message;
    struct str                  value;

    if (!status_fits(c, m->status) || (c->wire != NULL && c->wire != j->wire))
        return false;
    if (c->type.len != 0 && !str_eq_nocase(str_head(m->content_type, c->type.len), c->type))
        return false;
    if (c->header.len != 0 && (!header_value(m->headers, c->header, &value) || c->header_like == NULL ||
                               pattern_run(c->header_like, value, j->judge->match) != PATTERN_YES))
        return false;
    if (c->listed && !is_listed(j))
        return false;
    if (c->records_min >= 0 && (!have_records(j) || (int64_t)j->out->record_count < c->records_min ||
                                (int64_t)j->out->record_count > c->records_max))
        return false;
    if (c->at != NULL)
        return j->style->tree != NULL && tree_fits(j, c);
    return c->body == NULL || pattern_run(c->body, j->text, j->judge->match) == PATTERN_YES;
}

static void decide(struct judgement *j, enum reply_is is, struct str reason)
{
    j->out->is = is;
    j->out->reason = reason;
}

static struct str field_of(const struct reply_record *record, struct str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_eq(record->fields[i].name, name))
            return record->fields[i].value;
    return STR_NONE;
}

/* The value that all records share. If they differ there is none: a later call must not use the first record's by chance. */
static struct str field_of_all(const struct verdict *v, struct str name)
{
    struct str value = v->record_count != 0 ? field_of(&v->records[0], name) : STR_NONE;

    for (size_t i = 1; i < v->record_count && value.ptr != NULL; i++) {
        struct str other = field_of(&v->records[i], name);

        if (other.ptr == NULL || !str_eq(other, value))
            return STR_NONE;
    }
    return value;
}

static struct str capture_group(struct judgement *j, const struct capture *c, struct str text)
{
    if (text.ptr == NULL || pattern_run(c->pattern, text, j->judge->match) != PATTERN_YES)
        return STR_NONE;
    text = pattern_group(j->judge->match, 1);
    return text.ptr != NULL ? arena_str(j->mem, text) : STR_NONE;
}

static struct str capture_value(struct judgement *j, const struct capture *c)
{
    struct str value = STR_NONE;

    if (j->style->tree == NULL) {
        if (c->pattern != NULL)
            return capture_group(j, c, j->text);
        return j->out->record_count != 0 ? field_of(&j->out->records[0], c->field) : STR_NONE;
    }
    if (c->field.ptr != NULL)
        value = field_of_all(j->out, c->field);
    if (value.ptr == NULL && c->at.count != 0)
        value = tree_text(tree_at(j->tree, &c->at));
    return c->pattern != NULL ? capture_group(j, c, value) : value;
}

/* false: a capture that is needed is not in the answer. */
static bool take_captures(struct judgement *j)
{
    const struct command *c = j->command;
    struct pair_value    *captures = ARENA_ARRAY(j->mem, struct pair_value, c->capture_count + 1);
    bool                  all = true;

    for (size_t i = 0; i < c->capture_count; i++) {
        captures[i] = (struct pair_value){ c->captures[i].name, capture_value(j, &c->captures[i]) };
        all = all && (captures[i].value.ptr != NULL || !c->captures[i].needed);
    }
    j->out->captures = captures;
    j->out->capture_count = c->capture_count;
    return all;
}

/* Rows may hold passwords of other subscribers, so they are never quoted in a message. A table is quoted only if it is an error page. */
static bool is_quotable(const struct judgement *j)
{
    if (j->style->is_table)
        return j->message->status / 100 != 2 || str_starts(str_trim(j->message->body), STR("<"));
    return j->streamed == NULL || j->streamed->records == 0;
}

static struct str unquoted(const struct judgement *j, const char *why)
{
    return arena_fmt(j->mem, "%s; HTTP %d %.*s, %zu bytes", why, j->message->status,
                     STR_ARG(str_head(j->message->content_type, 60)), j->message->body.len);
}

/* A case says "done", but the answer is not as documented: it does not match `done:`, its records cannot be read, or a capture is missing. */
static void doubt(struct judgement *j, const char *why)
{
    decide(j, j->command->effect == EFFECT_READ ? REPLY_FAILED : REPLY_UNCERTAIN,
           is_quotable(j) ? quote(j->message, why, j->mem) : unquoted(j, why));
}

static void confirm_done(struct judgement *j)
{
    if (j->command->done != NULL && pattern_run(j->command->done, j->text, j->judge->match) != PATTERN_YES)
        doubt(j, "not the documented answer");
    else if (!have_records(j))
        doubt(j, arena_cstr(j->mem, str_from(j->body_err.text)));
    else if (j->streamed == NULL && !take_captures(j))
        doubt(j, "the answer lacks what the document promises in it");
}

static bool by_description(struct judgement *j)
{
    const struct reply *reply = j->command->reply;

    for (size_t i = 0; i < reply->case_count; i++) {
        const struct reply_case *c = &reply->cases[i];
        struct str               reason = STR_NONE;

        if (!case_fits(j, c))
            continue;
        if (c->body != NULL || c->text != NULL)
            reason = pattern_named(c->text != NULL ? c->text : c->body, j->judge->match, "reason");
        reason = str_trim(reason);
        decide(j, c->is,
               reason.len != 0          ? arena_str(j->mem, reason)
               : c->is == REPLY_DONE    ? STR_NONE
               : c->is == REPLY_NOTHING ? STR("nothing was found")
                                        : quote(j->message, "", j->mem));
        j->out->by_description = true;
        if (c->is == REPLY_DONE)
            confirm_done(j);
        return true;
    }
    return false;
}

/* Patterns need UTF-8. For styles with records, damaged bytes are repaired as the reader of the records does; for others they match
 * nothing. */
static struct str readable(const struct reply_style *style, struct str body, struct arena *mem)
{
    AUTO(buf_release) struct buf out;
    struct repair                repair = { .xml = false };

    buf_init(&out, 2 * body.len + REPAIR_HELD, "an answer");
    if (style->rows == NULL || utf8_valid(body))
        return body;
    repair_add(&repair, body, true, &out);
    return arena_str(mem, buf_str(&out));
}

static void judge(struct judgement *j)
{
    const struct reply_message *m = j->message;

    j->wire = m->wire != NULL ? m->wire : &j->command->provider->wires[0];
    j->style = j->command->reply->styles[j->wire->index];
    j->text = readable(j->style, m->body, j->mem);
    *j->out = (struct verdict){ 0 };
    j->out->retry_after_ms = retry_after_ms(j->judge, m);
    if (by_description(j))
        return;
    for (size_t i = 0; http_verdicts[i].from != 0; i++)
        if (m->status >= http_verdicts[i].from && m->status <= http_verdicts[i].to) {
            enum reply_is is = http_verdicts[i].is;

            if (is == REPLY_UNCERTAIN && j->command->effect == EFFECT_READ)
                is = REPLY_OUTAGE; /* a read may be asked again */
            decide(j, is, quote(m, http_verdicts[i].reason, j->mem));
            return;
        }
    /* Neither the description nor the table knows this answer. A write may have happened nevertheless. */
    doubt(j, j->body_err.text[0] != '\0' ? arena_cstr(j->mem, str_from(j->body_err.text))
                                         : "an answer that is not documented");
}

void reply_judge_call(struct reply_judge *judge_, const struct command *command, const struct reply_message *m,
                      struct arena *call_mem, struct verdict *out)
{
    struct judgement j = { .judge = judge_, .command = command, .message = m, .mem = call_mem, .out = out };

    judge(&j);
}

void reply_judge_streamed(struct reply_judge *judge_, const struct command *command, const struct reply_message *m,
                          const struct reply_streamed *streamed, struct arena *call_mem, struct verdict *out)
{
    struct judgement j = {
        .judge = judge_, .command = command, .message = m, .mem = call_mem, .out = out, .streamed = streamed
    };

    judge(&j);
}

void reply_judge_as(struct reply_judge *judge, const struct command *command, const struct reply *reply,
                    const struct reply_message *m, struct arena *call_mem, struct verdict *out)
{
    struct command as = *command;

    as.reply = reply;
    as.done = NULL;
    as.capture_count = 0;
    reply_judge_call(judge, &as, m, call_mem, out);
}
