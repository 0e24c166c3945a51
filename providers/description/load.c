/* providers/description/load.c - a provider's description: loaded from a file or from inside the program. */
#include "providers/description/load.h"

#include "etl/core/system/atomic_file.h"
#include "providers/description/find_named.h"
#include "providers/description/load_commands.h"
#include "providers/description/load_likes.h"
#include "providers/description/load_logins.h"
#include "providers/description/load_lookups.h"
#include "providers/description/load_replies.h"
#include "providers/description/load_reports.h"
#include "providers/description/load_types.h"
#include "providers/description/load_wires.h"
#include "providers/description/place_reader.h"

enum { LARGEST_FILE = 4 << 20 };

static const char *const head_keys[] = { "provider", "name",          "title",       "document", "endpoint",
                                         "wires",    "command_field", "credentials", "logins",   "limits",
                                         "rules",    "types",         "replies",     "answers",  "test",
                                         "probe",    "commands",      "reports",     NULL };

static void read_credentials(struct description_reader *r, const struct yaml *node)
{
    static const char *const keys[] = { "wire", "title", "chars", "length", "optional", NULL };
    struct credential       *list;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "credentials"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct credential, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *body = &node->pairs[i].value, *chars = yaml_get(body, "chars"),
                          *length = yaml_get(body, "length");

        yaml_expect(&r->yaml, body, YAML_MAP, "a credential");
        list[i].name = list[i].wire = node->pairs[i].key;
        list[i].min = 1;
        list[i].max = 4096;
        memset(list[i].chars, chars == NULL, sizeof list[i].chars);
        yaml_only_keys(body, keys, "a credential", r->yaml.source, r->yaml.faults);
        if (yaml_get(body, "wire") != NULL)
            list[i].wire = yaml_get(body, "wire")->kind == YAML_NULL ? STR("") : yaml_read_text(&r->yaml, body, "wire");
        list[i].title = yaml_read_text(&r->yaml, body, "title");
        list[i].optional = yaml_read_bool(&r->yaml, body, "optional", false);
        if (chars != NULL)
            yaml_read_class(&r->yaml, chars, list[i].chars);
        if (length != NULL)
            yaml_read_range(&r->yaml, length, &list[i].min, &list[i].max);
    }
    r->provider->credentials = list;
    r->provider->credential_count = node->count;
}

/* These limits are at least 1: with 0 no request could ever be sent. */
static uint32_t read_limit(struct description_reader *r, const struct yaml *map, const char *key, uint32_t deflt)
{
    uint32_t n = yaml_read_u32(&r->yaml, map, key, deflt);

    if (n == 0)
        YAML_FAULT(&r->yaml, yaml_get(map, key), "limits", "%s is at least 1", key);
    return n;
}

static void read_limits(struct description_reader *r, const struct yaml *node)
{
    static const char *const keys[] = { "concurrency", "per_second", "timeout_seconds", "tries", "per_day", NULL };
    struct provider_limits  *l = &r->provider->limits;

    *l = (struct provider_limits){ 4, 10, 30, 5, 0 };
    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "limits"))
        return;
    yaml_only_keys(node, keys, "limits", r->yaml.source, r->yaml.faults);
    l->concurrency = read_limit(r, node, "concurrency", l->concurrency);
    l->per_second = read_limit(r, node, "per_second", l->per_second);
    l->timeout_seconds = read_limit(r, node, "timeout_seconds", l->timeout_seconds);
    l->tries = read_limit(r, node, "tries", l->tries);
    l->per_day = yaml_read_u32(&r->yaml, node, "per_day", 0);
}

