/* providers/rules/rules.c - is this value what the provider takes? One value against the rules of its type. */
#include "providers/rules/rules.h"

#include "etl/core/notation/date.h"

#include <arpa/inet.h>

#include "etl/core/utf8.h"
#include "providers/rules/dictionary.h"
#include "providers/rules/rules_private.h"

struct rule_check *rule_check_new(struct str today)
{
    struct rule_check *c = calloc(1, sizeof *c);

    if (c == NULL)
        memory_exhausted("the rules", sizeof *c);
    snprintf(c->today, sizeof c->today, "%.*s", STR_ARG(today));
    c->match = pattern_match_new();
    return c;
}

void rule_check_free(struct rule_check *c)
{
    if (c == NULL)
        return;
    pattern_match_free(c->match);
    free(c);
}

/* ---- the checks ---- */

static bool all_in(const bool chars[256], struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!chars[(unsigned char)value.ptr[i]])
            return false;
    return true;
}

static bool in_words(const struct rule *r, struct str value)
{
    for (size_t i = 0; i < r->word_count; i++)
        if (str_eq(r->words[i], value))
            return true;
    return false;
}

/* A digit for each letter of the form; every other character as it is. */
static bool fits_form(struct str form, struct str value)
{
    if (value.len != form.len)
        return false;
    for (size_t i = 0; i < form.len; i++) {
        bool letter = (form.ptr[i] | 0x20) >= 'a' && (form.ptr[i] | 0x20) <= 'z';
        bool digit = value.ptr[i] >= '0' && value.ptr[i] <= '9';

        if (letter ? !digit : value.ptr[i] != form.ptr[i])
            return false;
    }
    return true;
}

static int digits_at(struct str value, size_t at, size_t count)
{
    int n = 0;

    for (size_t i = at; i < at + count; i++)
        n = n * 10 + (value.ptr[i] - '0');
    return n;
}

/* A real date of the calendar, a real time of day. */
static bool is_date(struct str form, struct str value)
{
    bool   has_date = form.ptr[0] == 'Y', has_time = form.ptr[form.len - 1] == 's';
    size_t time_at = form.len - 8;

    if (!fits_form(form, value))
        return false;
    if (form.len == 4) /* YYYY */
        return digits_at(value, 0, 4) >= 1;
    if (has_date && !date_is_real(digits_at(value, 0, 4), digits_at(value, 5, 2), digits_at(value, 8, 2)))
        return false;
    return !has_time || (digits_at(value, time_at, 2) < 24 && digits_at(value, time_at + 3, 2) < 60 &&
                         digits_at(value, time_at + 6, 2) < 60);
}

static bool date_holds(const struct rule_check *c, const struct rule *r, struct str value)
{
    int order;

    if (in_words(r, value))
        return true;
    if (!is_date(r->form, value))
        return false;
    /* ISO dates compare as text. */
    order = str_cmp(str_head(value, 10), str_head(str_from(c->today), value.len));
    return !r->future || order > 0 || (r->today_too && order == 0);
}

static bool is_mac(struct str value)
{
    if (value.len != 17)
        return false;
    for (size_t i = 0; i < 17; i++) {
        char ch = value.ptr[i];
        bool hex = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');

        if (i % 3 == 2 ? ch != ':' && ch != '-' : !hex)
            return false;
    }
    return true;
}

