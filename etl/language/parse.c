/* etl/language/parse.c - parses expressions and templates into trees. */
#include "etl/language/parse.h"

#include <stdarg.h>

#include "etl/core/limits.h"
#include "etl/language/filter_table.h"

struct parser {
    const struct expression_place *place;
    struct str                     text; /* the whole template or expression */
    size_t                         pos, end;
    unsigned                       depth;
    bool                           failed;
};

/* Reports the first fault of a text only: after one fault the parser has lost its place, and what it would report next is seldom true. */
static struct node *refuse(struct parser *p, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static struct node *refuse(struct parser *p, size_t at, const char *fmt, ...)
{
    va_list args;

    if (!p->failed) {
        va_start(args, fmt);
        expression_fault_v(p->place, (uint32_t)at, "expression", fmt, args);
        va_end(args);
    }
    p->failed = true;
    return NULL;
}

/* ---- tokens ---- */

static void skip_blanks(struct parser *p)
{
    while (p->pos < p->end && strchr(" \t\r\n", p->text.ptr[p->pos]) != NULL && p->text.ptr[p->pos] != '\0')
        p->pos++;
}

static char peek(struct parser *p)
{
    skip_blanks(p);
    return p->pos < p->end ? p->text.ptr[p->pos] : '\0';
}

static bool is_word_byte(char c, bool first)
{
    unsigned char u = (unsigned char)c;

    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80 ||
           (!first && u >= '0' && u <= '9');
}

static struct str peek_word(struct parser *p)
{
    size_t end;

    skip_blanks(p);
    end = p->pos;
    while (end < p->end && is_word_byte(p->text.ptr[end], end == p->pos))
        end++;
    return str_of(p->text.ptr + p->pos, end - p->pos);
}

static bool take_word(struct parser *p, const char *word)
{
    struct str next = peek_word(p);

    if (!str_is(next, word))
        return false;
    p->pos += next.len;
    return true;
}

static bool take(struct parser *p, const char *sign)
{
    size_t len = strlen(sign);

    skip_blanks(p);
    if (p->end - p->pos < len || memcmp(p->text.ptr + p->pos, sign, len) != 0)
        return false;
    p->pos += len;
    return true;
}

static struct node *make(struct parser *p, enum node_op op, size_t at)
{
    struct node *n = ARENA_NEW(p->place->mem, struct node);

    n->op = op;
    n->at = (uint32_t)at;
    n->index = -1;
    return n;
}

static struct node *make_with(struct parser *p, enum node_op op, size_t at, struct node *a, struct node *b)
{
    struct node *n = make(p, op, at);

    n->args = ARENA_ARRAY(p->place->mem, struct node *, 2);
    n->args[0] = a;
    n->args[1] = b;
    n->count = b != NULL ? 2 : 1;
    return a == NULL || (b == NULL && op != NODE_NOT) ? NULL : n;
}

static void add_arg(struct parser *p, struct node *n, struct node *arg, size_t *cap)
{
    ARENA_PUSH(p->place->mem, n->args, n->count, *cap) = arg;
}

/* ---- grammar, loosest first ---- */

static struct node *parse_or(struct parser *p);

static struct node *parse_quoted(struct parser *p)
{
    char   quote = p->text.ptr[p->pos];
    size_t at = p->pos, len = 0;
    char  *out = arena_bytes(p->place->mem, p->end - p->pos + 1);

    for (p->pos++; p->pos < p->end; p->pos++) {
        if (p->text.ptr[p->pos] == quote) {
            if (p->pos + 1 >= p->end || p->text.ptr[p->pos + 1] != quote)
                break;
            p->pos++; /* a doubled quote is one */
        }
        out[len++] = p->text.ptr[p->pos];
    }
    if (p->pos >= p->end)
        return refuse(p, at, "the quote that opens here is not closed");
    p->pos++;
    struct node *n = make(p, NODE_TEXT, at);
    n->text = str_of(out, len);
    return n;
}

static struct node *parse_number(struct parser *p)
{
    size_t       at = p->pos;
    struct node *n = make(p, NODE_TEXT, at);

    if (p->text.ptr[p->pos] == '-')
        p->pos++;
    while (p->pos < p->end &&
           ((p->text.ptr[p->pos] >= '0' && p->text.ptr[p->pos] <= '9') || p->text.ptr[p->pos] == '.'))
        p->pos++;
    n->text = str_of(p->text.ptr + at, p->pos - at);
    if (p->pos < p->end && is_word_byte(p->text.ptr[p->pos], true))
        return refuse(p, at, "a field whose name begins with a digit stands in brackets: [%.*s…]", STR_ARG(n->text));
    return n;
}

/* [Home Phone] */
static struct node *parse_bracketed(struct parser *p)
{
    size_t       at = p->pos++;
    const char  *close = memchr(p->text.ptr + p->pos, ']', p->end - p->pos);
    struct node *n = make(p, NODE_NAME, at);

    if (close == NULL)
        return refuse(p, at, "the bracket that opens here is not closed");
    n->text = str_trim(str_of(p->text.ptr + p->pos, (size_t)(close - p->text.ptr) - p->pos));
    n->bracketed = true;
    p->pos = (size_t)(close - p->text.ptr) + 1;
    if (n->text.len == 0)
        return refuse(p, at, "a field's name is missing between the brackets");
    return n;
}

/* password(12), password(12, 'spring'), count(mailboxes): the two functions. Everything else with parentheses is a filter. */
static struct node *parse_function(struct parser *p, struct str name, size_t at)
{
    struct node *n, *arg;
    size_t       cap = 0;

    p->pos++;
    if (!str_is(name, "password") && !str_is(name, "count")) {
        if (filter_named(name) != NULL)
            return refuse(p, at, "%.*s is a filter: write it behind a value, FIELD | %s", STR_ARG(name),
                          filter_named(name)->form);
        return refuse(p, at, "unknown function \"%.*s\"; there are password(n, WORD) and count(input)", STR_ARG(name));
    }
    n = make(p, str_is(name, "count") ? NODE_COUNT : NODE_PASSWORD, at);
    do {
        arg = parse_or(p);
        if (arg == NULL)
            return refuse(p, at, "%.*s takes %s", STR_ARG(name),
                          n->op == NODE_COUNT ? "one argument" : "a length and, where one is wanted, a word");
        add_arg(p, n, arg, &cap);
    } while (n->op == NODE_PASSWORD && n->count < 2 && take(p, ","));
    return take(p, ")") ? n : refuse(p, p->pos, "a ) is missing here");
}

/* The part behind a dot: a word, a number (the position in a list), or [a name in brackets]. */
static bool parse_part(struct parser *p, struct str *out)
{
    size_t begin = p->pos;

    if (p->pos < p->end && p->text.ptr[p->pos] == '[') {
        struct node *field = parse_bracketed(p);

        *out = field != NULL ? field->text : STR("");
        return field != NULL;
    }
    while (p->pos < p->end && is_word_byte(p->text.ptr[p->pos], false))
        p->pos++;
    *out = str_of(p->text.ptr + begin, p->pos - begin);
    return out->len != 0 || refuse(p, begin, "a name is missing after the dot") != NULL;
}

static struct node *parse_name(struct parser *p)
{
    size_t       at = p->pos;
    struct str   word = peek_word(p);
    struct node *n;

    p->pos += word.len;
    if (str_is(word, "null")) {
        return make(p, NODE_CLEAR, at);
    }
    for (const char *const *w = (const char *const[]){ "and", "or", "not", "in", NULL }; *w != NULL; w++)
        if (str_is(word, *w))
            return refuse(p, at, "a value is missing before \"%s\"; a field of that name is written [%s]", *w, *w);
    if (p->pos < p->end && p->text.ptr[p->pos] == '(')
        return parse_function(p, word, at);
    n = make(p, NODE_NAME, at);
    n->text = word;
    if (p->pos < p->end && p->text.ptr[p->pos] == '.') {
        n->scope = word;
        n->text = STR("");
    }
    while (p->pos < p->end && p->text.ptr[p->pos] == '.') {
        struct str part;

        p->pos++;
        if (!parse_part(p, &part))
            return NULL;
        n->text = n->text.len != 0 ? arena_fmt(p->place->mem, "%.*s.%.*s", STR_ARG(n->text), STR_ARG(part)) : part;
    }
    return n;
}

static struct node *parse_atom(struct parser *p)
{
    char   c = peek(p);
    size_t at = p->pos;

    if (p->pos >= p->end)
        return refuse(p, at, "a value is missing here");
    if (c == '\'' || c == '"')
        return parse_quoted(p);
    if ((c >= '0' && c <= '9') ||
        (c == '-' && p->pos + 1 < p->end && p->text.ptr[p->pos + 1] >= '0' && p->text.ptr[p->pos + 1] <= '9'))
        return parse_number(p);
    if (c == '[')
        return parse_bracketed(p);
    if (is_word_byte(c, true))
        return parse_name(p);
    if (c == '(') {
        struct node *inner;

        p->pos++;
        inner = parse_or(p);
        if (inner != NULL && !take(p, ")"))
            return refuse(p, p->pos, "a ) is missing here, for the ( before");
        return inner;
    }
    return refuse(p, at, "unexpected \"%c\"", c >= ' ' && c <= '~' ? c : '?');
}

static struct node *unknown_filter(struct parser *p, struct str name, size_t at)
{
    struct str names[64];
    size_t     n = 0;
    struct str hint;

    for (; n < 63 && filters[n] != NULL; n++)
        names[n] = str_from(filters[n]->name);
    if (str_is(name, "password"))
        return refuse(p, at, "password(n, WORD) makes a value, it filters none: write FIELD | valid or password(12)");
    hint = did_you_mean(name, names, n, p->place->mem);
    return refuse(p, at, "unknown filter \"%.*s\"%.*s", STR_ARG(name), STR_ARG(hint));
}

static struct node *parse_filter(struct parser *p, struct node *operand)
{
    struct str   name = peek_word(p);
    size_t       at = p->pos, cap = 0;
    struct node *n = make(p, NODE_FILTER, at);

    if (name.len == 0)
        return refuse(p, at, "a filter's name is missing after |");
    p->pos += name.len;
    n->filter = filter_named(name);
    if (n->filter == NULL)
        return unknown_filter(p, name, at);
    add_arg(p, n, operand, &cap);
    if (p->pos < p->end && p->text.ptr[p->pos] == '(') {
        p->pos++;
        while (peek(p) != ')') {
            struct node *arg = parse_or(p);

            if (arg == NULL)
                return NULL;
            add_arg(p, n, arg, &cap);
            if (!take(p, ",") && peek(p) != ')')
                return refuse(p, p->pos, "a , or ) is missing here");
        }
        p->pos++;
    }
    if (n->count - 1 < n->filter->least || n->count - 1 > n->filter->most)
        return refuse(p, at, "%s is written %s, here it has %zu argument%s", n->filter->name, n->filter->form,
                      n->count - 1, n->count == 2 ? "" : "s");
    return n;
}

static struct node *parse_piped(struct parser *p)
{
    struct node *n = parse_atom(p);

    while (n != NULL && peek(p) == '|') {
        if (p->pos + 1 < p->end && p->text.ptr[p->pos + 1] == '|')
            return refuse(p, p->pos, "write or, not ||");
        p->pos++;
        n = parse_filter(p, n);
    }
    return n;
}

static struct node *parse_list(struct parser *p, struct node *subject, size_t at)
{
    struct node *n = make(p, NODE_IN, at);
    size_t       cap = 0;

    add_arg(p, n, subject, &cap);
    if (!take(p, "["))
        return refuse(p, p->pos, "after in stands a list: in ['active', 'trial']");
    while (peek(p) != ']') {
        struct node *item = parse_piped(p);

        if (item == NULL)
            return NULL;
        add_arg(p, n, item, &cap);
        if (!take(p, ",") && peek(p) != ']')
            return refuse(p, p->pos, "a , or ] is missing here");
    }
    p->pos++;
    if (n->count == 1)
        return refuse(p, at, "the list is empty");
    return n;
}

static struct node *parse_comparison(struct parser *p)
{
    static const struct {
        const char  *sign;
        enum node_op op;
    } signs[] = { { "==", NODE_EQ }, { "!=", NODE_NE }, { "<=", NODE_LE },
                  { ">=", NODE_GE }, { "<", NODE_LT },  { ">", NODE_GT } };
    struct node *left = parse_piped(p);
    size_t       at, before;

    if (left == NULL)
        return NULL;
    skip_blanks(p);
    at = before = p->pos;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (take(p, signs[i].sign))
            return make_with(p, signs[i].op, at, left, parse_piped(p));
    if (peek(p) == '=')
        return refuse(p, at, "write == to compare");
    if (take_word(p, "not")) {
        struct node *in;

        if (!take_word(p, "in")) {
            p->pos = before;
            return left;
        }
        in = parse_list(p, left, at);
        return in != NULL ? make_with(p, NODE_NOT, at, in, NULL) : NULL;
    }
    return take_word(p, "in") ? parse_list(p, left, at) : left;
}

static struct node *parse_not(struct parser *p)
{
    struct node *n;
    size_t       at;

    skip_blanks(p);
    at = p->pos;
    if (!take_word(p, "not"))
        return parse_comparison(p);
    if (++p->depth > EXPRESSION_LEVELS_MAX)
        return refuse(p, at, "nested deeper than %d levels", EXPRESSION_LEVELS_MAX);
    n = make_with(p, NODE_NOT, at, parse_not(p), NULL);
    p->depth--;
    return n;
}

static struct node *parse_and(struct parser *p)
{
    struct node *n = parse_not(p);

    while (n != NULL && peek(p) != '\0') {
        size_t at = p->pos;

        if (!take_word(p, "and"))
            break;
        n = make_with(p, NODE_AND, at, n, parse_not(p));
    }
    return n;
}

static struct node *parse_or(struct parser *p)
{
    struct node *n;

    if (++p->depth > EXPRESSION_LEVELS_MAX)
        return refuse(p, p->pos, "nested deeper than %d levels", EXPRESSION_LEVELS_MAX);
    n = parse_and(p);
    while (n != NULL && peek(p) != '\0') {
        size_t at = p->pos;

        if (!take_word(p, "or"))
            break;
        n = make_with(p, NODE_OR, at, n, parse_and(p));
    }
    p->depth--;
    return n;
}

static struct node *parse_whole(struct parser *p)
{
    struct node *n = parse_or(p);
    char         c;

    if (n == NULL)
        return NULL;
    c = peek(p);
    if (p->pos >= p->end)
        return n;
    if (c == '-' || c == '/' || c == '#')
        return refuse(
            p, p->pos,
            "unexpected \"%c\"; a field whose name has more than letters, digits and _ stands in brackets, [Home-Phone]",
            c);
    if (is_word_byte(c, true)) {
        struct str word = peek_word(p);

        return refuse(p, p->pos,
                      "unexpected \"%.*s\"; a field with a blank in its name stands in brackets, [Home Phone]",
                      STR_ARG(word));
    }
    return refuse(p, p->pos, "unexpected \"%c\"", c >= ' ' && c <= '~' ? c : '?');
}

/* A chain a | b | c …, or a and b and c …, makes a tree as deep as the chain is long. Evaluation recurses, so the depth has a limit. */
static unsigned depth_of(const struct node *n, unsigned so_far)
{
    unsigned deepest = so_far;

    if (so_far > 4 * EXPRESSION_LEVELS_MAX)
        return so_far;
    for (size_t i = 0; i < n->count; i++) {
        unsigned d = depth_of(n->args[i], so_far + 1);

        deepest = d > deepest ? d : deepest;
    }
    return deepest;
}

static struct node *checked_depth(struct parser *p, struct node *n)
{
    if (n != NULL && depth_of(n, 1) > 4 * EXPRESSION_LEVELS_MAX)
        return refuse(p, n->at, "too long: more than %d steps in a row; use let:", 4 * EXPRESSION_LEVELS_MAX);
    return n;
}

struct node *expression_parse(const struct expression_place *place, struct str text)
{
    struct parser p = { .place = place, .text = text, .end = text.len };

    if (str_contains(text, STR("{{")))
        return refuse(&p, 0, "this is an expression already: leave the {{ }} out");
    return checked_depth(&p, parse_whole(&p));
}

/* Where the }} stands that closes the {{ before `pos`. Braces inside quotes do not count. */
static size_t closing_braces(struct str text, size_t pos)
{
    char quote = 0;

    for (; pos + 1 < text.len; pos++) {
        char c = text.ptr[pos];

        if (quote != 0)
            quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (c == '}' && text.ptr[pos + 1] == '}')
            return pos;
    }
    return text.len;
}

struct node *template_parse(const struct expression_place *place, struct str text)
{
    struct parser p = { .place = place, .text = text };
    struct node  *join = make(&p, NODE_JOIN, 0);
    size_t        pos = 0, cap = 0;

    while (pos < text.len) {
        const char *open = memmem(text.ptr + pos, text.len - pos, "{{", 2);
        size_t      begin = open != NULL ? (size_t)(open - text.ptr) : text.len;

        if (begin > pos) {
            struct node *literal = make(&p, NODE_TEXT, pos);

            literal->text = str_of(text.ptr + pos, begin - pos);
            add_arg(&p, join, literal, &cap);
        }
        if (open == NULL)
            break;
        p.pos = begin + 2;
        p.end = closing_braces(text, p.pos);
        if (p.end == text.len) {
            refuse(&p, begin, "the {{ that opens here is not closed by }}");
            break;
        }
        pos = p.end + 2;
        add_arg(&p, join, checked_depth(&p, parse_whole(&p)), &cap);
    }
    if (p.failed)
        return NULL;
    if (join->count == 1)
        return join->args[0];
    if (join->count == 0) {
        join->op = NODE_TEXT;
        join->text = STR("");
    }
    return join;
}
