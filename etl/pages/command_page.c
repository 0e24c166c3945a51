/* etl/pages/command_page.c - a provider's command as a page for people. */
#include "etl/pages/command_page.h"

#include "etl/core/notation/json_string.h"
#include "etl/pages/description_words.h"
#include "etl/pages/layout.h"
#include "providers/model/example.h"
#include "providers/replies/reply.h"
#include "providers/rules/rules.h"
#include "providers/wires/wire.h"

enum { EXAMPLES_SHOWN = 2 };

static struct str demand(const struct param *p)
{
    return p->required ? STR("required") : p->recommended ? STR("recommended") : STR("");
}

static void add_param(const struct param *p, size_t width, struct buf *out)
{
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    buf_add(&line, p->title);
    if (!str_eq(p->wire, p->name))
        buf_fmt(&line, " (on the wire: %.*s)", STR_ARG(p->wire));
    if (p->always.ptr != NULL)
        buf_fmt(&line, ": always sent as \"%.*s\", a mapping cannot set it", STR_ARG(p->always));
    else
        buf_fmt(&line, "; %.*s", STR_ARG(p->type->name));
    if (p->secret)
        buf_lit(&line, ", secret");
    if (p->is_family)
        buf_lit(&line, "; any number of them, each by its own name");
    if (p->deflt.ptr != NULL)
        buf_fmt(&line, "; \"%.*s\" is sent where a mapping says nothing", STR_ARG(p->deflt));
    if (p->clear.ptr != NULL)
        buf_fmt(&line, "; null is sent as \"%.*s\"", STR_ARG(p->clear));
    if (p->omit.ptr != NULL)
        buf_fmt(&line, "; \"%.*s\" is said by sending nothing, so it has to be said", STR_ARG(p->omit));
    if (p->live_only)
        buf_lit(&line, "; left out in test mode");
    for (size_t i = 0; i < p->header_count; i++)
        buf_fmt(&line, "; with %.*s goes the header %.*s: %.*s", STR_ARG(p->headers[i].value),
                STR_ARG(p->headers[i].name), STR_ARG(p->headers[i].text));
    for (size_t i = 0; i < p->danger_value_count; i++) {
        buf_fmt(&line, "; %.*s ", STR_ARG(p->danger_values[i].value));
        dangers_text(p->danger_values[i].dangers, "", &line);
    }
    buf_lit(out, "  ");
    layout_padded(out, p->name, width);
    layout_padded(out, demand(p), 13);
    layout_wrapped(out, buf_str(&line), width + 15, width + 15);
}

static void add_params(const struct command *c, struct buf *out)
{
    size_t width = 0;

    for (size_t i = 0; i < c->param_count; i++)
        width = c->params[i].name.len + 2 > width ? c->params[i].name.len + 2 : width;
    buf_text(out, c->param_count != 0 ? "\nparameters\n" : "\nIt has no parameters.\n");
    for (size_t i = 0; i < c->param_count; i++)
        add_param(&c->params[i], width, out);
}

static void add_examples(const char *label, const struct str *values, size_t count, struct buf *out)
{
    if (count == 0)
        return;
    buf_text(out, label);
    for (size_t i = 0; i < count && i < EXAMPLES_SHOWN; i++)
        buf_fmt(out, "%s%s", i != 0 ? " " : "", shown(values[i], false).text);
}

static void add_rule(const struct rule *r, struct buf *out)
{
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    buf_fmt(&line, "%s%.*s (%.*s)", r->severity == SEVERITY_WARNING ? "warning: " : "", STR_ARG(r->message),
            STR_ARG(r->id));
    add_examples("; good ", r->good, r->good_count, &line);
    add_examples("; bad ", r->bad, r->bad_count, &line);
    buf_lit(out, "    ");
    layout_wrapped(out, buf_str(&line), 4, 6);
}