static void read_probe(struct description_reader *r, const struct yaml *node)
{
    static const char *const keys[] = { "command", "with", "expect", NULL };
    const struct yaml       *command = yaml_get(node, "command"), *with = yaml_get(node, "with"),
                      *expect = yaml_get(node, "expect");
    struct provider *p = r->provider;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "probe"))
        return;
    yaml_only_keys(node, keys, "probe", r->yaml.source, r->yaml.faults);
    if (command == NULL)
        YAML_FAULT(&r->yaml, node, "probe", "probe needs command: a harmless read");
    else
        p->probe = find_command(r, command);
    if (command != NULL && p->probe != NULL && p->probe->effect != EFFECT_READ)
        YAML_FAULT(&r->yaml, command, "probe", "%.*s is no reading command", STR_ARG(p->probe->name));
    p->probe_with = read_pairs(r, with, NULL, NULL);
    for (size_t i = 0; p->probe != NULL && i < p->probe_with.count; i++) {
        struct yaml place = yaml_key_place(with, i);

        param_named(r, &place, p->probe, p->probe_with.items[i].name);
    }
    if (expect == NULL)
        YAML_FAULT(&r->yaml, node, "probe", "probe needs expect: [done, …]");
    else if (yaml_expect(&r->yaml, expect, YAML_LIST, "expect"))
        for (size_t i = 0; i < expect->count; i++) {
            int is = yaml_read_word(&r->yaml, &expect->items[i], reply_is_names, "verdict");

            p->probe_expect |= is >= 0 ? 1U << is : 0;
        }
}

static void read_answers(struct description_reader *r, const struct yaml *node)
{
    static const char *const keys[] = { "refused", "login", "unknown_command", "test", "type", NULL };
    static const char *const reason[] = { "reason", NULL };

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "answers"))
        return;
    yaml_only_keys(node, keys, "answers", r->yaml.source, r->yaml.faults);
    r->provider->answer_refused = read_place_text(r, yaml_get(node, "refused"), NULL, reason);
    r->provider->answer_login = read_place_text(r, yaml_get(node, "login"), NULL, reason);
    r->provider->answer_unknown = read_place_text(r, yaml_get(node, "unknown_command"), NULL, reason);
    if (yaml_get(node, "test") != NULL)
        r->provider->answer_test = read_place_text(r, yaml_get(node, "test"), NULL, reason);
    r->provider->answer_type = yaml_read_text(&r->yaml, node, "type");
}

static void read_test(struct description_reader *r, const struct yaml *node)
{
    static const char *const keys[] = { "send", "reply", NULL };
    const struct yaml       *reply = yaml_get(node, "reply");

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "test"))
        return;
    yaml_only_keys(node, keys, "test", r->yaml.source, r->yaml.faults);
    r->provider->test_send = read_pairs(r, yaml_get(node, "send"), NULL, NULL);
    if (reply != NULL)
        r->provider->test_reply = find_reply(r, reply);
}

/* Folders bear this name, so it must be a plain word. */
static struct str read_name(struct description_reader *r, const struct yaml *root)
{
    struct str name = yaml_read_text(&r->yaml, root, "name");
    bool       plain = name.len <= 40;

    if (name.len == 0) {
        YAML_FAULT(&r->yaml, root, "head", "a provider file needs a name");
        return STR("");
    }
    for (size_t i = 0; i < name.len; i++)
        plain = plain && ((name.ptr[i] >= 'a' && name.ptr[i] <= 'z') || (name.ptr[i] >= '0' && name.ptr[i] <= '9') ||
                          name.ptr[i] == '-' || name.ptr[i] == '_');
    if (!plain)
        YAML_FAULT(&r->yaml, yaml_get(root, "name"), "head",
                   "a provider's name has lowercase letters, digits, - and _, 40 at most");
    return name;
}

