/* etl/connection/config.c - subferry.yaml: the connections, how each is reached, and the installation's key. */
#include "etl/connection/config.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <unistd.h>

#include "etl/core/limits.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"

const char *const rung_names[] = { "test", "canary", "all", NULL };

/* ---- finding it ---- */

static const char *find_file(const char *typed, struct arena *mem)
{
    const char *home = getenv("XDG_CONFIG_HOME"), *tail = "";
    const char *path;

    if (typed != NULL)
        return typed;
    if (files_exists("subferry.yaml"))
        return "subferry.yaml";
    if (home == NULL || home[0] != '/') {
        home = getenv("HOME");
        tail = "/.config";
    }
    if (home == NULL)
        return NULL;
    path = arena_cstr(mem, arena_fmt(mem, "%s%s/subferry/subferry.yaml", home, tail));
    return files_exists(path) ? path : NULL;
}

static enum etl_status check_writers(const char *path, struct findings *faults)
{
    struct stat st;

    if (files_stat(path, &st) != 0)
        return findings_say(faults, SEVERITY_ERROR, path, 0, 0, "config-open", "cannot be read: %s", strerror(errno));
    if ((st.st_mode & 022) != 0)
        return findings_say(faults, SEVERITY_ERROR, path, 0, 0, "config-writable",
                            "can be changed by others, who could send passwords elsewhere; chmod go-w it");
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return findings_say(faults, SEVERITY_ERROR, path, 0, 0, "config-owner",
                            "belongs to another user, who could send passwords elsewhere");
    return ETL_OK;
}

/* A path in the file is relative to the file. */
static const char *beside(const struct config *c, struct str path, struct arena *mem)
{
    char folder[PATH_MAX];

    if (path.len != 0 && path.ptr[0] == '/')
        return arena_cstr(mem, path);
    snprintf(folder, sizeof folder, "%s", c->path);
    return arena_cstr(mem, arena_fmt(mem, "%s/%.*s", dirname(folder), STR_ARG(path)));
}

/* ---- reading it ---- */

struct reading {
    struct config   *config;
    struct arena    *mem;
    struct findings *faults;
};

#define CONFIG_FAULT(r, node, rule, ...)                                                                               \
    yaml_fault((r)->faults, &(r)->config->source, (node)->line, (node)->column, rule, __VA_ARGS__)

static struct str read_text(struct reading *r, const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_get(map, key);

    if (node == NULL)
        return STR_NONE;
    if (node->kind != YAML_TEXT || node->text.len == 0) {
        CONFIG_FAULT(r, node, "config-form", "%s takes a text", key);
        return STR_NONE;
    }
    return node->text;
}

static bool read_bool(struct reading *r, const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_get(map, key);

    if (node == NULL)
        return false;
    if (node->kind != YAML_TEXT || (!str_is(node->text, "true") && !str_is(node->text, "false"))) {
        CONFIG_FAULT(r, node, "config-form", "%s takes true or false", key);
        return false;
    }
    return str_is(node->text, "true");
}

static uint64_t read_number(struct reading *r, const struct yaml *map, const char *key, uint64_t max)
{
    const struct yaml *node = yaml_get(map, key);
    uint64_t           n = 0;

    if (node != NULL && (node->kind != YAML_TEXT || !str_to_u64(node->text, &n) || n == 0 || n > max)) {
        CONFIG_FAULT(r, node, "config-form", "%s takes a number from 1 to %llu", key, (unsigned long long)max);
        return 0;
    }
    return n;
}

static void read_limits(struct reading *r, const struct yaml *node, struct provider_limits *out)
{
    static const char *const known[] = { "concurrency", "per_second", "timeout_seconds", "tries", "per_day", NULL };

    if (node == NULL)
        return;
    if (node->kind != YAML_MAP) {
        CONFIG_FAULT(r, node, "config-form", "limits takes {concurrency: 8, per_second: 20, …}");
        return;
    }
    yaml_only_keys(node, known, "limit", &r->config->source, r->faults);
    out->concurrency = (uint32_t)read_number(r, node, "concurrency", 256);
    out->per_second = (uint32_t)read_number(r, node, "per_second", 100000);
    out->timeout_seconds = (uint32_t)read_number(r, node, "timeout_seconds", 3600);
    out->tries = (uint32_t)read_number(r, node, "tries", 100);
    out->per_day = read_number(r, node, "per_day", UINT64_C(1) << 40);
}

