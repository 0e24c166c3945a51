/* etl/pull/normalizer.c - turns a report's records into rows of its normalized table. */
#include "etl/pull/normalizer.h"

#include <ctype.h>

#include "etl/core/notation/date.h"

struct field_target { /* where a documented field goes */
    struct str field;
    int        column;
};
struct column_setting {
    const struct text *text;
    int                column;
};
struct normalizer {
    const struct table      *table;
    const struct report     *report;
    struct field_target     *targets;
    size_t                   target_count;
    struct column_setting   *settings;
    size_t                   setting_count;
    const struct date_form **dates; /* by column; NULL: ISO */
    bool                    *fills, *has_words;
    struct str              *secrets;
    size_t                   secret_count;
    int                      body; /* column of a body without records, or -1 */
    uint64_t                 odd;
    char                     first_odd[160];
};

/* ---- making one ---- */

static int column_of(const struct normalizer *n, struct str name, const char *where, struct findings *faults)
{
    int at = table_column_index(n->table, name);

    if (at < 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "column-unknown",
                     "report %.*s: %s: table %.*s has no column \"%.*s\"", STR_ARG(n->report->name), where,
                     STR_ARG(n->table->name), STR_ARG(name));
    return at;
}

/* "x_" and the field's name, in lower case; what is neither letter nor digit becomes "_". */
static struct str extra_name(struct str field, struct arena *mem)
{
    char *out = arena_bytes(mem, field.len + 3);

    out[0] = 'x';
    out[1] = '_';
    for (size_t i = 0; i < field.len; i++) {
        unsigned char c = (unsigned char)field.ptr[i];

        out[i + 2] = (char)(isalnum(c) || c >= 0x80 ? tolower(c) : '_');
    }
    return str_of(out, field.len + 2);
}

static void read_targets(struct normalizer *n, struct arena *mem, struct findings *faults)
{
    const struct report *r = n->report;

    n->targets = ARENA_ARRAY(mem, struct field_target, r->column_count + 1);
    n->secrets = ARENA_ARRAY(mem, struct str, r->column_count + r->secret_count + 1);
    for (size_t i = 0; i < r->column_count; i++) {
        int at;

        if (str_eq(r->columns[i].column, extra_name(r->columns[i].field, mem)))
            continue; /* an extra, which gets this name anyway; the description names it for the sandbox only */
        at = column_of(n, r->columns[i].column, "columns", faults);
        if (at < 0)
            continue;
        n->targets[n->target_count++] = (struct field_target){ r->columns[i].field, at };
        n->fills[at] = true;
        if (n->table->columns[at].secret)
            n->secrets[n->secret_count++] = r->columns[i].field;
    }
    for (size_t i = 0; i < r->secret_count; i++)
        n->secrets[n->secret_count++] = r->secrets[i];
}

static void read_settings(struct normalizer *n, struct arena *mem, struct findings *faults)
{
    const struct report *r = n->report;

    n->settings = ARENA_ARRAY(mem, struct column_setting, r->set.count + 1);
    for (size_t i = 0; i < r->set.count; i++) {
        int at = column_of(n, r->set.items[i].name, "set", faults);

        if (at < 0)
            continue;
        n->settings[n->setting_count++] = (struct column_setting){ &r->set.items[i].text, at };
        n->fills[at] = true;
    }
    n->body = r->body != REPORT_RECORDS ? column_of(n, r->body_column, "body", faults) : -1;
    if (n->body >= 0)
        n->fills[n->body] = true;
}

static void read_dates(struct normalizer *n, struct arena *mem, struct findings *faults)
{
    const struct report *r = n->report;

    n->dates = ARENA_ARRAY(mem, const struct date_form *, n->table->column_count + 1);
    for (size_t i = 0; i < r->dates.count; i++) {
        int         at = column_of(n, r->dates.items[i].name, "dates", faults);
        const char *fault = NULL;
        struct str  form = text_fill(&r->dates.items[i].text, NULL, NULL, 0, mem);

        if (at < 0)
            continue;
        n->dates[at] = date_form_new(form, mem, &fault);
        if (fault != NULL)
            findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "date-form", "report %.*s: dates: %.*s: %s",
                         STR_ARG(r->name), STR_ARG(form), fault);
    }
}

struct normalizer *normalizer_new(const struct tables *tables, const struct report *report, struct arena *mem,
                                  struct findings *faults)
{
    struct normalizer *n = ARENA_NEW(mem, struct normalizer);
    size_t             before = faults->errors;

