/* etl/core/notation/yaml.c - a YAML document as a tree that knows its places: libfyaml's events, and the checks it does not make. */
#include "etl/core/notation/yaml.h"

#include <libfyaml.h>
#include <stdarg.h>

#include "etl/core/limits.h"
#include "etl/core/utf8.h"

enum { LARGEST_FILE = 16 << 20 };

struct loading {
    const struct yaml_source *source;
    struct arena             *mem;
    struct findings          *faults;
    struct fy_parser         *parser;
    struct fy_event          *event;
    bool                      ended;
    uint64_t                  key_line; /* of the last key, or the beginning: where what is missing is told */
    uint32_t                  key_column;
};

/* ---- places ---- */

static struct str source_line(const struct yaml_source *source, uint64_t line)
{
    struct str rest = source->text, head = STR_NONE;

    if (line == 0)
        return STR_NONE;
    for (uint64_t i = 0; i < line && rest.ptr != NULL; i++)
        rest = str_cut(rest, '\n', &head);
    if (head.len != 0 && head.ptr[head.len - 1] == '\r')
        head.len--;
    return head;
}

static void place_fault(struct findings *faults, enum severity severity, const struct yaml_source *source,
                        uint64_t line, uint32_t column, const char *rule, const char *fmt, va_list args)
{
    struct err err = { .file = source->name, .line = line, .column = column };
    struct str excerpt = source_line(source, line);

    snprintf(err.rule, sizeof err.rule, "%s", rule);
    vsnprintf(err.text, sizeof err.text, fmt, args);
    for (size_t i = 0; i < faults->count; i++) { /* what is written once may be read for several that are like it */
        const struct err *other = &faults->items[i].err;

        if (other->line == line && other->column == column && other->file != NULL &&
            strcmp(other->file, source->name) == 0 && strcmp(other->text, err.text) == 0)
            return;
    }
    findings_add(faults, severity, &err,
                 excerpt.len != 0 && excerpt.len < 400 ? arena_cstr(faults->mem, excerpt) : NULL);
}

enum etl_status yaml_fault(struct findings *faults, const struct yaml_source *source, uint64_t line, uint32_t column,
                           const char *rule, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    place_fault(faults, SEVERITY_ERROR, source, line, column, rule, fmt, args);
    va_end(args);
    return ETL_FAIL;
}

void yaml_warning(struct findings *faults, const struct yaml_source *source, uint64_t line, uint32_t column,
                  const char *rule, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    place_fault(faults, SEVERITY_WARNING, source, line, column, rule, fmt, args);
    va_end(args);
}

/* ---- checks on the text, ahead of the parser ---- */

/* The first byte that YAML has no place for (YAML 1.2, 5.1), as far as it is UTF-8; len when there is none. */
static size_t find_control(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.ptr[i] < 0x20 && strchr("\t\n\r", text.ptr[i]) == NULL) || text.ptr[i] == '\0' ||
            text.ptr[i] == 0x7f)
            return i;
    return text.len;
}

static bool check_bytes(struct loading *l)
{
    size_t   good = utf8_valid_prefix(l->source->text), control = find_control(l->source->text);
    uint64_t line = 1, begin = 0;

    good = control < good ? control : good;
    if (good == l->source->text.len)
        return true;
    for (size_t i = 0; i < good; i++)
        if (l->source->text.ptr[i] == '\n') {
            line++;
            begin = i + 1;
        }
    yaml_fault(l->faults, l->source, line, (uint32_t)(good - begin + 1), "yaml-utf8",
               good == control ? "a control character that has no place in YAML: 0x%02x"
                               : "a byte that is no UTF-8: 0x%02x",
               (unsigned char)l->source->text.ptr[good]);
    return false;
}

static size_t indent_of(struct str line)
{
    size_t n = 0;

    while (n < line.len && line.ptr[n] == ' ')
        n++;
    return n;
}

/* `key: |` or `key: >-`: the deeper lines that follow are text. */
static bool opens_block(struct str line)
{
    struct str trimmed = str_trim(line);
    size_t     i = trimmed.len;

    while (i != 0 && (trimmed.ptr[i - 1] == '-' || trimmed.ptr[i - 1] == '+' ||
                      (trimmed.ptr[i - 1] >= '1' && trimmed.ptr[i - 1] <= '9')))
        i--;
    return i >= 2 && (trimmed.ptr[i - 1] == '|' || trimmed.ptr[i - 1] == '>') && trimmed.ptr[i - 2] == ' ';
}

