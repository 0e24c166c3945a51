/* etl/provider_page.c - a provider's description as pages for people: an overview, and a page a command. */
#include "etl/provider_page.h"

#include "etl/base/utf8.h"
#include "providers/reply.h"
#include "providers/rules.h"
#include "providers/wire.h"

enum { PAGE_WIDTH = 110, EXAMPLES_SHOWN = 2 };

/* ---- words ---- */

void text_source(const struct text *t, struct buf *out)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->parts[i].literal.ptr != NULL)
            buf_add(out, t->parts[i].literal);
        else
            buf_fmt(out, "{%.*s}", STR_ARG(t->parts[i].place));
}

static void pairs_source(const struct pairs *pairs, const char *between, struct buf *out)
{
    for (size_t i = 0; i < pairs->count; i++) {
        buf_fmt(out, "%s%.*s=", i != 0 ? between : "", STR_ARG(pairs->items[i].name));
        text_source(&pairs->items[i].text, out);
    }
}

struct str command_test_word(const struct command *c, struct arena *mem)
{
    AUTO(buf_release) struct buf out = { 0 };

    if (c->test.read != NULL)
        return c->test.read->name;
    if (!c->test_send)
        return STR_NONE;
    buf_init(&out, 4096, "a test mode");
    pairs_source(&c->provider->test_send, " ", &out);
    return arena_str(mem, buf_str(&out));
}

struct str command_verify_word(const struct command *c)
{
    return c->verify.read != NULL ? c->verify.read->name : c->repeat_safe ? STR("repeat") : STR_NONE;
}

static void add_dangers(unsigned dangers, const char *before, struct buf *out)
{
    for (unsigned bit = 1; bit <= DANGER_NOTIFIES; bit <<= 1)
        if ((dangers & bit) != 0) {
            buf_fmt(out, "%s%s", before, danger_name(bit));
            before = ", ";
        }
}

static void add_padded(struct buf *out, struct str text, size_t width)
{
    size_t have = utf8_count(text);

    buf_add(out, text);
    while (have++ < width)
        buf_byte(out, ' ');
}

/* Words of `text`, wrapped, each line after `indent` blanks; the first one continues a line that has `used` columns. */
static void add_wrapped(struct buf *out, struct str text, size_t used, size_t indent)
{
    size_t at = used;
    bool   first = true;

    while (text.len != 0) {
        struct str word, rest = str_cut(text, ' ', &word);
        size_t     width = utf8_count(word);

        if (!first && at + 1 + width > PAGE_WIDTH) {
            buf_byte(out, '\n');
            add_padded(out, STR(""), indent);
            at = indent;
        } else if (!first) {
            buf_byte(out, ' ');
            at++;
        }
        buf_add(out, word);
        at += width;
        first = false;
        text = rest;
    }
    buf_byte(out, '\n');
}

static void add_paragraph(struct buf *out, struct str text, size_t indent)
{
    add_padded(out, STR(""), indent);
    add_wrapped(out, text, indent, indent);
}

/* "  label       text …" */
static void add_labelled(struct buf *out, struct str label, size_t width, struct str text)
{
    buf_lit(out, "  ");
    add_padded(out, label, width);
    add_wrapped(out, text, 2 + width, 2 + width);
}

/* ---- the overview ---- */

static void add_head(const struct provider *p, struct buf *out)
{
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    buf_fmt(out, "%.*s: %.*s, %zu commands\n", STR_ARG(p->name), STR_ARG(p->title), p->command_count);
    add_labelled(out, STR("document"), 13, p->document);
    buf_fmt(out, "  address      %.*s (%s)\n", STR_ARG(p->url), p->wire->summary);
    for (size_t i = 0; i < p->credential_count; i++)
        buf_fmt(&line, "%s%.*s (%.*s)", i != 0 ? ", " : "", STR_ARG(p->credentials[i].name), STR_ARG(p->credentials[i].title));
    add_labelled(out, STR("credentials"), 13, buf_str(&line));
    buf_fmt(out, "  limits       %u at once, %u a second, %u s for an answer, %u tries\n", p->limits.concurrency, p->limits.per_second,
            p->limits.timeout_seconds, p->limits.tries);
    buf_reset(&line);
    if (p->test_send.count != 0)
        pairs_source(&p->test_send, " ", &line);
    else
        buf_lit(&line, "none of its own; look-ups answer what can be known without changing anything");
    add_labelled(out, STR("test mode"), 13, buf_str(&line));
    if (p->probe == NULL)
        return;
    buf_reset(&line);
    buf_fmt(&line, "%.*s ", STR_ARG(p->probe->name));
    pairs_source(&p->probe_with, " ", &line);
    add_labelled(out, STR("probe"), 13, str_trim(buf_str(&line)));
}

