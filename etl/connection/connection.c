/* etl/connection/connection.c - a named account at a provider: its description, credentials, limits. */
#include "etl/connection/connection.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <unistd.h>

#include "etl/core/limits.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/secrets/redact.h"
#include "providers/description/load.h"

/* ---- credentials ---- */

/* Arena memory, ours to write. */
static void wipe(struct str secret)
{
    if (secret.len != 0)
        explicit_bzero((char *)(uintptr_t)secret.ptr, secret.len);
}

static struct str without_line_end(struct str s)
{
    while (s.len != 0 && (s.ptr[s.len - 1] == '\n' || s.ptr[s.len - 1] == '\r'))
        s.len--;
    return s;
}

static enum etl_status read_secret_file(const char *path, struct arena *mem, struct str *out, struct err *err)
{
    struct stat     st;
    enum etl_status status;

    if (files_stat(path, &st) == 0 && (st.st_mode & 077) != 0)
        return err_set(err, ETL_FAIL, "credential-readable", "%s can be read by others; chmod 600 it", path);
    status = file_read(path, CREDENTIAL_BYTES_MAX, mem, out, err);
    if (status == ETL_OK)
        *out = without_line_end(*out);
    return status == ETL_OK ? ETL_OK : ETL_FAIL;
}

static enum etl_status resolve(const struct connection *c, struct str where, struct arena *mem, struct str *out,
                               struct err *err)
{
    struct str  form, name = str_cut(where, ':', &form);
    const char *text = arena_cstr(mem, name), *folder;

    if (str_is(form, "env")) {
        text = getenv(text);
        if (text == NULL)
            return err_set(err, ETL_FAIL, "credential-missing", "the environment has no %.*s", STR_ARG(name));
        *out = arena_str(mem, str_from(text));
        return ETL_OK;
    }
    if (str_is(form, "cred")) {
        folder = getenv("CREDENTIALS_DIRECTORY");
        if (folder == NULL || memchr(name.ptr, '/', name.len) != NULL)
            return err_set(err, ETL_FAIL, "credential-missing",
                           "cred:%.*s is found in systemd's credentials directory, and there is none here",
                           STR_ARG(name));
        text = arena_cstr(mem, arena_fmt(mem, "%s/%s", folder, text));
    } else if (text[0] != '/') {
        text = arena_cstr(mem, arena_fmt(mem, "%s/%s", c->base_path, text));
    }
    return read_secret_file(text, mem, out, err);
}

static enum etl_status check_credential(const struct credential *d, struct str value, struct err *err)
{
    bool good = (int64_t)value.len >= d->min && (int64_t)value.len <= d->max;

    for (size_t i = 0; good && i < value.len; i++)
        good = d->chars[(unsigned char)value.ptr[i]];
    if (good && value.len != 0)
        return ETL_OK;
    return err_set(
        err, ETL_FAIL, "credential-form",
        "%.*s (%.*s) is not of the form that the provider documents: %lld to %lld characters, none but the allowed ones",
        STR_ARG(d->name), STR_ARG(d->title), (long long)d->min, (long long)d->max);
}

static const struct yaml *credential_node(const struct connection *c, struct str name)
{
    const struct yaml *map = c->config->credentials;

    for (size_t i = 0; map != NULL && map->kind == YAML_MAP && i < map->count; i++)
        if (str_eq(map->pairs[i].key, name))
            return &map->pairs[i].value;
    return NULL;
}

static void read_credentials(struct connection *c, const struct config *config, struct arena *mem,
                             struct findings *faults)
{
    const struct provider *p = c->provider;
    struct str             names[32];
    size_t                 given = 0;

    c->credentials = ARENA_ARRAY(mem, struct credential_value, p->credential_count + 1);
    for (size_t i = 0; i < p->credential_count && p->credentials[i].made_by == NULL; i++) {
        const struct yaml *node = credential_node(c, p->credentials[i].name);
        struct err         err = { .file = config->path, .line = c->config->line, .column = c->config->column };
        enum etl_status    st;

        names[i < 32 ? i : 31] = p->credentials[i].name;
        given++;
        if (node == NULL && (p->credentials[i].optional ||
                             !login_needs(c->login, p->credentials, p->credential_count, &p->credentials[i])))
            continue;
        if (node == NULL) {
            st = err_set(&err, ETL_FAIL, "credential-missing",
                         "connection %.*s lacks credentials: {%.*s: \"env:NAME\"} (%.*s)", STR_ARG(c->name),
                         STR_ARG(p->credentials[i].name), STR_ARG(p->credentials[i].title));
        } else {
            err_place(&err, config->path, node->line, node->column);
            st = resolve(c, node->text, mem, &c->credentials[i].value, &err);
            if (st == ETL_OK)
                st = check_credential(&p->credentials[i], c->credentials[i].value, &err);
        }
        if (st != ETL_OK)
            findings_add(faults, SEVERITY_ERROR, &err, NULL);
    }
    for (size_t i = 0; c->config->credentials != NULL && i < c->config->credentials->count; i++) {
        const struct yaml_pair *pair = &c->config->credentials->pairs[i];
        bool                    known = false;
        struct str              near = str_nearest(pair->key, names, given < 32 ? given : 32);

        for (size_t k = 0; k < given; k++)
            known = known || str_eq(pair->key, p->credentials[k].name);
        if (!known)
            yaml_fault(faults, &config->source, pair->line, pair->column, "credential-unknown",
                       "%.*s has no credential \"%.*s\"%s%.*s%s", STR_ARG(p->name), STR_ARG(pair->key),
                       near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
    }
}

/* ---- logins: what is put together from credentials ---- */

struct str connection_text(const struct connection *c, const struct text *text, struct str token, struct arena *mem)
{
    const struct provider *p = c->provider;
    struct pair_value     *all = ARENA_ARRAY(mem, struct pair_value, p->credential_count + 1);
    size_t                 n = 0;

