/* providers/description/load_commands.c - commands of a description, each from its parts. */
#include "providers/description/load_commands.h"

#include "providers/description/find_named.h"
#include "providers/description/load_answers.h"
#include "providers/description/load_params.h"
#include "providers/description/load_tables.h"
#include "providers/description/load_together.h"
#include "providers/description/place_reader.h"
#include "providers/model/family.h"

static const char *const command_keys[] = { "title",  "about",    "effect",   "entity", "wire",    "dangers",
                                            "clear",  "params",   "together", "reply",  "done",    "record",
                                            "route",  "captures", "repeat",   "verify", "test",    "tables",
                                            "answer", "finds",    "nothing",  "lists",  "example", NULL };

/* repeat: {safe_unless: "addon_{id}"} */
static void read_repeat(struct description_reader *r, const struct yaml *node, struct command *c)
{
    static const char *const keys[] = { "safe_unless", NULL };
    const struct yaml       *unless = yaml_get(node, "safe_unless");

    yaml_only_keys(node, keys, "repeat", r->yaml.source, r->yaml.faults);
    if (unless == NULL) {
        YAML_FAULT(&r->yaml, node, "repeat", "repeat is safe, or {safe_unless: parameter}");
        return;
    }
    c->repeat_exception = read_item(r, unless, c);
    c->repeat_safe = c->repeat_has_exception = c->repeat_exception.param >= 0;
}

void read_command(struct description_reader *r, const struct yaml_pair *pair, struct command *c)
{
    static const char *const safe[] = { "safe", NULL };
    const struct yaml       *node = &pair->value, *effect = yaml_get(node, "effect"), *reply = yaml_get(node, "reply");
    const struct yaml       *repeat = yaml_get(node, "repeat"), *done = yaml_get(node, "done");
    int                      word;

    c->name = c->wire = pair->key;
    c->line = pair->line;
    c->name_param = -1;
    c->provider = r->provider;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a command"))
        return;
    yaml_only_keys(node, command_keys, "a command", r->yaml.source, r->yaml.faults);
    c->title = yaml_read_text(&r->yaml, node, "title");
    c->about = yaml_read_text(&r->yaml, node, "about");
    c->entity = yaml_read_text(&r->yaml, node, "entity");
    c->clear = yaml_read_text(&r->yaml, node, "clear");
    read_routes(r, yaml_get(node, "route"), c);
    if (yaml_get(node, "wire") != NULL)
        c->wire = yaml_read_text(&r->yaml, node, "wire");
    word = effect != NULL ? yaml_read_word(&r->yaml, effect, effect_names, "effect") : -1;
    if (effect == NULL)
        YAML_FAULT(&r->yaml, node, "command", "command %.*s needs effect: read, create, change or remove",
                   STR_ARG(pair->key));
    c->effect = word >= 0 ? (enum effect)word : EFFECT_READ;
    c->dangers = read_dangers(r, yaml_get(node, "dangers"));
    read_params(r, yaml_get(node, "params"), c);
    find_name_param(r, node, c);
    read_together(r, yaml_get(node, "together"), c);
    if (reply != NULL)
        c->reply = find_reply(r, reply);
    else
        YAML_FAULT(&r->yaml, node, "command", "command %.*s needs a reply", STR_ARG(pair->key));
    if (done != NULL)
        c->done = yaml_read_pattern(&r->yaml, done, "", "");
    read_record(r, yaml_get(node, "record"), c);
    read_captures(r, yaml_get(node, "captures"), c);
    if (repeat != NULL && repeat->kind == YAML_MAP)
        read_repeat(r, repeat, c);
    else
        c->repeat_safe = repeat != NULL && yaml_read_word(&r->yaml, repeat, safe, "repeat") == 0;
    read_steps(r, yaml_get(node, "tables"), c);
    c->answer = read_place_text(r, yaml_get(node, "answer"), c, answer_extras);
    c->nothing = read_place_text(r, yaml_get(node, "nothing"), c, answer_extras);
    read_finds(r, yaml_get(node, "finds"), c);
    c->example = read_pairs(r, yaml_get(node, "example"), NULL, NULL);
    for (size_t i = 0; i < c->example.count; i++) {
        struct yaml place = yaml_key_place(yaml_get(node, "example"), i);

        if (command_family(c, c->example.items[i].name, false) == NULL)
            param_named(r, &place, c, c->example.items[i].name);
    }
}

void read_commands(struct description_reader *r, const struct yaml *node)
{
    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "commands"))
        return;
    if (node->count == 0)
        YAML_FAULT(&r->yaml, node, "command", "a provider without commands");
    r->commands = ARENA_ARRAY(r->yaml.mem, struct command, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_command(r, &node->pairs[i], &r->commands[i]);
    r->provider->commands = r->commands;
    r->provider->command_count = node->count;
}