static unsigned read_require(struct reading *r, const struct yaml *node)
{
    unsigned rungs = 0;

    if (node == NULL)
        return 0;
    if (node->kind != YAML_LIST)
        CONFIG_FAULT(r, node, "config-form", "require takes a list: [test, canary]");
    for (size_t i = 0; node->kind == YAML_LIST && i < node->count; i++) {
        unsigned bit = str_is(node->items[i].text, "test")     ? RUNG_TEST
                       : str_is(node->items[i].text, "canary") ? RUNG_CANARY
                                                               : 0;

        if (bit == 0)
            CONFIG_FAULT(r, &node->items[i], "config-form", "require knows the rungs test and canary");
        rungs |= bit;
    }
    return rungs;
}

/* A credential names its source. The text is not quoted in the message: it may be the secret itself. */
static void check_credentials(struct reading *r, const struct yaml *node)
{
    if (node == NULL)
        return;
    if (node->kind != YAML_MAP) {
        CONFIG_FAULT(r, node, "config-form", "credentials takes {name: \"env:NAME\"}");
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *v = &node->pairs[i].value;
        struct str         form = STR_NONE;
        bool               named = v->kind == YAML_TEXT && str_cut(v->text, ':', &form).len != 0;

        if (!named || (!str_is(form, "env") && !str_is(form, "file") && !str_is(form, "cred")))
            findings_say(r->faults, SEVERITY_ERROR, r->config->source.name, v->line, v->column, "credential-literal",
                         "%.*s must say where it is found: env:NAME, file:PATH or cred:NAME; a secret is not "
                         "written here",
                         STR_ARG(node->pairs[i].key));
    }
}

static void read_url(struct reading *r, const struct yaml *node, struct config_connection *out)
{
    const struct yaml *url = yaml_get(node, "url");

    if (out->url.ptr == NULL)
        return;
    if (memchr(out->url.ptr, '@', out->url.len) != NULL)
        findings_say(r->faults, SEVERITY_ERROR, r->config->source.name, url->line, url->column, "config-url",
                     "a url holds no user and password; name them under credentials");
    else if (str_starts(out->url, STR("http://")) && !out->plain_http)
        CONFIG_FAULT(r, url, "plain-http",
                     "an http:// url sends passwords in clear; say plain_http: true if that is meant");
    else if (!str_starts(out->url, STR("http://")) && !str_starts(out->url, STR("https://")))
        CONFIG_FAULT(r, url, "config-url", "a url begins with https://");
}

static void read_connection(struct reading *r, const struct yaml_pair *pair, struct config_connection *out)
{
    static const char *const known[] = { "provider",   "wire", "url",     "login",  "credentials", "ca_file",
                                         "plain_http", "live", "require", "limits", NULL };
    const struct yaml       *node = &pair->value;
    struct str               ca;

    *out = (struct config_connection){ .name = pair->key, .line = pair->line, .column = pair->column };
    if (node->kind != YAML_MAP) {
        CONFIG_FAULT(r, pair, "config-form", "connection %.*s takes provider:, credentials: …", STR_ARG(pair->key));
        return;
    }
    yaml_only_keys(node, known, "key of a connection", &r->config->source, r->faults);
    out->provider = read_text(r, node, "provider");
    if (yaml_get(node, "provider") == NULL)
        CONFIG_FAULT(r, pair, "config-missing", "connection %.*s lacks provider:", STR_ARG(pair->key));
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): the key is there, so its text has bytes */
    else if (memchr(out->provider.ptr, '/', out->provider.len) != NULL || str_ends(out->provider, STR(".yaml")))
        out->provider = str_from(beside(r->config, out->provider, r->mem));
    out->wire = read_text(r, node, "wire");
    out->plain_http = read_bool(r, node, "plain_http");
    out->live = read_bool(r, node, "live");
    out->url = read_text(r, node, "url");
    out->login = read_text(r, node, "login");
    read_url(r, node, out);
    ca = read_text(r, node, "ca_file");
    out->ca_file = ca.ptr != NULL ? beside(r->config, ca, r->mem) : NULL;
    out->require = read_require(r, yaml_get(node, "require"));
    read_limits(r, yaml_get(node, "limits"), &out->limits);
    out->credentials = yaml_get(node, "credentials");
    check_credentials(r, out->credentials);
}

