/* etl/language/filter_date.c - the filters that write dates anew. */
#include "etl/core/notation/date.h"
#include "etl/language/filter.h"

static bool write_moment(struct eval *e, const struct date_form *form, const struct moment *m, struct value *v)
{
    char *out = eval_bytes(e, DATE_FORM_BYTES);

    if (out == NULL)
        return false;
    v->text = str_of(out, date_form_write(form, m, out));
    return true;
}

bool filter_date(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    const struct date_form *const *forms = n->prepared;
    struct str                     s = str_trim(v->text);
    struct moment                  m;

    (void)args;
    if (s.len == 0) {
        *v = VALUE_NONE;
        return true;
    }
    if (date_form_read(forms[0], s, &m))
        return write_moment(e, n->count > 2 ? forms[1] : NULL, &m, v);
    return eval_fail(e, "date", "is no date %.*s: %s", STR_ARG(n->args[1]->text), shown(v->text, v->secret).text);
}

bool filter_plus_days(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct moment m;

    (void)args;
    if (!date_form_read(NULL, v->text, &m))
        return eval_fail(e, "date", "is no date YYYY-MM-DD: %s", shown(v->text, v->secret).text);
    if (!moment_add_days(&m, n->numbers[0]))
        return eval_fail(e, "date", "plus_days leaves the calendar: %s", shown(v->text, v->secret).text);
    return write_moment(e, NULL, &m, v);
}
