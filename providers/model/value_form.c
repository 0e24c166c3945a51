/* providers/model/value_form.c - a value as the provider writes it: dates in its form, lists joined; and the way back. */
#include "providers/model/value_form.h"

#include "etl/core/notation/date.h"

#include "etl/core/notation/list.h"

enum { LONGEST = 4 << 20 };

/* ---- dates ---- */

/* Offsets of YYYY, MM and DD in a form; -1: it is not there. */
struct date_places {
    int year, month, day;
};

static int find(struct str form, const char *part)
{
    size_t len = strlen(part);

    for (size_t i = 0; i + len <= form.len; i++)
        if (memcmp(form.ptr + i, part, len) == 0)
            return (int)i;
    return -1;
}

static bool places(struct str form, struct date_places *out)
{
    *out = (struct date_places){ find(form, "YYYY"), find(form, "MM"), find(form, "DD") };
    return out->year >= 0 && out->month >= 0 && out->day >= 0;
}

bool date_form_is_known(struct str form)
{
    struct date_places at;

    if (form.len != 10 || !places(form, &at))
        return false;
    for (size_t i = 0; i < form.len; i++)
        if (strchr("YMD/-. ", form.ptr[i]) == NULL)
            return false;
    return true;
}

static int number_at(struct str s, int at, int digits)
{
    int n = 0;

    for (int i = at; i < at + digits; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return -1;
        n = n * 10 + (s.ptr[i] - '0');
    }
    return n;
}

bool date_is_iso(struct str s)
{
    return s.len == 10 && s.ptr[4] == '-' && s.ptr[7] == '-' &&
           date_is_real(number_at(s, 0, 4), number_at(s, 5, 2), number_at(s, 8, 2));
}

static void write_date(struct str form, struct str iso, struct buf *out)
{
    struct date_places at;
    char               text[10];

    if (!date_is_iso(iso) || form.len != sizeof text || !places(form, &at)) {
        buf_add(out, iso);
        return;
    }
    memcpy(text, form.ptr, sizeof text);
    memcpy(text + at.year, iso.ptr, 4);
    memcpy(text + at.month, iso.ptr + 5, 2);
    memcpy(text + at.day, iso.ptr + 8, 2);
    buf_add(out, str_of(text, sizeof text));
}

static bool read_date(struct str form, struct str text, struct arena *mem, struct str *out)
{
    struct date_places at;
    struct str         iso;

    if (text.len != form.len || !places(form, &at))
        return false;
    for (size_t i = 0; i < form.len; i++)
        if (strchr("YMD", form.ptr[i]) == NULL && text.ptr[i] != form.ptr[i])
            return false;
    iso = arena_fmt(mem, "%.4s-%.2s-%.2s", text.ptr + at.year, text.ptr + at.month, text.ptr + at.day);
    *out = iso;
    return date_is_iso(iso);
}

/* ---- lists ---- */

bool list_part_fits(const struct list_form *list, struct str part)
{
    if (list->join.ptr == NULL || list->quoted || part.len == 0)
        return true;
    /* "a:" joined with ":::" would be split into "a" and ":". So a part may not begin or end with a character of the separator. */
    return !str_contains(part, list->join) && part.ptr[0] != list->join.ptr[list->join.len - 1] &&
           part.ptr[part.len - 1] != list->join.ptr[0] && (list->close.len == 0 || !str_contains(part, list->close));
}

static void write_quoted(struct str part, struct buf *out)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < part.len; i++) {
        if (part.ptr[i] == '"' || part.ptr[i] == '\\')
            buf_byte(out, '\\');
        buf_byte(out, part.ptr[i]);
    }
    buf_byte(out, '"');
}

static const struct value_type *part_type(const struct list_form *list, size_t at)
{
    return list->each != NULL ? list->each : at < list->part_count ? list->parts[at].type : NULL;
}

