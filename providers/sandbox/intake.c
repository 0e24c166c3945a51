/* providers/sandbox/intake.c - the other side of the wire styles: form, REST, SOAP. */
#include "providers/sandbox/intake.h"

#include "etl/core/list.h"
#include "providers/replies/tree_xml.h"
#include "providers/wires/wire.h"

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

/* Does the path say this? *place is what stands where {command} does. */
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

static bool percent_decode(struct str raw, struct arena *mem, struct str *out)
{
    const struct form_field *fields;
    size_t                   count;

    /* A form's value, in which a + would be a blank: there is none in a command's name. */
    if (form_parse(arena_fmt(mem, "x=%.*s", STR_ARG(raw)), mem, &fields, &count, NULL) != ETL_OK || count != 1)
        return false;
    *out = fields[0].value;
    return true;
}

struct target {
    const struct wire    *wire;
    const struct command *command; /* a route of its own leads there */
    struct str            word;    /* {command} of the path, or STR_NONE */
};

/* Commands whose route has this method and path; several wires may share an address, so `from` says where to go on. */
static bool by_route(const struct provider *p, const struct asked *asked, const struct wire *w, struct str rest,
                     struct target *out)
{
    for (size_t i = 0; i < p->command_count; i++)
        for (size_t k = 0; k < p->commands[i].route_count; k++) {
            const struct route *route = &p->commands[i].routes[k];
            struct str          place;

            if (route->wire != w || !str_is(asked->method, route->method) || !path_fits(&route->path, rest, &place) ||
                (place.ptr != NULL && !str_eq(place, p->commands[i].wire)))
                continue;
            *out = (struct target){ w, &p->commands[i], p->commands[i].wire };
            return true;
        }
    return false;
}

static bool type_is(struct str type, const char *want)
{
    struct str essence;

    str_cut(type, ';', &essence); /* with or without parameters behind it, RFC 9110 8.3.1 */
    return str_eq_nocase(str_trim(essence), str_from(want));
}

static const char *type_of(const struct wire *w)
{
    return w->style == &wire_rest   ? "application/json"
           : w->style == &wire_soap ? "text/xml"
                                    : "application/x-www-form-urlencoded";
}

/* The wires at this address; the status says how near it came. */
static size_t find_targets(const struct provider *p, const struct asked *asked, struct arena *mem, struct target *out,
                           int *status)
{
    size_t n = 0;

    *status = 404;
    for (size_t i = 0; i < p->wire_count; i++) {
        const struct wire *w = &p->wires[i];
        struct str         base = intake_base(p, w, mem), rest, place;
        struct target      t = { w, NULL, STR_NONE };

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
        if (type_is(asked->type, type_of(w)))
            out[n++] = t;
    }
    return n;
}

/* ---- bodies ---- */

struct reading {
    const struct provider *provider;
    const struct asked    *asked;
    struct arena          *mem;
    struct form_field     *fields;
    size_t                 count, cap;
};

static void add_list(const struct tree *node, struct buf *out)
{
    list_begin(out);
    for (const struct tree *item = node->first; item != NULL; item = item->next)
        if (item->is_list)
            add_list(item, out);
        else
            list_text(out, item->text.ptr != NULL ? item->text : STR(""));
    list_end(out);
}

static enum etl_status add_node(struct reading *r, const struct tree *node, struct err *err)
{
    struct form_field field = { .name = node->name, .value = node->text.ptr != NULL ? node->text : STR("") };

    if (node->is_list) {
        AUTO(buf_release) struct buf list;

        buf_init(&list, 16 << 20, "a list on the wire");
        add_list(node, &list);
        field.value = arena_str(r->mem, buf_str(&list));
        field.is_list = true;
    } else if (node->first != NULL) {
        return err_set(err, ETL_REJECT, "field-form", "%s holds fields of its own", shown(node->name, false).text);
    }
    ARENA_PUSH(r->mem, r->fields, r->count, r->cap) = field;
    return ETL_OK;
}

static enum etl_status add_children(struct reading *r, const struct tree *node, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (const struct tree *c = node->first; st == ETL_OK && c != NULL; c = c->next)
        st = add_node(r, c, err);
    return st;
}

static enum etl_status read_form(struct reading *r, struct str *word, struct err *err)
{
    const struct form_field *fields;
    enum etl_status          st = form_parse(r->asked->body, r->mem, &fields, &r->count, err);

    if (st != ETL_OK)
        return st;
    r->fields = (struct form_field *)(uintptr_t)fields;
    for (size_t i = 0; i < r->count && word->ptr == NULL; i++)
        if (str_eq(fields[i].name, r->provider->command_field))
            *word = fields[i].value;
    return ETL_OK;
}

static enum etl_status read_rest(struct reading *r, struct str *word, struct err *err)
{
    static const struct reply plain = { .text_member = { NULL, 0 } };
    const struct tree        *top;
    enum etl_status           st = reply_json.tree(&plain, r->asked->body, r->mem, &top, err);

