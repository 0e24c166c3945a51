/* providers/wires/soap_type.c - which XML Schema type SOAP::Lite gives a text by its looks. */
#include "providers/wires/soap_type.h"

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(struct str s, size_t at)
{
    size_t n = 0;

    while (at + n < s.len && digit(s.ptr[at + n]))
        n++;
    return n;
}

static bool sign(char c)
{
    return c == '+' || c == '-';
}

/* ---- the shapes, one function each, in SOAP::Lite's order ---- */

static bool is_binary(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c > 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
            return true;
    }
    return false;
}

static bool is_zero_string(struct str s)
{
    return s.len > 1 && s.ptr[0] == '0' && digits(s, 0) == s.len;
}

/* [+-]?\d+ up to a magnitude, compared as text without leading zeros: the shorter one is smaller. */
static bool is_integer(struct str s, const char *positive, const char *negative)
{
    size_t      from = s.len != 0 && sign(s.ptr[0]);
    const char *most = from != 0 && s.ptr[0] == '-' ? negative : positive;

    if (s.len == from || digits(s, from) != s.len - from)
        return false;
    while (from + 1 < s.len && s.ptr[from] == '0')
        from++;
    return s.len - from < strlen(most) ||
           (s.len - from == strlen(most) && memcmp(s.ptr + from, most, s.len - from) <= 0);
}

static bool is_int(struct str s)
{
    return is_integer(s, "2147483647", "2147483648");
}

static bool is_long(struct str s)
{
    /* SOAP::Lite checks the upper bound only, so every negative number counts. */
    return is_integer(s, "9223372036854775807",
                      "99999999999999999999999999999999999999999999999999999999999999999999999999999999");
}

static bool is_float(struct str s)
{
    size_t at = s.len != 0 && sign(s.ptr[0]), whole, part = 0, exponent;
    bool   dot;

    if (str_is(str_skip(s, s.len != 0 && s.ptr[0] == '-'), "NaN") ||
        str_is(str_skip(s, s.len != 0 && s.ptr[0] == '-'), "INF"))
        return true;
    whole = digits(s, at);
    at += whole;
    dot = at < s.len && s.ptr[at] == '.';
    if (dot)
        part = digits(s, ++at);
    at += part;
    if (whole == 0 && (!dot || part == 0))
        return false;
    if (at == s.len)
        return true;
    if ((s.ptr[at] | 0x20) != 'e')
        return false;
    at++;
    at += at < s.len && sign(s.ptr[at]);
    exponent = digits(s, at);
    return exponent != 0 && at + exponent == s.len;
}

/* In the shape, 9 stands for a digit, a leading ? for an optional sign, any other character for itself. Returns the rest of the text; STR_NONE:
 * the text has another shape. */
static struct str after(const char *form, struct str s)
{
    if (*form == '?') {
        form++;
        if (s.len != 0 && s.ptr[0] == '-')
            s = str_skip(s, 1);
    }
    for (; *form != '\0'; form++, s = str_skip(s, 1))
        if (s.len == 0 || (*form == '9' ? !digit(s.ptr[0]) : s.ptr[0] != *form))
            return STR_NONE;
    return s;
}

/* A time zone: nothing, Z, or +hh:mm; with `minus_only` -hh:mm only. */
static bool is_zone(struct str s, bool minus_only)
{
    if (s.ptr == NULL || s.len == 0)
        return s.ptr != NULL;
    if (minus_only)
        return s.ptr[0] == '-' && after("99:99", str_skip(s, 1)).ptr != NULL && s.len == 6;
    return (s.ptr[0] == 'Z' && s.len == 1) ||
           (sign(s.ptr[0]) && s.len == 6 && after("99:99", str_skip(s, 1)).ptr != NULL);
}

static struct str without_fraction(struct str s)
{
    struct str rest = s.ptr != NULL ? after(".999", s) : STR_NONE;

    return rest.ptr != NULL ? rest : s;
}

static bool is_month(struct str s)
{
    return is_zone(after("--99--", s), true);
}
static bool is_day(struct str s)
{
    return is_zone(after("---99", s), true);
}
static bool is_year(struct str s)
{
    return is_zone(after("?9999", s), true);
}
static bool is_month_day(struct str s)
{
    return is_zone(after("-99-99", s), true);
}
static bool is_year_month(struct str s)
{
    return is_zone(after("?9999-99", s), false);
}
static bool is_date(struct str s)
{
    return is_zone(after("?9999-99-99", s), false);
}
static bool is_time(struct str s)
{
    return is_zone(without_fraction(after("99:99:99", s)), false);
}
static bool is_date_time(struct str s)
{
    return is_zone(without_fraction(after("9999-99-99T99:99:99", s)), false);
}

/* P1Y2M3DT4H5M6S, in that order, at least one of them. SOAP::Lite's pattern allows a colon before each. */
static bool is_duration(struct str s)
{
    static const char order[] = "YMDTHMS";
    const char       *next = order;
    size_t            parts = 0;

    if (s.len != 0 && s.ptr[0] == '-')
        s = str_skip(s, 1);
    if (s.len == 0 || s.ptr[0] != 'P')
        return false;
    s = str_skip(s, 1);
    while (s.len != 0) {
        size_t      n, colon = s.ptr[0] == ':';
        const char *at;

        if (s.ptr[0] == 'T' && next <= order + 3) {
            next = order + 4;
            s = str_skip(s, 1);
            continue;
        }
        n = digits(s, colon);
        if (n == 0 || colon + n >= s.len)
            return false;
        at = strchr(next, s.ptr[colon + n]);
        if (at == NULL || *at == 'T' || (next < order + 4 && at > order + 3))
            return false;
        next = at + 1;
        parts++;
        s = str_skip(s, colon + n + 1);
    }
    return parts != 0;
}

static bool is_boolean(struct str s)
{
    return str_is(s, "true") || str_is(s, "false");
}

static bool is_uri(struct str s)
{
    return str_eq_nocase(str_head(s, 4), STR("urn:")) || str_eq_nocase(str_head(s, 7), STR("http://"));
}

static const struct {
    const char *type;
    bool (*fits)(struct str);
} types[] = {
    { "xsd:base64Binary", is_binary },
    { "xsd:string", is_zero_string },
    { "xsd:int", is_int },
    { "xsd:long", is_long },
    { "xsd:float", is_float },
    { "xsd:gMonth", is_month },
    { "xsd:gDay", is_day },
    { "xsd:gYear", is_year },
    { "xsd:gMonthDay", is_month_day },
    { "xsd:gYearMonth", is_year_month },
    { "xsd:date", is_date },
    { "xsd:time", is_time },
    { "xsd:dateTime", is_date_time },
    { "xsd:duration", is_duration },
    { "xsd:boolean", is_boolean },
    { "xsd:anyURI", is_uri },
};

const char *soap_type(struct str text)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].fits(text))
            return types[i].type;
    return "xsd:string";
}

bool soap_is_base64(const char *type)
{
    return type == types[0].type;
}

bool soap_name_fits(struct str name)
{
    if (name.len == 0 || str_eq_nocase(str_head(name, 3), STR("xml")) || digit(name.ptr[0]) || name.ptr[0] == '-' ||
        name.ptr[0] == '.')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_' && c != '-' && c != '.')
            return false;
    }
    return true;
}
