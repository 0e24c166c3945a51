/* formats/json_list_frame.c - what stands around the list of records in a JSON document. */
#include "formats/json_list_frame.h"

#include "etl/core/notation/json_string.h"

void json_list_frame_begin(struct buf *out, struct str records)
{
    struct str rest = records, part;

    while (records.len != 0 && rest.ptr != NULL) {
        rest = str_cut(rest, '.', &part);
        buf_byte(out, '{');
        json_string_add(out, part);
        buf_byte(out, ':');
    }
    buf_byte(out, '[');
}

void json_list_frame_end(struct buf *out, struct str records)
{
    buf_byte(out, ']');
    for (size_t i = 0; records.len != 0 && i <= records.len; i++)
        if (i == records.len || records.ptr[i] == '.')
            buf_byte(out, '}');
    buf_byte(out, '\n');
}
