/* etl/core/opt.c - options as tables: one row is the parser, the default, the check and the help line. */
#include "etl/core/opt.h"

struct parsing {
    const struct opt_set *sets;
    size_t                nsets;
    bool                  given[4][64]; /* by set and row */
    struct arena         *mem;
    struct findings      *faults;
};
struct found {
    const struct opt *row;
    void             *target;
    size_t            set, index;
};

static bool find_by(const struct parsing *p, struct str name, char letter, struct found *out)
{
    for (size_t s = 0; s < p->nsets; s++)
        for (size_t i = 0; p->sets[s].table[i].name != NULL; i++) {
            const struct opt *row = &p->sets[s].table[i];

            if (letter != 0 ? row->letter == letter : str_is(name, row->name)) {
                *out = (struct found){ row, p->sets[s].target, s, i };
                return true;
            }
        }
    return false;
}

static void unknown(struct parsing *p, struct str typed, bool is_letter)
{
    struct str names[128], near = STR_NONE;
    size_t     n = 0;

    for (size_t s = 0; s < p->nsets; s++)
        for (size_t i = 0; p->sets[s].table[i].name != NULL && n < 128; i++)
            names[n++] = str_from(p->sets[s].table[i].name);
    if (!is_letter)
        near = str_nearest(typed, names, n);
    findings_say(p->faults, SEVERITY_ERROR, NULL, 0, 0, "option-unknown", "unknown option %s%.*s%s%.*s%s",
                 is_letter ? "-" : "--", STR_ARG(typed), near.ptr != NULL ? ", did you mean --" : "", STR_ARG(near),
                 near.ptr != NULL ? "?" : "");
}

static void add_to_list(struct parsing *p, struct opt_list *list, const char *value)
{
    const char **more = ARENA_ARRAY(p->mem, const char *, list->count + 1);

    if (list->count != 0)
        memcpy(more, list->items, list->count * sizeof *more);
    more[list->count] = value;
    list->items = more;
    list->count++;
}

static void set_value(struct parsing *p, const struct found *f, const char *value, bool is_default)
{
    char *place = (char *)f->target + f->row->offset;

    if (!is_default && f->row->kind != OPT_KIND_LIST && f->row->kind != OPT_KIND_FLAG && p->given[f->set][f->index]) {
        findings_say(p->faults, SEVERITY_ERROR, NULL, 0, 0, "option-twice", "--%s is given twice", f->row->name);
        return;
    }
    if (!is_default)
        p->given[f->set][f->index] = true;
    switch (f->row->kind) {
    case OPT_KIND_FLAG: *(bool *)place = value == NULL || strcmp(value, "true") == 0; break;
    case OPT_KIND_TEXT: memcpy(place, &value, sizeof value); break;
    case OPT_KIND_NUMBER:
        if (!str_to_u64(str_from(value), (uint64_t *)(void *)place))
            findings_say(p->faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--%s takes a number, got \"%s\"",
                         f->row->name, value);
        break;
    case OPT_KIND_LIST: add_to_list(p, (struct opt_list *)(void *)place, value); break;
    }
}

/* The value behind an option: what stands after `=` or the letter, or the next word. Returns how many words were used. */
static int take_value(struct parsing *p, const struct found *f, const char *attached, const char *next)
{
    if (f->row->kind == OPT_KIND_FLAG) {
        if (attached != NULL)
            findings_say(p->faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--%s takes no value", f->row->name);
        else
            set_value(p, f, NULL, false);
        return 0;
    }
    if (attached != NULL) {
        set_value(p, f, attached, false);
        return 0;
    }
    if (next == NULL) {
        findings_say(p->faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--%s needs %s", f->row->name,
                     f->row->value != NULL ? f->row->value : "a value");
        return 0;
    }
    set_value(p, f, next, false);
    return 1;
}

static int take_long(struct parsing *p, const char *word, const char *next)
{
    struct str   name, value = str_cut(str_from(word + 2), '=', &name);
    struct found f;

    if (!find_by(p, name, 0, &f)) {
        unknown(p, name, false);
        return 0;
    }
    return take_value(p, &f, value.ptr, next);
}

/* -x VALUE, -xVALUE, -qv */
static int take_letters(struct parsing *p, const char *word, const char *next)
{
    for (const char *c = word + 1; *c != '\0'; c++) {
        struct found f;

        if (!find_by(p, STR_NONE, *c, &f)) {
            unknown(p, str_of(c, 1), true);
            return 0;
        }
        if (f.row->kind != OPT_KIND_FLAG)
            return take_value(p, &f, c[1] != '\0' ? c + 1 : NULL, next);
        set_value(p, &f, NULL, false);
    }
    return 0;
}

static void set_defaults(struct parsing *p)
{
    for (size_t s = 0; s < p->nsets; s++)
        for (size_t i = 0; p->sets[s].table[i].name != NULL; i++) {
            struct found f = { &p->sets[s].table[i], p->sets[s].target, s, i };

            if (f.row->deflt != NULL)
                set_value(p, &f, f.row->deflt, true);
        }
}

enum etl_status opt_parse(const struct opt_set *sets, size_t nsets, int argc, char **argv, struct arena *mem,
                          struct opt_list *operands, struct findings *faults)
{
    struct parsing p = { .sets = sets, .nsets = nsets, .mem = mem, .faults = faults };
    size_t         before = faults->errors;
    bool           ended = false;

    set_defaults(&p);
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;

        if (ended || word[0] != '-' || word[1] == '\0')
            add_to_list(&p, operands, word);
        else if (strcmp(word, "--") == 0)
            ended = true;
        else if (word[1] == '-')
            i += take_long(&p, word, next);
        else
            i += take_letters(&p, word, next);
    }
    return faults->errors != before ? ETL_FAIL : ETL_OK;
}

enum { HELP_AT = 30, HELP_COLUMNS = 120 };

/* The help beside its option; what is longer than the line goes on below, at the same column. Bytes are counted: a few "…" too early. */
static void put_help(struct buf *out, const char *left, const char *help)
{
    struct str rest = str_from(help);
    int        width = HELP_COLUMNS - HELP_AT;

    buf_fmt(out, "%-*s  ", HELP_AT - 2, left);
    while (rest.len > (size_t)width) {
        size_t cut = (size_t)width;

        while (cut != 0 && rest.ptr[cut] != ' ')
            cut--;
        if (cut == 0)
            break;
        buf_fmt(out, "%.*s\n%-*s", STR_ARG(str_head(rest, cut)), HELP_AT, "");
        rest = str_skip(rest, cut + 1);
    }
    buf_fmt(out, "%.*s\n", STR_ARG(rest));
}

void opt_help(struct buf *out, const struct opt *table)
{
    for (; table->name != NULL; table++) {
        AUTO(buf_release) struct buf left;

        buf_init(&left, 1 << 12, "a help line");
        if (table->letter != 0)
            buf_fmt(&left, "  -%c, --%s", table->letter, table->name);
        else
            buf_fmt(&left, "      --%s", table->name);
        if (table->value != NULL)
            buf_fmt(&left, " %s", table->value);
        put_help(out, buf_cstr(&left), table->help);
    }
}