    (void)word;
    if (st == ETL_OK && (top->is_list || top->text.ptr != NULL))
        st = err_set(err, ETL_REJECT, "rest-body", "the body is no object");
    return st == ETL_OK ? add_children(r, top, err) : st;
}

static const struct tree *child(const struct tree *node, const char *name)
{
    for (const struct tree *c = node != NULL ? node->first : NULL; c != NULL; c = c->next)
        if (str_is(c->name, name))
            return c;
    return NULL;
}

/* RFC-less but usual: SOAPAction says "space#method", in quotes; what it says has to be so. */
static bool action_fits(const struct asked *asked, struct str method)
{
    struct str   action = str_trim(intake_header(asked, "SOAPAction"));
    struct arena mem;
    bool         fits;

    if (action.len < 2)
        return true;
    arena_init(&mem, 1 << 16, "a SOAPAction");
    fits = str_ends(action, arena_fmt(&mem, "#%.*s\"", STR_ARG(method)));
    arena_release(&mem);
    return fits;
}

/* One argument, a hash: its members are the fields. */
static enum etl_status read_soap(struct reading *r, struct str *word, struct err *err)
{
    const struct tree *document, *method;
    enum etl_status    st = tree_from_xml(r->asked->body, TREE_XML_SOAP, STR_NONE, r->mem, &document, err);

    if (st != ETL_OK)
        return st;
    method = child(child(document, "Envelope"), "Body");
    if (method == NULL || method->first == NULL || method->first->next != NULL)
        return err_set(err, ETL_REJECT, "soap-body", "this is no SOAP envelope with one call in its body");
    method = method->first;
    *word = method->name;
    if (!action_fits(r->asked, method->name))
        return err_set(err, ETL_REJECT, "soap-action", "SOAPAction does not name the method %s",
                       shown(method->name, false).text);
    if (method->first == NULL || method->first->next != NULL)
        return err_set(err, ETL_REJECT, "soap-argument", "the call must have one argument, a hash");
    return add_children(r, method->first, err);
}

static enum etl_status read_body(struct reading *r, const struct wire *w, struct str *word, struct err *err)
{
    if (w->style == &wire_rest)
        return read_rest(r, word, err);
    return w->style == &wire_soap ? read_soap(r, word, err) : read_form(r, word, err);
}

/* Do the fields that go with every request of this wire go with this one? Wires of one address are told by them. */
static bool wire_fields_fit(const struct wire *w, const struct reading *r)
{
    for (size_t i = 0; i < w->field_count; i++) {
        bool there = false;

        for (size_t k = 0; k < r->count && !there; k++)
            there = str_eq(r->fields[k].name, w->fields[i].name) && str_eq(r->fields[k].value, w->fields[i].value);
        if (!there)
            return false;
    }
    return true;
}

/* ---- public ---- */

struct str intake_header(const struct asked *asked, const char *name)
{
    struct str line, rest = asked->headers;

    while (rest.ptr != NULL && rest.len != 0) {
        struct str head, value;

        rest = str_cut(rest, '\n', &line);
        value = str_cut(line, ':', &head);
        if (value.ptr != NULL && str_eq_nocase(head, str_from(name)))
            return str_trim(value);
    }
    return STR_NONE;
}

static enum etl_status take(struct reading *r, const struct target *t, struct intake *out, struct err *err)
{
    struct str      word = t->command != NULL || t->word.ptr == NULL ? t->word : STR_NONE;
    enum etl_status st;

    *r = (struct reading){ .provider = r->provider, .asked = r->asked, .mem = r->mem };
    if (t->command == NULL && t->word.ptr != NULL && !percent_decode(t->word, r->mem, &word))
        return err_set(err, ETL_REJECT, "path", "the command's name in the address is not percent-encoded");
    st = read_body(r, t->wire, &word, err);
    if (st == ETL_OK)
        *out = (struct intake){ .wire = t->wire,
                                .command_word = word.ptr != NULL ? word : STR(""),
                                .fields = r->fields,
                                .field_count = r->count };
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
    struct target *targets = ARENA_ARRAY(mem, struct target, p->wire_count + 1);
    struct reading r = { .provider = p, .asked = asked, .mem = mem };
    size_t         count;

    *out = (struct intake){ .command_word = STR("") };
    count = find_targets(p, asked, mem, targets, &out->status);
    if (count == 0)
        return err_set(err, ETL_REJECT, "address", "%s", reason_of(out->status, p));
    for (size_t i = 0; i < count; i++) {
        enum etl_status st = take(&r, &targets[i], out, err);

        if (st != ETL_OK) {
            out->status = 400;
            return st;
        }
        if (wire_fields_fit(targets[i].wire, &r))
            return ETL_OK;
    }
    out->status = 400;
    return err_set(err, ETL_REJECT, "wire-fields",
                   "a field that goes with every request is missing or not as documented: %.*s=%.*s",
                   STR_ARG(targets[0].wire->fields[0].name), STR_ARG(targets[0].wire->fields[0].value));
}
