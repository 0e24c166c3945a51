/* etl/pages/capabilities.c - what all providers can do, as one page of tables. */
#include "etl/pages/capabilities.h"

#include "etl/pages/description_words.h"

void capabilities_head(struct buf *out)
{
    buf_lit(
        out,
        "# What the providers can do\n\n"
        "Made by `subferry provider capabilities` from the descriptions; a test sees to it that it is current.\n\n"
        "- **dangers**: cuts (a service stops), destroys (content is gone), spends, notifies (a person is written to); also of single\n"
        "  values. `destroys`, `spends` and `notifies` have to be allowed by the mapping.\n"
        "- **test**: how `subferry test` asks without changing anything: the provider's test mode, or a look-up.\n"
        "- **lost answer**: how a call is settled whose answer never came. What cannot be read back stays uncertain.\n"
        "- **captures**: what later calls of a lane may use.\n");
}

/* A cell of the table. A | would end the cell, so it is escaped. */
static void add_cell(struct buf *out, struct str text)
{
    buf_byte(out, ' ');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '|')
            buf_byte(out, '\\');
        buf_byte(out, text.ptr[i]);
    }
    buf_lit(out, " |");
}

static void add_dangers(const struct command *c, struct buf *out)
{
    dangers_text(c->dangers, "", out);
    for (size_t i = 0; i < c->param_count; i++)
        for (size_t k = 0; k < c->params[i].danger_value_count; k++) {
            const struct danger_value *d = &c->params[i].danger_values[k];

            buf_fmt(out, "%s%.*s=%.*s ", out->len != 0 ? "; " : "", STR_ARG(c->params[i].name), STR_ARG(d->value));
            dangers_text(d->dangers, "", out);
        }
}

static void add_test(const struct command *c, struct arena *mem, struct buf *out)
{
    struct str word = command_test_word(c, mem);

    if (c->effect == EFFECT_READ)
        return;
    if (word.ptr == NULL)
        buf_lit(out, "untestable");
    else if (c->test.read != NULL)
        buf_fmt(out, "%.*s must %s", STR_ARG(word), c->test.wants_nothing ? "find nothing" : "find it");
    else if (c->provider->test_send.count == 0)
        buf_lit(out, "test mode");
    else
        buf_fmt(out, "%.*s", STR_ARG(word));
}

static void add_settling(const struct command *c, struct buf *out)
{
    if (c->effect == EFFECT_READ) {
        buf_lit(out, "asked again");
        return;
    }
    if (c->verify.read != NULL)
        buf_fmt(out, "read back by %.*s%s%s%s%s", STR_ARG(c->verify.read->name), c->verify.full ? ", once for all" : "",
                c->verify.baseline ? ", which looks before too" : "",
                c->verify.there_is_refused ? " and does not send what is there" : "",
                c->verify.absence_is_proof ? "" : "; not finding it proves nothing");
    else if (c->repeat_safe)
        buf_fmt(out, "sent again%s", c->repeat_has_exception ? ", with an exception" : "");
    else
        buf_lit(out, "stays uncertain");
}

static void add_reports(const struct command *c, struct buf *out)
{
    const struct provider *p = c->provider;

    for (size_t i = 0; i < p->report_count; i++)
        if (p->reports[i].command == c)
            buf_fmt(out, "%s%.*s → %.*s", out->len != 0 ? ", " : "", STR_ARG(p->reports[i].name),
                    STR_ARG(p->reports[i].table));
}

static void add_row(const struct command *c, struct arena *mem, struct buf *out)
{
    AUTO(buf_release) struct buf cell;

    buf_init(&cell, 1 << 16, "a cell");
    buf_byte(out, '|');
    add_cell(out, c->name);
    add_cell(out, c->entity);
    add_cell(out, str_from(effect_names[c->effect]));
    add_dangers(c, &cell);
    add_cell(out, buf_str(&cell));
    buf_reset(&cell);
    add_test(c, mem, &cell);
    add_cell(out, buf_str(&cell));
    buf_reset(&cell);
    add_settling(c, &cell);
    add_cell(out, buf_str(&cell));
    buf_reset(&cell);
    for (size_t i = 0; i < c->capture_count; i++)
        buf_fmt(&cell, "%s%.*s", i != 0 ? ", " : "", STR_ARG(c->captures[i].name));
    add_cell(out, buf_str(&cell));
    buf_reset(&cell);
    add_reports(c, &cell);
    add_cell(out, buf_str(&cell));
    buf_byte(out, '\n');
}

void capabilities_of(const struct provider *p, struct arena *mem, struct buf *out)
{
    size_t by_effect[4] = { 0 };

    for (size_t i = 0; i < p->command_count; i++)
        by_effect[p->commands[i].effect]++;
    buf_fmt(out, "\n## %.*s: %.*s\n\n%zu commands: %zu read, %zu create, %zu change, %zu remove; %zu reports.\n\n",
            STR_ARG(p->name), STR_ARG(p->title), p->command_count, by_effect[EFFECT_READ], by_effect[EFFECT_CREATE],
            by_effect[EFFECT_CHANGE], by_effect[EFFECT_REMOVE], p->report_count);
    buf_lit(
        out,
        "| command | works on | effect | dangers | test | lost answer | captures | reports |\n|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < p->command_count; i++)
        add_row(&p->commands[i], mem, out);
}
