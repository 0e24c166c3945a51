/* etl/pages/provider_page.c - a provider's description as a page for people. */
#include "etl/pages/provider_page.h"

#include "etl/pages/description_words.h"
#include "etl/pages/layout.h"
#include "providers/wires/wire.h"

static void add_head(const struct provider *p, struct buf *out)
{
    AUTO(buf_release) struct buf line;

    buf_init(&line, 1 << 16, "a line");
    buf_fmt(out, "%.*s: %.*s, %zu commands\n", STR_ARG(p->name), STR_ARG(p->title), p->command_count);
    layout_labelled(out, STR("document"), 13, p->document);
    for (size_t i = 0; i < p->wire_count; i++)
        if (p->wire_count == 1)
            buf_fmt(out, "  address      %.*s (%s)\n", STR_ARG(p->wires[i].url), p->wires[i].style->summary);
        else
            buf_fmt(out, "  wire %-7.*s %.*s (%s)\n", STR_ARG(p->wires[i].name), STR_ARG(p->wires[i].url),
                    p->wires[i].style->summary);
    for (size_t i = 0; i < p->credential_count; i++)
        if (p->credentials[i].made_by == NULL)
            buf_fmt(&line, "%s%.*s (%.*s)", i != 0 ? ", " : "", STR_ARG(p->credentials[i].name),
                    STR_ARG(p->credentials[i].title));
    layout_labelled(out, STR("credentials"), 13, buf_str(&line));
    for (size_t i = 0; i < p->login_count; i++) {
        buf_reset(&line);
        buf_fmt(&line, "%.*s: %.*s%s", STR_ARG(p->logins[i].name), STR_ARG(p->logins[i].title),
                i == 0 ? " (the default)" : "");
        layout_labelled(out, i == 0 ? STR("logins") : STR(""), 13, buf_str(&line));
    }
    buf_fmt(out, "  limits       %u at once, %u a second, %u s for an answer, %u tries\n", p->limits.concurrency,
            p->limits.per_second, p->limits.timeout_seconds, p->limits.tries);
    buf_reset(&line);
    if (p->test_send.count != 0)
        pairs_source(&p->test_send, " ", &line);
    else if (p->test_reply != NULL)
        buf_lit(&line, "the same call without what is for live calls only");
    else
        buf_lit(&line, "none of its own; look-ups answer what can be known without changing anything");
    layout_labelled(out, STR("test mode"), 13, buf_str(&line));
    if (p->probe == NULL)
        return;
    buf_reset(&line);
    buf_fmt(&line, "%.*s ", STR_ARG(p->probe->name));
    pairs_source(&p->probe_with, " ", &line);
    layout_labelled(out, STR("probe"), 13, str_trim(buf_str(&line)));
}

static bool entity_told(const struct provider *p, size_t before, struct str entity)
{
    for (size_t i = 0; i < before; i++)
        if (str_eq(p->commands[i].entity, entity))
            return true;
    return false;
}

/* Those of single parameter values too. */
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
        layout_padded(out, c->name, width);
        layout_padded(out, str_from(effect_names[c->effect]), 8);
        buf_add(out, c->title);
        if (all_dangers(c) != 0)
            dangers_text(all_dangers(c), "  ! ", out);
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
        layout_padded(out, p->reports[i].name, report_width);
        layout_padded(out, p->reports[i].command->name, width);
        buf_fmt(out, "→ table %.*s, %zu columns\n", STR_ARG(p->reports[i].table), p->reports[i].column_count);
    }
    buf_fmt(out,
            "\n! can: cuts a service, destroys content, spends money, notifies a person.\n"
            "A page a command: subferry provider show %.*s %.*s\n",
            STR_ARG(p->name), STR_ARG(p->commands[0].name));
}