static void add_list_form(const struct list_form *l, struct buf *out)
{
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    buf_lit(&line, "a list");
    for (size_t i = 0; i < l->part_count; i++)
        buf_fmt(&line, "%s%.*s", i != 0 ? ", " : " of ", STR_ARG(l->parts[i].name));
    if (l->each != NULL)
        buf_fmt(&line, ", each a %.*s", STR_ARG(l->each->name));
    if (l->join.ptr != NULL)
        buf_fmt(&line, "; sent as one text with \"%.*s\" between", STR_ARG(l->join));
    else
        buf_lit(&line, "; sent as an array");
    layout_paragraph(out, buf_str(&line), 4);
}

static void add_type(const struct value_type *t, struct buf *out)
{
    buf_fmt(out, "  %.*s", STR_ARG(t->name));
    if (t->example.ptr != NULL)
        buf_fmt(out, ", such as %s", shown(t->example, false).text);
    buf_byte(out, '\n');
    if (t->list != NULL)
        add_list_form(t->list, out);
    if (t->is_bool && t->no_is_absent)
        buf_fmt(out, "    true is sent as \"%.*s\"; false is said by sending nothing\n", STR_ARG(t->yes));
    else if (t->is_bool)
        buf_fmt(out, "    true is sent as \"%.*s\", false as \"%.*s\"\n", STR_ARG(t->yes), STR_ARG(t->no));
    if (t->date.len != 0)
        buf_fmt(out, "    a date is given as YYYY-MM-DD and sent as %.*s\n", STR_ARG(t->date));
    for (size_t i = 0; i < t->rule_count; i++)
        add_rule(t->rules[i], out);
}

/* Each type once: first those of the parameters, in their order, then those that a type_of rule names. */
static void add_types(const struct command *c, struct buf *out)
{
    bool *told = calloc(c->provider->type_count + 1, sizeof *told);

    if (told == NULL)
        memory_exhausted("a page", c->provider->type_count);
    buf_text(out, c->param_count != 0 ? "\nvalues\n" : "");
    for (size_t i = 0; i < c->param_count + c->together_count; i++) {
        const struct together *t = i < c->param_count ? NULL : &c->together[i - c->param_count];

        for (size_t k = 0; k < (t != NULL ? t->case_count : 1); k++) {
            const struct value_type *type = t != NULL ? t->cases[k].type : c->params[i].type;

            if (type == NULL || told[type - c->provider->types])
                continue;
            told[type - c->provider->types] = true;
            add_type(type, out);
        }
    }
    free(told);
}

static void add_items(const struct command *c, const struct together_item *items, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        buf_fmt(out, "%s%.*s", i != 0 ? ", " : "", STR_ARG(c->params[items[i].param].name));
        if (items[i].value.ptr != NULL)
            buf_fmt(out, "=%.*s", STR_ARG(items[i].value));
    }
}

static void add_together_one(const struct command *c, const struct together *t, struct buf *out)
{
    static const char *const     words[] = { "exactly one of ", "at least one of ", "at most one of ",
                                             "required: ",      "absent: ",         "" };
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    buf_text(&line, t->severity == SEVERITY_WARNING ? "warning: " : "");
    buf_text(&line, words[t->kind]);
    add_items(c, t->items, t->item_count, &line);
    if (t->kind == TOGETHER_TYPE_OF) {
        buf_fmt(&line, "%.*s is", STR_ARG(c->params[t->subject].name));
        for (size_t i = 0; i < t->case_count; i++)
            buf_fmt(&line, "%s of type %.*s when %.*s=%.*s", i != 0 ? "," : "", STR_ARG(t->cases[i].type->name),
                    STR_ARG(c->params[t->by].name), STR_ARG(t->cases[i].value));
    }
    if (t->has_condition) {
        buf_text(&line, t->unless ? ", unless " : ", when ");
        add_items(c, &t->condition, 1, &line);
    }
    if (t->message.len != 0)
        buf_fmt(&line, ": %.*s", STR_ARG(t->message));
    buf_fmt(&line, " (%.*s)", STR_ARG(t->rule));
    layout_paragraph(out, buf_str(&line), 2);
}

static void add_together(const struct command *c, struct buf *out)
{
    buf_text(out, c->together_count != 0 ? "\ntogether\n" : "");
    for (size_t i = 0; i < c->together_count; i++)
        add_together_one(c, &c->together[i], out);
}

