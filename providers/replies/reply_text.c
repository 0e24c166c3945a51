/* providers/replies/reply_text.c - answers that are a line of text: no records in them. */
#include "providers/replies/reply.h"
#include "providers/replies/reply_writer.h"

static enum etl_status text_records(const struct command *command, struct str body, struct arena *call_mem,
                                    const struct reply_record **out, size_t *count, struct err *err)
{
    (void)command;
    (void)body;
    (void)call_mem;
    (void)err;
    *out = NULL;
    *count = 0;
    return ETL_OK;
}

const struct reply_style reply_text = {
    .name = "text",
    .summary = "a line of text",
    .writer = &write_csv,
    .records = text_records,
};