static bool entity_told(const struct provider *p, size_t before, struct str entity)
{
    for (size_t i = 0; i < before; i++)
        if (str_eq(p->commands[i].entity, entity))
            return true;
    return false;
}

static unsigned all_dangers(const struct command *c)
{
    unsigned dangers = c->dangers;

    for (size_t i = 0; i < c->param_count; i++)
        for (size_t k = 0; k < c->params[i].danger_value_count; k++)
            dangers |= c->params[i].danger_values[k].dangers;
    return dangers;
}

static void add_entity(const struct provider *p, struct str entity, size_t width, struct buf *out)
{
    buf_fmt(out, "\n%.*s\n", STR_ARG(entity.len != 0 ? entity : STR("other")));
    for (size_t i = 0; i < p->command_count; i++) {
        const struct command *c = &p->commands[i];

        if (!str_eq(c->entity, entity))
            continue;
        buf_lit(out, "  ");
        add_padded(out, c->name, width);
        add_padded(out, str_from(effect_names[c->effect]), 8);
        buf_add(out, c->title);
        if (all_dangers(c) != 0)
            add_dangers(all_dangers(c), "  ! ", out);
        buf_byte(out, '\n');
    }
}

static size_t widest_command(const struct provider *p)
{
    size_t width = 0;

    for (size_t i = 0; i < p->command_count; i++)
        width = p->commands[i].name.len > width ? p->commands[i].name.len : width;
    return width;
}

void provider_page(const struct provider *p, struct buf *out)
{
    size_t width = widest_command(p) + 2, report_width = 0;

    add_head(p, out);
    for (size_t i = 0; i < p->command_count; i++)
        if (!entity_told(p, i, p->commands[i].entity))
            add_entity(p, p->commands[i].entity, width, out);
    if (p->report_count != 0)
        buf_lit(out, "\nreports\n");
    for (size_t i = 0; i < p->report_count; i++)
        report_width = p->reports[i].name.len + 2 > report_width ? p->reports[i].name.len + 2 : report_width;
    for (size_t i = 0; i < p->report_count; i++) {
        buf_lit(out, "  ");
        add_padded(out, p->reports[i].name, report_width);
        add_padded(out, p->reports[i].command->name, width);
        buf_fmt(out, "→ table %.*s, %zu columns\n", STR_ARG(p->reports[i].table), p->reports[i].column_count);
    }
    buf_fmt(out, "\n! can: cuts a service, destroys content, spends money, notifies a person.\n"
                 "A page a command: subferry provider show %.*s %.*s\n",
            STR_ARG(p->name), STR_ARG(p->commands[0].name));
}

/* ---- a command's page ---- */

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
    for (size_t i = 0; i < p->danger_value_count; i++) {
        buf_fmt(&line, "; %.*s ", STR_ARG(p->danger_values[i].value));
        add_dangers(p->danger_values[i].dangers, "", &line);
    }
    buf_lit(out, "  ");
    add_padded(out, p->name, width);
    add_padded(out, demand(p), 13);
    add_wrapped(out, buf_str(&line), width + 15, width + 15);
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
    buf_fmt(&line, "%s%.*s (%.*s)", r->severity == SEVERITY_WARNING ? "warning: " : "", STR_ARG(r->message), STR_ARG(r->id));
    add_examples("; good ", r->good, r->good_count, &line);
    add_examples("; bad ", r->bad, r->bad_count, &line);
    buf_lit(out, "    ");
    add_wrapped(out, buf_str(&line), 4, 6);
}

static void add_type(const struct value_type *t, struct buf *out)
{
    buf_fmt(out, "  %.*s", STR_ARG(t->name));
    if (t->example.ptr != NULL)
        buf_fmt(out, ", such as %s", shown(t->example, false).text);
    buf_byte(out, '\n');
    if (t->is_bool && t->no_is_absent)
        buf_fmt(out, "    true is sent as \"%.*s\"; false is said by sending nothing\n", STR_ARG(t->yes));
    else if (t->is_bool)
        buf_fmt(out, "    true is sent as \"%.*s\", false as \"%.*s\"\n", STR_ARG(t->yes), STR_ARG(t->no));
    if (t->date.len != 0)
        buf_fmt(out, "    a date is given as YYYY-MM-DD and sent as %.*s\n", STR_ARG(t->date));
    for (size_t i = 0; i < t->rule_count; i++)
        add_rule(t->rules[i], out);
}

/* Each type once, in the order of its first parameter; those that type_of brings in behind them. */
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
    static const char *const words[] = { "exactly one of ", "at least one of ", "at most one of ", "required: ", "absent: ", "" };
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
    add_paragraph(out, buf_str(&line), 2);
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
    buf_fmt(out, "\nreply\n  %s, told apart as \"%.*s\":", c->reply->style->summary, STR_ARG(c->reply->name));
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
        add_paragraph(out, buf_str(&line), 2);
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

