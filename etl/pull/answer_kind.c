/* etl/pull/answer_kind.c - what all answers to one report share. */
#include "etl/pull/answer_kind.h"

#include "etl/core/limits.h"
#include "providers/replies/rows.h"

enum redactor_form answer_kind_form(const struct answer_kind *k)
{
    return k->report->command->reply->styles[k->wire != NULL ? k->wire->index : 0]->form;
}

struct redactor *answer_kind_redactor(const struct answer_kind *k, const struct redactor_how *how)
{
    struct str columns[REPLY_ROW_FIELDS_MAX];
    size_t     n = 0;

    for (; n < k->report->column_count && n < REPLY_ROW_FIELDS_MAX; n++)
        columns[n] = k->report->columns[n].field;
    return redactor_new(answer_kind_form(k), how, columns, n);
}