/* An unquoted {{ where a value begins reads as a YAML map in a map, and the parser's own message would puzzle. */
static bool check_braces(struct loading *l)
{
    struct str rest = l->source->text, line;
    uint64_t   number = 0;
    size_t     block_indent = 0;
    bool       in_block = false, good = true;
    char       quote = 0;

    while (rest.ptr != NULL) {
        char last = 0; /* the last byte that is no blank */

        rest = str_cut(rest, '\n', &line);
        number++;
        if (in_block && (str_trim(line).len == 0 || indent_of(line) > block_indent))
            continue;
        in_block = quote == 0 && opens_block(line);
        block_indent = indent_of(line);
        for (size_t i = 0; i < line.len; i++) {
            char c = line.ptr[i];

            if (quote != 0) {
                if (c == '\\' && quote == '"')
                    i++;
                else if (c == quote)
                    quote = 0;
                last = c;
                continue;
            }
            if (c == '#' && (i == 0 || line.ptr[i - 1] == ' '))
                break;
            if ((c == '"' || c == '\'') && (last == 0 || strchr(":,[{-?", last) != NULL))
                quote = c;
            if (c == '{' && i + 1 < line.len && line.ptr[i + 1] == '{' &&
                (last == ':' || last == '-' || last == '[' || last == ',')) {
                yaml_fault(l->faults, l->source, number, (uint32_t)(i + 1), "yaml-braces",
                           "a template stands in quotes: write \"{{ … }}\"");
                good = false;
                break;
            }
            if (c != ' ' && c != '\t')
                last = c;
        }
    }
    return good;
}

/* ---- the tree ---- */

static enum fy_event_type peek(struct loading *l)
{
    if (l->event == NULL && !l->ended) {
        l->event = fy_parser_parse(l->parser);
        l->ended = l->event == NULL;
    }
    return l->event != NULL ? l->event->type : FYET_NONE;
}

static void skip(struct loading *l)
{
    if (l->event != NULL)
        fy_parser_event_free(l->parser, l->event);
    l->event = NULL;
}

static void place_of(struct loading *l, struct yaml *node)
{
    const struct fy_mark *mark = fy_event_start_mark(l->event);

    node->line = mark != NULL ? (uint64_t)mark->line + 1 : l->key_line;
    node->column = mark != NULL ? (uint32_t)mark->column + 1 : l->key_column;
}

/* An anchor's token begins behind its &; a tag's at its !. */
static void refuse_token(struct loading *l, struct fy_token *token, const struct yaml *node, const char *rule,
                         const char *text)
{
    const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;

    if (token != NULL)
        yaml_fault(l->faults, l->source, mark != NULL ? (uint64_t)mark->line + 1 : node->line,
                   mark != NULL ? (uint32_t)mark->column + !str_is(str_from(rule), "yaml-anchor") : node->column, rule,
                   "%s", text);
}

static void refuse_extras(struct loading *l, const struct yaml *node)
{
    refuse_token(l, fy_event_get_anchor_token(l->event), node, "yaml-anchor",
                 "anchors (&name) are not read here; write the text out");
    refuse_token(l, fy_event_get_tag_token(l->event), node, "yaml-tag",
                 "tags (!name) are not read here; every scalar is text");
}

static struct str trim_front(struct str s)
{
    while (s.len != 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = str_skip(s, 1);
    return s;
}

static struct str trim_back(struct str s)
{
    while (s.len != 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t' || s.ptr[s.len - 1] == '\r'))
        s.len--;
    return s;
}

/* What a line of a quoted scalar adds: breaks are folded (YAML 1.2, 7.3.2), '' is one quote. */
static void add_quoted_line(struct buf *out, struct str line, bool is_first, bool is_last, size_t *breaks)
{
    if (!is_first)
        line = trim_front(line);
    if (!is_last)
        line = trim_back(line);
    if (!is_first && !is_last && line.len == 0) {
        ++*breaks; /* an empty line is a line end of the text */
        return;
    }
    if (!is_first && *breaks == 0)
        buf_byte(out, ' ');
    for (; *breaks != 0; --*breaks)
        buf_byte(out, '\n');
    for (size_t i = 0; i < line.len; i++) {
        buf_byte(out, line.ptr[i]);
        i += line.ptr[i] == '\'';
    }
}

/* libfyaml 0.7.12 gives another text for 'a''''b' than it is, so these are read here, from the file's own bytes. */
static struct str single_quoted(struct loading *l, struct fy_token *token, struct str given)
{
    AUTO(buf_release) struct buf out;
    const struct fy_mark        *mark = fy_token_start_mark(token);
    struct str                   text = l->source->text, rest, line;
    size_t                       begin = mark != NULL ? mark->input_pos : 0, end, breaks = 0;
    bool                         is_first = true;