static void add_reply(const struct command *c, struct buf *out)
{
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    buf_fmt(out, "\nreply\n  %s, told apart as \"%.*s\":", c->reply->styles[0]->summary, STR_ARG(c->reply->name));
    for (size_t i = 0; i < c->reply->case_count; i++) {
        bool earlier = false;

        for (size_t k = 0; k < i; k++)
            earlier = earlier || c->reply->cases[k].is == c->reply->cases[i].is;
        if (!earlier)
            buf_fmt(out, " %s", reply_is_names[c->reply->cases[i].is]);
    }
    buf_lit(out, "; anything else is a failure that quotes what came\n");
    for (size_t i = 0; i < c->capture_count; i++)
        buf_fmt(&line, "%s{{ %.*s.%.*s }}", i != 0 ? ", " : "later calls of the lane may use ", STR_ARG(c->name),
                STR_ARG(c->captures[i].name));
    if (line.len != 0)
        layout_paragraph(out, buf_str(&line), 2);
}

static void add_lookup(const struct lookup_read *l, struct buf *line)
{
    buf_fmt(line, "%.*s", STR_ARG(l->read->name));
    if (l->with.count != 0)
        buf_lit(line, " with ");
    pairs_source(&l->with, ", ", line);
    buf_text(line, l->wants_nothing ? " must find nothing" : " must find it");
    if (l->match.count != 0)
        buf_lit(line, ", equal in ");
    pairs_source(&l->match, ", ", line);
}

static void add_test_way(const struct command *c, struct buf *line)
{
    if (c->test.read != NULL)
        add_lookup(&c->test, line);
    else if (c->test_send && c->provider->test_send.count == 0)
        buf_lit(line, "the same call without what is for live calls only");
    else if (c->test_send)
        pairs_source(&c->provider->test_send, " ", line);
    else
        buf_text(line, c->effect == EFFECT_READ ? "a read: asking it changes nothing"
                                                : "untestable: nothing can be asked without changing something");
}

static void add_read_back(const struct command *c, struct buf *line)
{
    const struct lookup_read *l = &c->verify;

    add_lookup(l, line);
    if (l->baseline)
        buf_text(line, l->there_is_refused ? "; read before the first sending too, and what is there then is not sent"
                                           : "; read before the first sending too, since what was there is not ours");
    if (l->baseline_when_told)
        buf_lit(line, "; a look that is refused does not keep from sending");
    if (!l->absence_is_proof)
        buf_lit(line, "; not finding it proves nothing");
    if (l->others_are_no_proof)
        buf_lit(line, "; finding only others proves nothing");
    if (l->absence_has_condition) {
        buf_text(line, l->absence_unless ? "; not finding it proves something, but not with "
                                         : "; not finding it proves something only with ");
        add_items(c, &l->absence_condition, 1, line);
    }
    if (l->full)
        buf_lit(line, "; one full report for all of them");
    buf_fmt(line, "; \"not there\" must be seen twice, %u s apart", l->settle_seconds);
}

static void add_verify_way(const struct command *c, struct buf *line)
{
    if (c->verify.read != NULL) {
        add_read_back(c, line);
    } else if (c->repeat_safe) {
        buf_lit(line, "sent again: twice is the same as once");
        if (c->repeat_has_exception) {
            buf_lit(line, ", but not with ");
            add_items(c, &c->repeat_exception, 1, line);
        }
    } else if (c->effect == EFFECT_READ) {
        buf_lit(line, "a read: asked again");
    } else {
        buf_lit(line, "cannot be read back: a lost answer stays uncertain until a person decides (--resend-uncertain)");
    }
}

static void add_assurance(const struct command *c, struct buf *out)
{
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    buf_byte(out, '\n');
    add_test_way(c, &line);
    layout_labelled(out, STR("test"), 10, buf_str(&line));
    buf_reset(&line);
    add_verify_way(c, &line);
    layout_labelled(out, STR("verify"), 10, buf_str(&line));
}