    for (; n < p->credential_count && p->credentials[n].made_by == NULL; n++)
        all[n] = (struct pair_value){ p->credentials[n].name, c->credentials[n].value };
    all[n++] = (struct pair_value){ STR("token"), token };
    return arena_str(mem, text_fill(text, NULL, all, n, mem));
}

void connection_set_token(struct connection *c, struct str token)
{
    const struct provider *p = c->provider;
    struct arena           mem;

    arena_init(&mem, 1 << 20, "what a login sends");
    for (size_t i = 0; i < p->credential_count; i++)
        if (p->credentials[i].made_by != NULL)
            c->credentials[i].value = c->login == p->credentials[i].made_by
                                          ? connection_text(c, &p->credentials[i].made, token, &mem)
                                          : STR_NONE;
    arena_wipe(&c->made_mem);
    c->made_mem = mem;
}

static void choose_login(struct connection *c, const struct config *config, struct findings *faults)
{
    const struct provider *p = c->provider;
    struct str             names[16], near;
    size_t                 n = 0;

    if (c->config->login.ptr == NULL) {
        c->login = p->login_count != 0 ? &p->logins[0] : NULL;
        return;
    }
    for (; n < p->login_count && n < 16; n++) {
        names[n] = p->logins[n].name;
        if (str_eq(names[n], c->config->login)) {
            c->login = &p->logins[n];
            return;
        }
    }
    near = str_nearest(c->config->login, names, n);
    findings_say(faults, SEVERITY_ERROR, config->path, c->config->line, c->config->column, "login-unknown",
                 "%.*s has no login \"%.*s\"%s%.*s%s", STR_ARG(p->name), STR_ARG(c->config->login),
                 near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
}

bool connection_read_again(struct connection *c, struct arena *mem)
{
    bool changed = false;

    for (size_t i = 0; i < c->provider->credential_count && c->provider->credentials[i].made_by == NULL; i++) {
        const struct yaml *node = credential_node(c, c->provider->credentials[i].name);
        struct str         value;

        if (node == NULL || str_starts(node->text, STR("env:")) ||
            resolve(c, node->text, mem, &value, NULL) != ETL_OK ||
            check_credential(&c->provider->credentials[i], value, NULL) != ETL_OK ||
            str_eq(value, c->credentials[i].value))
            continue;
        changed = true;
        wipe(c->credentials[i].value);
        c->credentials[i].value = value;
    }
    if (changed)
        connection_set_token(c, STR_NONE);
    return changed;
}

/* ---- opening ---- */

static void settle_limits(struct connection *c)
{
    const struct provider_limits *theirs = &c->provider->limits, *ours = &c->config->limits;
    struct provider_limits       *l = &c->limits;

    l->concurrency = ours->concurrency != 0 ? ours->concurrency : theirs->concurrency != 0 ? theirs->concurrency : 4;
    l->per_second = ours->per_second != 0 ? ours->per_second : theirs->per_second != 0 ? theirs->per_second : 10;
    l->timeout_seconds = ours->timeout_seconds != 0     ? ours->timeout_seconds
                         : theirs->timeout_seconds != 0 ? theirs->timeout_seconds
                                                        : 30;
    l->tries = ours->tries != 0 ? ours->tries : theirs->tries != 0 ? theirs->tries : 5;
    l->per_day = ours->per_day != 0 ? ours->per_day : theirs->per_day;
}

static void fingerprint_account(struct connection *c, const struct key *key)
{
    AUTO(buf_wipe) struct buf text;
    unsigned char             bytes[16];

    buf_init(&text, 1 << 16, "an account");
    buf_fmt(&text, "account\n%.*s\n%.*s\n", STR_ARG(c->provider->name), STR_ARG(c->url));
    for (size_t i = 0; i < c->provider->credential_count; i++)
        if (c->credentials[i].value.len != 0 && c->provider->credentials[i].made_by == NULL) {
            buf_add(&text, c->credentials[i].value);
            break;
        }
    key_fingerprint(key, buf_str(&text), bytes);
    for (size_t i = 0; i < 16; i++)
        snprintf(c->account + 2 * i, 3, "%02x", bytes[i]);
}

static const char *folder_of(const char *path, struct arena *mem)
{
    char copy[PATH_MAX];

    snprintf(copy, sizeof copy, "%s", path);
    return arena_cstr(mem, str_from(dirname(copy)));
}

static void settle_wire(struct connection *c, const struct config *config, struct findings *faults)
{
    const struct provider *p = c->provider;
    struct str             names[16], near;
    size_t                 n = 0;

    for (; n < p->wire_count && n < 16; n++)
        names[n] = p->wires[n].name;
    c->wire = provider_wire(p, c->config->wire);
    if (c->wire == NULL) {
        near = str_nearest(c->config->wire, names, n);
        findings_say(faults, SEVERITY_ERROR, config->path, c->config->line, c->config->column, "wire-unknown",
                     "%.*s has no wire \"%.*s\"%s%.*s%s", STR_ARG(p->name), STR_ARG(c->config->wire),
                     near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
        c->wire = &p->wires[0];
    }
    c->url = c->config->url.ptr != NULL ? c->config->url : c->wire->url;
    /* https://<server>/restapi: every operator has a server of his own, and nobody's password goes to another's. */
    if (c->config->url.ptr == NULL && (c->url.len == 0 || memchr(c->url.ptr, '<', c->url.len) != NULL))
        findings_say(faults, SEVERITY_ERROR, config->path, c->config->line, c->config->column, "url-missing",
                     "connection %.*s needs its url:%s%.*s", STR_ARG(c->name), c->url.len != 0 ? " " : "",
                     STR_ARG(c->url));
}

/* A run's description is used in place of the configured one, but only where both are of one provider. */
static enum etl_status take_lent(const struct connection_options *o, struct arena *mem, struct connection *c,
                                 struct findings *faults)
{
    const struct config_connection *config = c->config;
    const struct provider          *configured = NULL;
    struct str                      name = config->provider;

    c->provider = o->provider;
    c->provider_is_lent = true;
    if (o->provider_was_used)
        return ETL_OK;
    if (!str_eq(name, o->provider->name)) {
        if (provider_load(config->provider, mem, &configured, faults) != ETL_OK)
            return ETL_FAIL;
        name = arena_str(mem, configured->name);
        provider_free(configured);
    }
    if (str_eq(name, o->provider->name))
        return ETL_OK;
    findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "connection-provider",
                 "connection %.*s is one of %.*s; this run was planned for %.*s", STR_ARG(config->name), STR_ARG(name),
                 STR_ARG(o->provider->name));
    return ETL_FAIL;
}

static enum etl_status take_provider(const struct connection_options *o, struct arena *mem, struct connection *c,
                                     struct findings *faults)
{
    if (c->config == NULL)
        return ETL_FAIL;
    return o->provider != NULL ? take_lent(o, mem, c, faults)
                               : provider_load(c->config->provider, mem, &c->provider, faults);
}

enum etl_status connection_open(const struct connection_options *o, struct arena *mem, struct connection *out,
                                struct findings *faults)
{
    const struct config *config = o->config;
    struct connection    c = {
           .config = config_find(config, o->name, faults), .lock_fd = -1, .clock = o->clock, .random = o->random
    };
    size_t errors = faults->errors;

    if (take_provider(o, mem, &c, faults) != ETL_OK)
        return ETL_FAIL;
    c.name = c.config->name;
    settle_wire(&c, config, faults);
    c.base_path = folder_of(config->path, mem);
    if (str_starts(c.url, STR("http://")) && !c.config->plain_http)
        findings_say(faults, SEVERITY_ERROR, config->path, c.config->line, c.config->column, "plain-http",
                     "%.*s would send passwords in clear; say plain_http: true if that is meant", STR_ARG(c.url));
    choose_login(&c, config, faults);
    read_credentials(&c, config, mem, faults);
    if (faults->errors != errors) {
        connection_close(&c);
        return ETL_FAIL;
    }
    settle_limits(&c);
    connection_set_token(&c, STR_NONE);
    if (o->key != NULL)
        fingerprint_account(&c, o->key);
    *out = c;
    return ETL_OK;
}

void connection_close(struct connection *c)
{
    if (c->lock_fd > 0)
        files_close(c->lock_fd);
    for (size_t i = 0; c->provider != NULL && c->credentials != NULL && i < c->provider->credential_count; i++)
        if (c->provider->credentials[i].made_by == NULL)
            wipe(c->credentials[i].value);
    arena_wipe(&c->made_mem);
    if (!c->provider_is_lent)
        provider_free(c->provider);
    *c = (struct connection){ .lock_fd = -1 };
}

struct str connection_redact(const struct connection *c, struct str text, const struct command *command,
                             const struct value *values, struct arena *mem)
{
    for (size_t i = 0; i < c->provider->credential_count; i++)
        text = redact(text, c->credentials[i].value, mem);
    for (size_t i = 0; values != NULL && i < command->param_count; i++)
        if (values[i].kind == VALUE_TEXT && (values[i].secret || command->params[i].secret))
            text = redact(text, values[i].text, mem);
    return text;
}