static void read_all(struct description_reader *r, const struct yaml *root)
{
    struct provider   *p = r->provider;
    const struct yaml *commands = expand_likes(r, yaml_get(root, "commands"));

    yaml_only_keys(root, head_keys, "a provider file", r->yaml.source, r->yaml.faults);
    if (!str_is(yaml_text(root, "provider"), "1"))
        YAML_FAULT(&r->yaml, root, "version", "the file must say provider: 1");
    p->name = read_name(r, root);
    p->title = yaml_read_text(&r->yaml, root, "title");
    p->document = yaml_read_text(&r->yaml, root, "document");
    p->command_field = yaml_read_text(&r->yaml, root, "command_field");
    read_wires(r, root);
    read_credentials(r, yaml_get(root, "credentials"));
    read_limits(r, yaml_get(root, "limits"));
    read_rules(r, yaml_get(root, "rules"));
    read_types(r, yaml_get(root, "types"));
    check_roles(r, yaml_get(root, "rules"));
    read_replies(r, yaml_get(root, "replies"));
    read_test(r, yaml_get(root, "test"));
    read_commands(r, commands);
    read_logins(r, yaml_get(root, "logins"));
    read_reports(r, yaml_get(root, "reports"));
    link_commands(r, commands);
    read_probe(r, yaml_get(root, "probe"));
    read_answers(r, yaml_get(root, "answers"));
    for (const char *const *key = (const char *const[]){ "commands", "replies", "types", NULL }; *key != NULL; key++)
        if (yaml_get(root, *key) == NULL)
            YAML_FAULT(&r->yaml, root, "head", "a provider file needs %s", *key);
}

enum etl_status provider_load_text(const struct yaml_source *source, struct arena *run_mem, const struct provider **out,
                                   struct findings *faults)
{
    struct yaml_source        kept = { arena_cstr(run_mem, str_from(source->name)), arena_str(run_mem, source->text) };
    size_t                    before = faults->errors;
    struct description_reader r = { .yaml = { .source = &kept, .mem = run_mem, .faults = faults } };
    const struct yaml        *root = yaml_load(&kept, run_mem, faults);

    if (root == NULL)
        return ETL_FAIL;
    r.provider = ARENA_NEW(run_mem, struct provider);
    r.provider->source_name = str_from(kept.name);
    r.provider->source = kept.text;
    if (yaml_expect(&r.yaml, root, YAML_MAP, "a provider file"))
        read_all(&r, root);
    if (faults->errors != before) {
        provider_free(r.provider);
        return ETL_FAIL;
    }
    *out = r.provider;
    return ETL_OK;
}

static enum etl_status unknown_provider(struct str name, struct findings *faults)
{
    struct str names[64], near;
    size_t     n = 0;

    for (; n < 64 && stock_providers[n].name != NULL; n++) {
        names[n] = str_from(stock_providers[n].name);
        names[n].len -= strlen(".yaml");
    }
    near = str_nearest(name, names, n);
    findings_say(
        faults, SEVERITY_ERROR, NULL, 0, 0, "provider-unknown",
        "unknown provider \"%.*s\"%s%.*s%s; subferry provider list shows the known ones, a file is named with its path",
        STR_ARG(name), near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
    return ETL_FAIL;
}

enum etl_status provider_load(struct str name, struct arena *run_mem, const struct provider **out,
                              struct findings *faults)
{
    bool is_path = memchr(name.ptr != NULL ? name.ptr : "", '/', name.len) != NULL || str_ends(name, STR(".yaml")) ||
                   str_ends(name, STR(".yml"));
    struct yaml_source source = { .name = arena_cstr(run_mem, name) };
    struct err         err = { 0 };

    if (is_path) {
        if (file_read(source.name, LARGEST_FILE, run_mem, &source.text, &err) != ETL_OK) {
            findings_add(faults, SEVERITY_ERROR, &err, NULL);
            return ETL_FAIL;
        }
        return provider_load_text(&source, run_mem, out, faults);
    }
    source.text = embedded_find(stock_providers, arena_fmt(run_mem, "%.*s.yaml", STR_ARG(name)));
    if (source.text.ptr == NULL)
        return unknown_provider(name, faults);
    return provider_load_text(&source, run_mem, out, faults);
}