    buf_init(&out, LARGEST_FILE, "a YAML text");
    if (begin == 0 || begin > text.len || text.ptr[begin - 1] != '\'') /* the mark stands behind the quote */
        return arena_str(l->mem, given);
    for (end = begin; end < text.len && (text.ptr[end] != '\'' || (end + 1 < text.len && text.ptr[end + 1] == '\''));
         end++)
        end += text.ptr[end] == '\'';
    for (rest = str_of(text.ptr + begin, end - begin); rest.ptr != NULL; is_first = false) {
        rest = str_cut(rest, '\n', &line);
        add_quoted_line(&out, line, is_first, rest.ptr == NULL, &breaks);
    }
    return arena_str(l->mem, buf_str(&out));
}

static void read_scalar(struct loading *l, struct yaml *out)
{
    struct fy_token     *token = l->event->scalar.value;
    size_t               len = 0;
    const char          *text = token != NULL ? fy_token_get_text(token, &len) : NULL;
    enum fy_scalar_style style = token != NULL ? fy_token_scalar_style(token) : FYSS_PLAIN;

    out->kind = YAML_TEXT;
    out->quoted = style != FYSS_PLAIN && style != FYSS_ANY;
    out->text = style == FYSS_SINGLE_QUOTED ? single_quoted(l, token, str_of(text != NULL ? text : "", len))
                                            : arena_str(l->mem, str_of(text != NULL ? text : "", len));
    if (out->quoted)
        return;
    if (str_is(out->text, "null"))
        out->kind = YAML_NULL;
    else if (out->text.len == 0)
        yaml_fault(l->faults, l->source, out->line, out->column, "yaml-empty",
                   "nothing stands after the colon; write \"\" for an empty text, or null to clear");
    else if (str_is(out->text, "~") || str_is(out->text, "NULL") || str_is(out->text, "Null"))
        yaml_fault(l->faults, l->source, out->line, out->column, "yaml-null",
                   "write null to clear, or \"%.*s\" in quotes for the text", STR_ARG(out->text));
}

static bool read_node(struct loading *l, unsigned depth, struct yaml *out);

static bool read_list(struct loading *l, unsigned depth, struct yaml *out)
{
    struct yaml *items = NULL;
    size_t       cap = 0;

    out->kind = YAML_LIST;
    skip(l);
    while (peek(l) != FYET_SEQUENCE_END) {
        struct yaml item;

        if (!read_node(l, depth + 1, &item))
            return false;
        ARENA_PUSH(l->mem, items, out->count, cap) = item;
    }
    skip(l);
    out->items = items;
    return true;
}

static void check_duplicate(struct loading *l, const struct yaml_pair *pairs, size_t count,
                            const struct yaml_pair *pair)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(pairs[i].key, pair->key)) {
            yaml_fault(l->faults, l->source, pair->line, pair->column, "yaml-twice",
                       "\"%.*s\" stands twice; first in line %llu", STR_ARG(pair->key),
                       (unsigned long long)pairs[i].line);
            return;
        }
}

static bool read_map(struct loading *l, unsigned depth, struct yaml *out)
{
    struct yaml_pair *pairs = NULL;
    size_t            cap = 0;

    out->kind = YAML_MAP;
    skip(l);
    while (peek(l) != FYET_MAPPING_END) {
        struct yaml_pair pair = { 0 };
        struct yaml      key;

        if (!read_node(l, depth + 1, &key))
            return false;
        pair.line = key.line;
        pair.column = key.column;
        if (key.kind == YAML_LIST || key.kind == YAML_MAP) {
            yaml_fault(l->faults, l->source, key.line, key.column, "yaml-key", "a key is a text");
            pair.key = STR("?");
        } else {
            pair.key = key.kind == YAML_NULL ? STR("null") : key.text;
        }
        if (str_is(pair.key, "<<") && !key.quoted)
            yaml_fault(l->faults, l->source, key.line, key.column, "yaml-merge",
                       "merge keys (<<) are not read here; write the keys out");
        l->key_line = pair.line;
        l->key_column = pair.column;
        if (!read_node(l, depth + 1, &pair.value))
            return false;
        check_duplicate(l, pairs, out->count, &pair);
        ARENA_PUSH(l->mem, pairs, out->count, cap) = pair;
    }
    skip(l);
    out->pairs = pairs;
    return true;
}

/* Reads the node that begins with the next event. false: the parser gave up. */
static bool read_node(struct loading *l, unsigned depth, struct yaml *out)
{
    enum fy_event_type type = peek(l);

    *out = (struct yaml){ 0 };
    if (type == FYET_NONE || type == FYET_STREAM_END || type == FYET_DOCUMENT_END)
        return false;
    place_of(l, out);
    if (depth > YAML_LEVELS_MAX) {
        yaml_fault(l->faults, l->source, out->line, out->column, "yaml-depth", "nested deeper than %d levels",
                   YAML_LEVELS_MAX);
        return false;
    }
    if (type == FYET_ALIAS) {
        out->column -= out->column > 1; /* the parser's place is behind the * */
        yaml_fault(l->faults, l->source, out->line, out->column, "yaml-alias",
                   "aliases (*name) are not read here; write the text out");
        out->kind = YAML_TEXT;
        out->text = STR("");
        skip(l);
        return true;
    }
    refuse_extras(l, out);
    switch (type) {
    case FYET_SCALAR:
        read_scalar(l, out);
        skip(l);
        return true;
    case FYET_SEQUENCE_START: return read_list(l, depth, out);
    case FYET_MAPPING_START: return read_map(l, depth, out);
    default: return false;
    }
}

