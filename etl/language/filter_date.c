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

static bool run_date(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    const struct date_form *const *forms = n->prepared;
    struct str                     s = str_trim(v->text);
    struct moment                  m;

    FILTER_UNUSED;
    if (s.len == 0) {
        *v = VALUE_NONE;
        return true;
    }
    if (date_form_read(forms[0], s, &m))
        return write_moment(e, n->count > 2 ? forms[1] : NULL, &m, v);
    return eval_fail(e, "date", "is no date %.*s: %s", STR_ARG(n->args[1]->text), shown(v->text, v->secret).text);
}

static bool run_plus_days(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct moment m;

    FILTER_UNUSED;
    if (!date_form_read(NULL, v->text, &m))
        return eval_fail(e, "date", "is no date YYYY-MM-DD: %s", shown(v->text, v->secret).text);
    if (!moment_add_days(&m, n->numbers[0]))
        return eval_fail(e, "date", "plus_days leaves the calendar: %s", shown(v->text, v->secret).text);
    return write_moment(e, NULL, &m, v);
}

static const char *check_days(const struct node *n)
{
    return n->numbers[0] < -366000 || n->numbers[0] > 366000 ? "within a thousand years" : NULL;
}

const struct filter filter_date = {
    .name = "date",
    .form = "date(from, to)",
    .summary = "a date written anew",
    .args = { ARG_DATE, ARG_DATE },
    .least = 1,
    .most = 2,
    .run = run_date,
};

const struct filter filter_plus_days = {
    .name = "plus_days",
    .form = "plus_days(n)",
    .summary = "an ISO date, n days later",
    .args = { ARG_NUMBER },
    .least = 1,
    .most = 1,
    .run = run_plus_days,
    .check = check_days,
};