static bool address_holds(const struct rule *r, struct str value)
{
    char            text[48];
    struct in6_addr address;

    if (str_is(r->form, "mac"))
        return is_mac(value);
    if (value.len >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", STR_ARG(value));
    return strlen(text) == value.len && (inet_pton(AF_INET, text, &address) == 1 ||
                                         (str_is(r->form, "ip") && inet_pton(AF_INET6, text, &address) == 1));
}

static struct str local_of(struct str login)
{
    struct str local;

    str_cut(login, '@', &local);
    return local;
}

static bool relation_holds(const struct rule *r, struct str value, struct str role)
{
    struct str local = local_of(role);

    if (role.len == 0)
        return true;
    if (r->check == CHECK_NOT_EQUAL)
        return !str_eq_nocase(value, role) && !str_eq_nocase(value, local);
    return !str_contains_nocase(value, role) && (local.len == 0 || !str_contains_nocase(value, local));
}

/* A card number: 12 to 19 digits, not counting blanks and dashes, with the check digit of ISO/IEC 7812-1 (Luhn). */
static bool is_card(struct str value)
{
    unsigned sum = 0, digits = 0;

    for (size_t i = value.len; i-- != 0;) {
        unsigned n = (unsigned)(value.ptr[i] - '0');

        if (value.ptr[i] == ' ' || value.ptr[i] == '-')
            continue;
        if (n > 9)
            return false;
        sum += digits % 2 == 0 ? n : n < 5 ? 2 * n : 2 * n - 9;
        digits++;
    }
    return digits >= 12 && digits <= 19 && sum % 10 == 0;
}

enum holds { HOLDS, BROKEN, TOO_HARD };

static enum holds check_part(struct rule_check *c, const struct rule *r, struct str value,
                             const struct relations *relations)
{
    size_t  length;
    int64_t number;

    switch (r->check) {
    case CHECK_LENGTH:
        length = utf8_count(value);
        return (int64_t)length >= r->min && (int64_t)length <= r->max ? HOLDS : BROKEN;
    case CHECK_CHARS: return all_in(r->chars, value) ? HOLDS : BROKEN;
    case CHECK_FIRST: return value.len == 0 || r->chars[(unsigned char)value.ptr[0]] ? HOLDS : BROKEN;
    case CHECK_PATTERN:
        switch (pattern_run(r->pattern, value, c->match)) {
        case PATTERN_YES: return HOLDS;
        case PATTERN_LIMIT: return TOO_HARD;
        case PATTERN_NO: break;
        }
        return BROKEN;
    case CHECK_ONE_OF: return in_words(r, value) ? HOLDS : BROKEN;
    case CHECK_NONE_OF: return in_words(r, value) ? BROKEN : HOLDS;
    case CHECK_DATE: return date_holds(c, r, value) ? HOLDS : BROKEN;
    case CHECK_NUMBER: return str_to_i64(value, &number) && number >= r->min && number <= r->max ? HOLDS : BROKEN;
    case CHECK_ADDRESS: return address_holds(r, value) ? HOLDS : BROKEN;
    case CHECK_NOT_EQUAL:
    case CHECK_NOT_CONTAINING:
        return relations == NULL || relation_holds(r, value, relations->role(relations, r->role)) ? HOLDS : BROKEN;
    case CHECK_NOT_WORD: return word_is_dictionary(value) ? BROKEN : HOLDS;
    case CHECK_NOT_WEAK: return word_is_weak(value) ? BROKEN : HOLDS;
    case CHECK_NOT_CARD: return is_card(value) ? BROKEN : HOLDS;
    case CHECK_NOT_CLEAR:
        return relations != NULL && relations->clear.ptr != NULL && str_eq(relations->clear, value) ? BROKEN : HOLDS;
    }
    return BROKEN;
}

static enum holds check_value(struct rule_check *c, const struct rule *r, struct str value,
                              const struct relations *relations)
{
    struct str local, domain;
    enum holds first;

    if (r->part == PART_WHOLE)
        return check_part(c, r, value, relations);
    domain = str_cut(value, '@', &local);
    if (r->part == PART_DOMAIN)
        return domain.ptr == NULL ? HOLDS : check_part(c, r, domain, relations);
    first = check_part(c, r, local, relations);
    if (r->part == PART_LOCAL || domain.ptr == NULL || first != HOLDS)
        return first;
    return check_part(c, r, domain, relations);
}

enum etl_status rule_judge(struct rule_check *c, const struct rule *r, const char *field, bool secret, struct str value,
                           const struct relations *relations, struct err *err)
{
    switch (check_value(c, r, value, relations)) {
    case HOLDS: return ETL_OK;
    case TOO_HARD:
        if (err != NULL)
            err->field = field;
        return err_set(err, ETL_REJECT, rule_name(r, c), "cannot be checked: the pattern takes too long on %s",
                       shown(value, secret).text);
    case BROKEN: break;
    }
    if (err == NULL)
        return ETL_REJECT;
    err->field = field;
    return err_set(err, ETL_REJECT, rule_name(r, c), "%.*s, got %s", STR_ARG(r->message), shown(value, secret).text);
}

const char *rule_name(const struct rule *r, struct rule_check *c)
{
    snprintf(c->name, sizeof c->name, "%.*s", STR_ARG(r->id));
    return c->name;
}

static struct str role_of_pairs(const struct relations *relations, struct str role)
{
    for (size_t i = 0; i < relations->pair_count; i++)
        if (str_eq(relations->pairs[i].name, role))
            return relations->pairs[i].value;
    return STR_NONE;
}

enum etl_status rule_holds(struct rule_check *c, const struct rule *r, struct str value, const struct pair_value *roles,
                           size_t role_count, struct err *err)
{
    struct relations relations = { .role = role_of_pairs, .pairs = roles, .pair_count = role_count };

    for (size_t i = 0; i < role_count; i++)
        if (str_is(roles[i].name, "clear"))
            relations.clear = roles[i].value;
    return rule_judge(c, r, NULL, false, value, &relations, err);
}

enum etl_status rules_value(struct rule_check *c, const struct param *p, const struct value_type *type,
                            struct str value, struct err *err)
{
    if (type == NULL)
        type = p->type;
    for (size_t i = 0; type != NULL && i < type->rule_count; i++)
        if (type->rules[i]->severity == SEVERITY_ERROR &&
            rule_judge(c, type->rules[i], NULL, p != NULL && p->secret, value, NULL, err) != ETL_OK)
            return ETL_REJECT;
    return ETL_OK;
}