static void add_tables(const struct command *c, struct buf *out)
{
    static const char *const     words[] = { "makes ", "changes ", "removes " };
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    for (size_t i = 0; i < c->step_count; i++) {
        const struct table_step *s = &c->steps[i];

        buf_reset(&line);
        buf_text(&line, words[s->kind]);
        buf_add(&line, s->table);
        buf_lit(&line, " by ");
        pairs_source(&s->key, ", ", &line);
        if (s->has_condition) {
            buf_text(&line, s->unless ? ", unless " : ", when ");
            add_items(c, &s->condition, 1, &line);
        }
        layout_labelled(out, i == 0 ? STR("tables") : STR(""), 10, buf_str(&line));
    }
}

/* ---- the example ---- */

/* "  Name: value", a line each. */
static void add_header_lines(struct str headers, struct buf *out)
{
    while (headers.len != 0) {
        struct str line;

        headers = str_cut(headers, '\n', &line);
        if (line.len != 0)
            buf_fmt(out, "  %.*s\n", STR_ARG(line));
    }
}

static void add_request(const struct command *c, struct arena *mem, struct buf *out)
{
    struct credential_value *credentials = ARENA_ARRAY(mem, struct credential_value, c->provider->credential_count + 1);
    struct rule_check    *rules = rule_check_new(STR("0001-01-01")); /* only to write the values in their sent form */
    const struct login   *login = c->provider->login_count != 0 ? c->provider->logins : NULL;
    const struct command *full;
    struct value         *values;
    struct request        request;
    struct err            err = { 0 };

    for (size_t i = 0; i < c->provider->credential_count; i++)
        if (c->provider->credentials[i].made_by == NULL || c->provider->credentials[i].made_by == login)
            credentials[i].value = STR("***");
    full = example_call(c, mem, &values);
    rules_call(rules, full, values, NULL, mem);
    rule_check_free(rules);
    request_init(&request, 1 << 20);
    buf_lit(out, "\nexample (secrets masked)\n");
    if (wire_encode(&(struct wire_call){ .command = full,
                                         .url = c->provider->url,
                                         .values = values,
                                         .credentials = credentials,
                                         .how = ENCODE_MASKED },
                    &request, &err) != ETL_OK) {
        buf_fmt(out, "  cannot be encoded: %s\n", err.text);
    } else {
        buf_fmt(out, "  %s %.*s\n", request.method, STR_ARG(buf_str(&request.url)));
        add_header_lines(buf_str(&request.headers), out);
        buf_byte(out, '\n');
        add_header_lines(buf_str(&request.body), out);
    }
    request_release(&request);
}

static void add_mapping(const struct command *c, struct arena *mem, struct buf *out)
{
    buf_fmt(out, "\nin a mapping\n  - command: %.*s\n    fields:%s\n", STR_ARG(c->name),
            c->example.count == 0 ? " {}" : "");
    for (size_t i = 0; i < c->example.count; i++) {
        const struct param *p = command_param(c, c->example.items[i].name);

        buf_fmt(out, "      %.*s: ", STR_ARG(c->example.items[i].name));
        if (p != NULL && p->secret)
            buf_fmt(out, "\"{{ %.*s }}\"", STR_ARG(p->name));
        else
            json_string_add(out, text_fill(&c->example.items[i].text, NULL, NULL, 0, mem));
        buf_byte(out, '\n');
    }
}

void command_page(const struct command *c, struct arena *mem, struct buf *out)
{
    buf_fmt(out, "%.*s %.*s: %.*s (%s%s%.*s)\n", STR_ARG(c->provider->name), STR_ARG(c->name), STR_ARG(c->title),
            effect_names[c->effect], c->entity.len != 0 ? ", " : "", STR_ARG(c->entity));
    if (c->about.len != 0)
        layout_paragraph(out, c->about, 2);
    if (c->dangers != 0) {
        dangers_text(c->dangers, "  ! ", out);
        buf_byte(out, '\n');
    }
    if (c->clear.ptr != NULL)
        buf_fmt(out, "  null in a mapping empties a field; the word sent is \"%.*s\"\n", STR_ARG(c->clear));
    add_params(c, out);
    add_together(c, out);
    add_types(c, out);
    add_reply(c, out);
    add_assurance(c, out);
    add_tables(c, out);
    add_request(c, mem, out);
    add_mapping(c, mem, out);
}