static void read_config(struct reading *r, const struct yaml *root)
{
    static const char *const known[] = { "connections", "key", NULL };
    const struct yaml       *list = yaml_get(root, "connections");
    struct config           *c = r->config;
    struct str               key;

    if (root->kind != YAML_MAP) {
        CONFIG_FAULT(r, root, "config-form", "the configuration is a map: connections: …");
        return;
    }
    yaml_only_keys(root, known, "key of the configuration", &c->source, r->faults);
    key = read_text(r, root, "key");
    c->key_path = key.ptr != NULL ? beside(c, key, r->mem) : NULL;
    if (list == NULL)
        return;
    if (list->kind != YAML_MAP) {
        CONFIG_FAULT(r, list, "config-form", "connections takes NAME: {provider: …}");
        return;
    }
    c->connections = ARENA_ARRAY(r->mem, struct config_connection, list->count + 1);
    for (size_t i = 0; i < list->count; i++)
        read_connection(r, &list->pairs[i], &c->connections[c->connection_count++]);
}

enum etl_status config_load(const char *typed, struct arena *mem, struct config *out, struct findings *faults)
{
    const char        *path = find_file(typed, mem);
    size_t             errors = faults->errors;
    struct config      made = { .path = path };
    struct reading     r = { &made, mem, faults };
    const struct yaml *root;
    struct err         err = { 0 };

    if (path == NULL) {
        *out = made;
        return ETL_OK;
    }
    if (check_writers(path, faults) != ETL_OK)
        return ETL_FAIL;
    made.source.name = path;
    if (file_read(path, CONFIG_BYTES_MAX, mem, &made.source.text, &err) != ETL_OK) {
        findings_add(faults, SEVERITY_ERROR, &err, NULL);
        return ETL_FAIL;
    }
    root = yaml_load(&made.source, mem, faults);
    if (root != NULL)
        read_config(&r, root);
    if (faults->errors != errors)
        return ETL_FAIL;
    *out = made;
    return ETL_OK;
}

const struct config_connection *config_find(const struct config *c, struct str name, struct findings *faults)
{
    struct str names[64], near;
    size_t     n = 0;

    for (size_t i = 0; i < c->connection_count; i++) {
        if (str_eq(c->connections[i].name, name))
            return &c->connections[i];
        if (n < 64)
            names[n++] = c->connections[i].name;
    }
    near = str_nearest(name, names, n);
    if (c->path == NULL)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "connection-unknown",
                     "there is no configuration: no ./subferry.yaml, none in the home folder, no -c FILE");
    else
        findings_say(faults, SEVERITY_ERROR, c->path, 0, 0, "connection-unknown", "unknown connection \"%.*s\"%s%.*s%s",
                     STR_ARG(name), near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near),
                     near.ptr != NULL ? "\"?" : "");
    return NULL;
}

enum etl_status config_key(const char *typed, struct random *random, struct key **out, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct findings                  faults;
    struct config                    config;

    arena_init(&mem, 64U << 20, "the configuration");
    findings_init(&faults, &mem);
    if (config_load(typed, &mem, &config, &faults) != ETL_OK) {
        if (faults.count != 0 && err != NULL) {
            /* The place points into memory that is freed below, so the text names it. */
            const struct err *first = &faults.items[0].err;
            err_set(err, ETL_FAIL, first->rule, "%s:%llu: %s", first->file != NULL ? first->file : "subferry.yaml",
                    (unsigned long long)first->line, first->text);
        }
        return ETL_FAIL;
    }
    return key_open(config.key_path, random, out, err);
}

enum etl_status config_key_at_hand(const struct config *c, struct key **out, struct err *err)
{
    return key_open(c->key_path, NULL, out, err);
}