static void parser_faults(struct loading *l, struct fy_diag *diag)
{
    struct fy_diag_error *e;
    void                 *at = NULL;
    size_t                told = 0;

    while ((e = fy_diag_errors_iterate(diag, &at)) != NULL) {
        if (e->type != FYET_ERROR || e->msg == NULL)
            continue;
        yaml_fault(l->faults, l->source, e->line > 0 ? (uint64_t)e->line : 1, e->column > 0 ? (uint32_t)e->column : 1,
                   "yaml-syntax", "%s", e->msg);
        told++;
    }
    if (told == 0)
        yaml_fault(l->faults, l->source, 1, 1, "yaml-syntax", "this is no YAML");
}

static bool read_document(struct loading *l, struct yaml *root)
{
    while (peek(l) == FYET_STREAM_START)
        skip(l);
    if (peek(l) != FYET_DOCUMENT_START) {
        if (l->event != NULL)
            yaml_fault(l->faults, l->source, 1, 1, "yaml-empty", "the file is empty");
        return false;
    }
    skip(l);
    if (!read_node(l, 0, root))
        return false;
    while (peek(l) == FYET_DOCUMENT_END)
        skip(l);
    if (peek(l) == FYET_DOCUMENT_START) {
        struct yaml place = { 0 };

        place_of(l, &place);
        yaml_fault(l->faults, l->source, place.line, place.column, "yaml-documents",
                   "a second document; one file holds one");
    }
    return true;
}

const struct yaml *yaml_load(const struct yaml_source *source, struct arena *mem, struct findings *faults)
{
    struct loading      l = { .source = source, .mem = mem, .faults = faults, .key_line = 1, .key_column = 1 };
    struct fy_diag_cfg  diag_cfg;
    struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE |
                                         FYPCF_ALLOW_DUPLICATE_KEYS };
    struct fy_diag     *diag;
    struct yaml        *root = ARENA_NEW(mem, struct yaml);
    struct yaml_source  bare = *source;
    bool                good;

    if (source->text.len > LARGEST_FILE) {
        yaml_fault(faults, source, 1, 1, "yaml-size", "larger than %d MiB", LARGEST_FILE >> 20);
        return NULL;
    }
    if (str_starts(bare.text, STR("\xef\xbb\xbf")))
        bare.text = str_skip(bare.text, 3);
    l.source = &bare;
    if (!check_bytes(&l) || !check_braces(&l))
        return NULL;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    diag = fy_diag_create(&diag_cfg);
    fy_diag_set_collect_errors(diag, true);
    cfg.diag = diag;
    l.parser = fy_parser_create(&cfg);
    if (l.parser == NULL || diag == NULL)
        memory_exhausted("the YAML parser", 0);
    fy_parser_set_string(l.parser, bare.text.ptr != NULL ? bare.text.ptr : "", bare.text.len);
    good = read_document(&l, root);
    if (l.ended || fy_diag_got_error(diag))
        parser_faults(&l, diag);
    skip(&l);
    fy_parser_destroy(l.parser);
    fy_diag_destroy(diag);
    return good ? root : NULL;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (str_is(map->pairs[i].key, key))
            return &map->pairs[i].value;
    return NULL;
}

struct str yaml_text(const struct yaml *map, const char *key)
{
    const struct yaml *value = yaml_get(map, key);

    return value != NULL && value->kind == YAML_TEXT ? value->text : STR_NONE;
}

void yaml_only_keys(const struct yaml *map, const char *const *known, const char *what,
                    const struct yaml_source *source, struct findings *faults)
{
    struct str names[64];
    size_t     n = 0;

    if (map == NULL || map->kind != YAML_MAP)
        return;
    while (n < 64 && known[n] != NULL) {
        names[n] = str_from(known[n]);
        n++;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_pair *pair = &map->pairs[i];
        struct str              near;
        size_t                  k = 0;

        while (k < n && !str_eq(names[k], pair->key))
            k++;
        if (k < n)
            continue;
        near = str_nearest(pair->key, names, n);
        yaml_fault(faults, source, pair->line, pair->column, "key-unknown", "unknown key \"%.*s\" in %s%s%.*s%s",
                   STR_ARG(pair->key), what, near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near),
                   near.ptr != NULL ? "\"?" : "");
    }
}
