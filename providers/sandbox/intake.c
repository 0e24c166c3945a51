/* providers/sandbox/intake.c - which wire a request came by, as its address, method and content type say; the wire's style reads the body. */
#include "providers/sandbox/intake.h"

#include "providers/wires/form_fields.h"

/* ---- addresses ---- */

/* "https://api.helpdesk.ispn.net/exec.pl" -> "/exec.pl"; without a path: "". */
static struct str path_of(struct str url)
{
    const char *scheme = memmem(url.ptr, url.len, "://", 3);
    struct str  rest = scheme != NULL ? str_skip(url, (size_t)(scheme - url.ptr) + 3) : url;
    const char *slash = memchr(rest.ptr, '/', rest.len);

    return slash != NULL ? str_skip(rest, (size_t)(slash - rest.ptr)) : STR("");
}

static struct str trimmed(struct str path)
{
    while (str_ends(path, STR("/")))
        path.len--;
    return path;
}

struct str intake_base(const struct provider *p, const struct wire *w, struct arena *mem)
{
    struct str path = path_of(w->url);

    return arena_fmt(mem, "/%.*s%.*s", STR_ARG(p->name), STR_ARG(w->path.count != 0 ? trimmed(path) : path));
}

/* Does the path match the template? *place is the part that stands for {command}. */
static bool path_fits(const struct text *template, struct str path, struct str *place)
{
    *place = STR_NONE;
    for (size_t i = 0; i < template->count; i++) {
        struct str literal = template->parts[i].literal,
                   tail = i + 1 < template->count ? template->parts[i + 1].literal : STR("");
        size_t len = 0;

        if (literal.ptr != NULL) {
            if (!str_starts(path, literal))
                return false;
            path = str_skip(path, literal.len);
            continue;
        }
        while (len < path.len && path.ptr[len] != '/' && (tail.len == 0 || !str_starts(str_skip(path, len), tail)))
            len++;
        *place = str_head(path, len);
        path = str_skip(path, len);
    }
    return path.len == 0;
}

struct wire_target {
    const struct wire    *wire;
    const struct command *command; /* the command whose own route this is; NULL: the wire's address */
    struct str            word;    /* {command} of the path, or STR_NONE */
};

/* The first command whose own route on this wire has this method and path. */
static bool by_route(const struct provider *p, const struct asked *asked, const struct wire *w, struct str rest,
                     struct wire_target *out)
{
    for (size_t i = 0; i < p->command_count; i++)
        for (size_t k = 0; k < p->commands[i].route_count; k++) {
            const struct route *route = &p->commands[i].routes[k];
            struct str          place;

            if (route->wire != w || !str_is(asked->method, route->method) || !path_fits(&route->path, rest, &place) ||
                (place.ptr != NULL && !str_eq(place, p->commands[i].wire)))
                continue;
            *out = (struct wire_target){ w, &p->commands[i], p->commands[i].wire };
            return true;
        }
    return false;
}

static bool type_is(struct str type, const char *want)
{
    struct str essence;

    str_cut(type, ';', &essence); /* parameters may follow, RFC 9110 8.3.1 */
    return str_eq_nocase(str_trim(essence), str_from(want));
}

/* The wires that serve this address. If there are none, *status says what was wrong: 404 address, 405 method, 415 content type. */
static size_t find_targets(const struct provider *p, const struct asked *asked, struct arena *mem,
                           struct wire_target *out, int *status)
{
    size_t n = 0;

    *status = 404;
    for (size_t i = 0; i < p->wire_count; i++) {
        const struct wire *w = &p->wires[i];
        struct str         base = intake_base(p, w, mem), rest, place;
        struct wire_target t = { w, NULL, STR_NONE };

        if (!str_starts(asked->path, base))
            continue;
        rest = str_skip(asked->path, base.len);
        if (!by_route(p, asked, w, rest, &t)) {
            if (!path_fits(&w->path, rest, &place))
                continue;
            t.word = place;
            *status = *status == 404 ? 405 : *status;
            if (!str_is(asked->method, w->method))
                continue;
        }
        *status = 415;
        if (type_is(asked->type, w->style->content_type))
            out[n++] = t;
    }
    return n;
}

/* Are the fields there that this wire sends with every request? Wires that share an address are distinguished by them. */
static bool wire_fields_fit(const struct wire *w, const struct intake *in)
{
    for (size_t i = 0; i < w->field_count; i++) {
        bool there = false;

        for (size_t k = 0; k < in->field_count && !there; k++)
            there = str_eq(in->fields[k].name, w->fields[i].name) && str_eq(in->fields[k].value, w->fields[i].value);
        if (!there)
            return false;
    }
    return true;
}

/* ---- public ---- */

static enum etl_status take(const struct wire_received *received, const struct wire_target *t, struct arena *mem,
                            struct intake *out, struct err *err)
{
    struct wire_decoded decoded = { .word = t->word };
    enum etl_status     st;

    if (t->command == NULL && t->word.ptr != NULL && !form_word_decode(t->word, mem, &decoded.word))
        return err_set(err, ETL_REJECT, "path", "the command's name in the address is not percent-encoded");
    st = t->wire->style->decode(received, mem, &decoded, err);
    if (st == ETL_OK)
        *out = (struct intake){ .wire = t->wire,
                                .command_word = decoded.word.ptr != NULL ? decoded.word : STR(""),
                                .fields = decoded.fields,
                                .field_count = decoded.field_count };
    return st;
}

static const char *reason_of(int status, const struct provider *p)
{
    static const char *const words[] = { "nothing is served at this address", "this method is not served here",
                                         "the body's content type is not the documented one" };

    if (status == 405 && p->wire_count == 1 && strcmp(p->wires[0].method, "POST") == 0)
        return "only POST is served here";
    return words[status == 404 ? 0 : status == 405 ? 1 : 2];
}

enum etl_status intake_read(const struct provider *p, const struct asked *asked, struct arena *mem, struct intake *out,
                            struct err *err)
{
    const struct wire_received received = { p, asked->headers, asked->body };
    struct wire_target        *targets = ARENA_ARRAY(mem, struct wire_target, p->wire_count + 1);
    size_t                     count;

    *out = (struct intake){ .command_word = STR("") };
    count = find_targets(p, asked, mem, targets, &out->status);
    if (count == 0)
        return err_set(err, ETL_REJECT, "address", "%s", reason_of(out->status, p));
    for (size_t i = 0; i < count; i++) {
        enum etl_status st = take(&received, &targets[i], mem, out, err);

        if (st != ETL_OK) {
            out->status = 400;
            return st;
        }
        if (wire_fields_fit(targets[i].wire, out))
            return ETL_OK;
    }
    out->status = 400;
    return err_set(err, ETL_REJECT, "wire-fields",
                   "a field that goes with every request is missing or not as documented: %.*s=%.*s",
                   STR_ARG(targets[0].wire->fields[0].name), STR_ARG(targets[0].wire->fields[0].value));
}