static void write_list(const struct list_form *list, struct str value, struct buf *out)
{
    AUTO(arena_release) struct arena mem;
    struct list_reader               r = list_open(value);
    struct list_item                 item;

    arena_init(&mem, LONGEST, "a list");
    buf_add(out, list->open);
    for (size_t i = 0; list_next(&r, &mem, &item); i++) {
        if (i != 0)
            buf_add(out, list->join);
        if (list->quoted)
            write_quoted(item.text, out);
        else
            value_form_write(part_type(list, i), item.text, out);
    }
    buf_add(out, list->close);
}

/* Cuts the next part off *rest; *last: no part follows it. */
static bool cut_part(const struct list_form *list, struct str *rest, struct arena *mem, struct str *part, bool *last)
{
    const char *end;

    if (!list->quoted) {
        end =
            list->join.len != 0 && rest->len != 0 ? memmem(rest->ptr, rest->len, list->join.ptr, list->join.len) : NULL;
        *last = end == NULL;
        *part = *last ? *rest : str_of(rest->ptr, (size_t)(end - rest->ptr));
        *rest = str_skip(*rest, part->len + (*last ? 0 : list->join.len));
        return true;
    }
    if (rest->len < 2 || rest->ptr[0] != '"')
        return false;
    char  *text = arena_bytes(mem, rest->len);
    size_t len = 0, i = 1;

    for (; i < rest->len && rest->ptr[i] != '"'; i++) {
        i += rest->ptr[i] == '\\' && i + 1 < rest->len;
        text[len++] = rest->ptr[i];
    }
    if (i == rest->len)
        return false;
    *part = str_of(text, len);
    *rest = str_skip(*rest, i + 1);
    *last = rest->len == 0;
    if (!*last && !str_starts(*rest, list->join))
        return false;
    *rest = str_skip(*rest, *last ? 0 : list->join.len);
    return true;
}

static bool read_list(const struct list_form *list, struct str text, struct arena *mem, struct buf *out)
{
    bool last = text.len < list->open.len + list->close.len;

    if (!str_starts(text, list->open) || !str_ends(text, list->close) || last)
        return false;
    text = str_of(text.ptr + list->open.len, text.len - list->open.len - list->close.len);
    list_begin(out);
    for (size_t i = 0; !last; i++) {
        const struct value_type *type = part_type(list, i);
        struct value             value;
        struct str               part;

        if (!cut_part(list, &text, mem, &part, &last))
            return false;
        if (type != NULL && type->list != NULL) {
            if (!read_list(type->list, part, mem, out))
                return false;
        } else {
            if (part.len != 0 && type != NULL && value_form_read(type, part, mem, &value))
                part = value.text;
            else if (part.len != 0 && type != NULL && type->date.len != 0)
                return false;
            list_text(out, part);
        }
    }
    list_end(out);
    return true;
}

/* ---- any value ---- */

bool value_form_differs(const struct value_type *type)
{
    return type != NULL && (type->date.len != 0 || (type->list != NULL && type->list->join.ptr != NULL));
}

void value_form_write(const struct value_type *type, struct str value, struct buf *out)
{
    if (type != NULL && type->list != NULL && type->list->join.ptr != NULL && list_is_valid(value))
        write_list(type->list, value, out);
    else if (type != NULL && type->date.len != 0)
        write_date(type->date, value, out);
    else
        buf_add(out, value);
}

bool value_form_read(const struct value_type *type, struct str text, struct arena *mem, struct value *out)
{
    *out = VALUE_OF(text);
    if (type != NULL && type->list != NULL && type->list->join.ptr != NULL) {
        AUTO(buf_release) struct buf list;

        buf_init(&list, LONGEST, "a list");
        if (!read_list(type->list, text, mem, &list) || buf_failed(&list))
            return false;
        *out = (struct value){ VALUE_LIST, false, arena_str(mem, buf_str(&list)) };
    } else if (type != NULL && type->date.len != 0) {
        return read_date(type->date, text, mem, &out->text);
    }
    return true;
}