    n->report = report;
    n->table = table_named(tables, report->table);
    if (n->table == NULL) {
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "table-unknown", "report %.*s: there is no table \"%.*s\"",
                     STR_ARG(report->name), STR_ARG(report->table));
        return NULL;
    }
    n->fills = ARENA_ARRAY(mem, bool, n->table->column_count + 1);
    n->has_words = ARENA_ARRAY(mem, bool, n->table->column_count + 1);
    read_targets(n, mem, faults);
    read_settings(n, mem, faults);
    read_dates(n, mem, faults);
    for (size_t i = 0; i < report->value_count; i++) {
        int at = column_of(n, report->values[i].column, "values", faults);

        if (at >= 0)
            n->has_words[at] = true;
    }
    return faults->errors == before ? n : NULL;
}

const struct table *normalizer_table(const struct normalizer *n)
{
    return n->table;
}

bool normalizer_fills(const struct normalizer *n, size_t column)
{
    return n->fills[column];
}

uint64_t normalizer_odd(const struct normalizer *n, char first[160])
{
    snprintf(first, 160, "%s", n->first_odd);
    return n->odd;
}

const struct str *normalizer_secrets(const struct normalizer *n, size_t *count)
{
    *count = n->secret_count;
    return n->secrets;
}

/* ---- one record ---- */

static struct str own_word(const struct normalizer *n, size_t column, struct str value)
{
    const struct report *r = n->report;

    for (size_t i = 0; i < r->value_count; i++)
        if (str_eq(r->values[i].column, n->table->columns[column].name) && str_eq_nocase(r->values[i].theirs, value))
            return r->values[i].ours;
    return value;
}

static struct str own_date(const struct normalizer *n, size_t column, struct str value, struct arena *mem)
{
    struct moment m;
    bool          is_date = n->table->columns[column].type == COLUMN_DATE;

    if (n->dates[column] == NULL || !date_form_read(n->dates[column], str_trim(value), &m))
        return value;
    if (is_date)
        return arena_fmt(mem, "%04d-%02d-%02d", m.year, m.month, m.day);
    return arena_fmt(mem, "%04d-%02d-%02d %02d:%02d:%02d", m.year, m.month, m.day, m.hour, m.minute, m.second);
}

static struct str normalize(struct normalizer *n, size_t column, struct str value, struct arena *mem)
{
    const struct table_column *c = &n->table->columns[column];

    if (c->secret) /* a secret or what stands for it is never changed */
        return value;
    value = str_trim(value);
    if (n->has_words[column])
        value = own_word(n, column, value);
    value = column_normalize(c->type, own_date(n, column, value, mem), mem);
    if (!column_is_well_written(c->type, value) && n->odd++ == 0)
        snprintf(n->first_odd, sizeof n->first_odd, "%.*s: %s", STR_ARG(c->name), shown(value, false).text);
    return value;
}

static const struct field_target *target_of(const struct normalizer *n, struct str field)
{
    for (size_t i = 0; i < n->target_count; i++)
        if (str_eq(n->targets[i].field, field))
            return &n->targets[i];
    return NULL;
}

static enum etl_status take_fields(struct normalizer *n, const struct reply_record *record, struct normal_row *row,
                                   struct arena *mem, struct err *err)
{
    struct pair_value *extras = ARENA_ARRAY(mem, struct pair_value, record->count + 1);
    size_t             known = 0;

    for (size_t i = 0; i < record->count; i++) {
        const struct field_target *t = target_of(n, record->fields[i].name);

        if (t != NULL) {
            known++;
            if (row->cells[t->column].len == 0) /* of two fields for one column, the first that is not empty wins */
                row->cells[t->column] = normalize(n, (size_t)t->column, record->fields[i].value, mem);
        } else {
            extras[row->extra_count++] =
                (struct pair_value){ extra_name(record->fields[i].name, mem), record->fields[i].value };
        }
    }
    row->extras = extras;
    if (known == 0)
        return err_set(err, ETL_REJECT, "report-row", "a record has none of the documented fields, the first is %s",
                       record->count != 0 ? shown(record->fields[0].name, false).text : "not there");
    return ETL_OK;
}

enum etl_status normalizer_record(struct normalizer *n, const struct reply_record *record,
                                  const struct report_request *request, struct arena *row_mem, struct normal_row *out,
                                  struct err *err)
{
    struct normal_row row = { .cells = ARENA_ARRAY(row_mem, struct str, n->table->column_count + 1) };

    if (n->body >= 0 && record->count != 0) {
        row.cells[n->body] = str_trim(record->fields[0].value);
    } else {
        enum etl_status st = take_fields(n, record, &row, row_mem, err);

        if (st != ETL_OK)
            return st;
    }
    for (size_t i = 0; i < n->setting_count; i++) {
        struct str text = text_fill(n->settings[i].text, request->values, request->row, request->row_count, row_mem);

        if (text.ptr != NULL && row.cells[n->settings[i].column].len == 0)
            row.cells[n->settings[i].column] = normalize(n, (size_t)n->settings[i].column, text, row_mem);
    }
    *out = row;
    return ETL_OK;
}