static void add_assurance(const struct command *c, struct buf *out)
{
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    if (c->test.read != NULL)
        add_lookup(&c->test, &line);
    else if (c->test_send)
        pairs_source(&c->provider->test_send, " ", &line);
    else
        buf_text(&line, c->effect == EFFECT_READ ? "a read: asking it changes nothing" : "untestable: nothing can be asked without changing something");
    buf_byte(out, '\n');
    add_labelled(out, STR("test"), 10, buf_str(&line));
    buf_reset(&line);
    if (c->verify.read != NULL) {
        add_lookup(&c->verify, &line);
        if (c->verify.baseline)
            buf_lit(&line, "; read before the first sending too, since what was there is not ours");
        if (!c->verify.absence_is_proof)
            buf_lit(&line, "; not finding it proves nothing");
        if (c->verify.full)
            buf_lit(&line, "; one full report for all of them");
        buf_fmt(&line, "; \"not there\" must be seen twice, %u s apart", c->verify.settle_seconds);
    } else if (c->repeat_safe) {
        buf_lit(&line, "sent again: twice is the same as once");
    } else if (c->effect == EFFECT_READ) {
        buf_lit(&line, "a read: asked again");
    } else {
        buf_lit(&line, "cannot be read back: a lost answer stays uncertain until a person decides (--resend-uncertain)");
    }
    add_labelled(out, STR("verify"), 10, buf_str(&line));
}

static void add_tables(const struct command *c, struct buf *out)
{
    static const char *const words[] = { "makes ", "changes ", "removes " };
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
        add_labelled(out, i == 0 ? STR("tables") : STR(""), 10, buf_str(&line));
    }
}

/* ---- the example ---- */

static struct value *example_values(const struct command *c, struct arena *mem)
{
    struct value *values = ARENA_ARRAY(mem, struct value, c->param_count + 1);

    for (size_t i = 0; i < c->example.count; i++) {
        int at = command_param_index(c, c->example.items[i].name);

        if (at < 0)
            continue;
        values[at] = VALUE_OF(text_fill(&c->example.items[i].text, NULL, NULL, 0, mem));
        values[at].secret = c->params[at].secret;
    }
    return values;
}

static void add_request(const struct command *c, struct arena *mem, struct buf *out)
{
    struct credential_value *credentials = ARENA_ARRAY(mem, struct credential_value, c->provider->credential_count + 1);
    struct value            *values = example_values(c, mem);
    struct rule_check       *rules = rule_check_new(STR("0001-01-01"));   /* only for the written forms */
    struct request           request;
    struct err               err = { 0 };

    for (size_t i = 0; i < c->provider->credential_count; i++)
        credentials[i].value = STR("***");
    rules_call(rules, c, values, NULL, mem);
    rule_check_free(rules);
    request_init(&request, 1 << 20);
    buf_lit(out, "\nexample (secrets masked)\n");
    if (c->provider->wire->encode(c, c->provider->url, values, credentials, NULL, 0, true, &request, &err) != ETL_OK)
        buf_fmt(out, "  cannot be encoded: %s\n", err.text);
    else
        buf_fmt(out, "  %s %.*s\n\n  %.*s\n", request.method, STR_ARG(buf_str(&request.url)), STR_ARG(buf_str(&request.body)));
    request_release(&request);
}

static void add_mapping(const struct command *c, struct arena *mem, struct buf *out)
{
    buf_fmt(out, "\nin a mapping\n  - command: %.*s\n    fields:%s\n", STR_ARG(c->name), c->example.count == 0 ? " {}" : "");
    for (size_t i = 0; i < c->example.count; i++) {
        const struct param *p = command_param(c, c->example.items[i].name);

        buf_fmt(out, "      %.*s: ", STR_ARG(c->example.items[i].name));
        if (p != NULL && p->secret)
            buf_fmt(out, "\"{{ %.*s }}\"", STR_ARG(p->name));
        else
            buf_json(out, text_fill(&c->example.items[i].text, NULL, NULL, 0, mem));
        buf_byte(out, '\n');
    }
}

void command_page(const struct command *c, struct arena *mem, struct buf *out)
{
    buf_fmt(out, "%.*s %.*s: %.*s (%s%s%.*s)\n", STR_ARG(c->provider->name), STR_ARG(c->name), STR_ARG(c->title), effect_names[c->effect],
            c->entity.len != 0 ? ", " : "", STR_ARG(c->entity));
    if (c->about.len != 0)
        add_paragraph(out, c->about, 2);
    if (c->dangers != 0) {
        add_dangers(c->dangers, "  ! ", out);
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
