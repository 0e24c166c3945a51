/* formats/json/json_list_cutter.c - cuts the list of records in a JSON document into blocks. */
#include "formats/json/json_list_cutter.h"

#include "formats/newlines.h"

void json_list_cutter_init(struct json_list_cutter *l, struct json_carry *carry, const struct json_options *options)
{
    *l = (struct json_list_cutter){ .carry = carry,
                                    .records = options->records,
                                    .max_record = options->max_record,
                                    .block_bytes = options->block_bytes,
                                    .outer = json_outer_new(options->records) };
}

void json_list_cutter_release(struct json_list_cutter *l)
{
    json_outer_free(l->outer);
}

enum etl_status json_list_cutter_enter(struct json_list_cutter *l, struct err *err)
{
    struct json_carry *c = l->carry;
    bool               entered = false;
    size_t             used;

    if (c->at == c->bytes.len)
        return err_set(err, ETL_UNREAD, "json-records", "the file is empty");
    if (l->records.len == 0 && c->bytes.ptr[c->at] != '[') {
        enum etl_status st = json_outer_refuse(l->outer, str_skip(buf_str(&c->bytes), c->at), err);

        json_carry_place(c, c->at, err);
        return st;
    }
    c->at = 0;
    while (!entered) {
        enum etl_status st = json_outer_enter(l->outer, buf_str(&c->bytes), &used, &entered, err);

        if (st != ETL_OK)
            return json_carry_place(c, used, err);
        json_carry_drop(c, used);
        if (entered)
            break;
        if (c->source_ended)
            return json_outer_end(l->outer, err);
        st = json_carry_more(c, JSON_BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
    return ETL_OK;
}

/* ---- cutting ---- */

static void note_long(struct json_list_cutter *l, size_t begin)
{
    l->long_line = l->carry->line + newlines_count(l->carry->bytes.ptr, begin, '\n');
    l->long_offset = l->carry->offset + begin;
}

static void put_too_long(struct json_list_cutter *l, struct json_block *b)
{
    json_block_fill_too_long(b, l->long_line, l->long_offset);
    l->is_long = false;
}

/* A value that is neither object nor list ends before a blank or the next sign of the list. */
static enum json_scan_end scan_scalar(struct json_list_cutter *l)
{
    struct json_carry *c = l->carry;

    for (; c->at < c->bytes.len; c->at++) {
        char byte = c->bytes.ptr[c->at];

        if (l->scan.escaped) {
            l->scan.escaped = false;
        } else if (l->scan.in_string) {
            l->scan.escaped = byte == '\\';
            l->scan.in_string = byte != '"';
            if (byte == '\n')
                return JSON_SCAN_OPEN_STRING;
        } else if (json_is_blank(byte) || byte == ',' || byte == ']' || byte == '}') {
            return JSON_SCAN_DONE;
        } else {
            l->scan.in_string = byte == '"';
        }
    }
    return JSON_SCAN_MORE;
}

/* Goes on through the value that is being examined. ETL_END: the bytes end inside it. */
static enum etl_status walk_value(struct json_list_cutter *l, struct json_block *b, struct err *err)
{
    struct json_carry *c = l->carry;
    const char        *at = c->bytes.ptr + c->at;
    enum json_scan_end how;

    if (l->is_scalar) {
        how = scan_scalar(l);
    } else {
        how = json_scan(&l->scan, &at, c->bytes.ptr + c->bytes.len);
        c->at = (size_t)(at - c->bytes.ptr);
    }
    switch (how) {
    case JSON_SCAN_DONE: break;
    case JSON_SCAN_MORE:
        if (c->at - c->value > l->max_record && !l->is_dropping) {
            note_long(l, c->value);
            l->is_dropping = true;
        }
        return ETL_END;
    case JSON_SCAN_MISMATCH: return json_carry_broken(c, c->at, err, "this bracket closes what is not open");
    case JSON_SCAN_OPEN_STRING: return json_carry_broken(c, c->at, err, "a string is not closed before its line ends");
    case JSON_SCAN_DEEP: return json_carry_broken(c, c->at, err, "nested too deeply here");
    }
    if (c->at == c->value && !l->is_dropping)
        return json_carry_broken(c, c->at, err, "a record is missing here");
    l->place = PLACE_AFTER;
    if (!l->is_dropping && c->at - c->value <= l->max_record) {
        json_block_add_span(b, c->value, c->at - c->value);
        return ETL_OK;
    }
    if (!l->is_dropping)
        note_long(l, c->value);
    l->is_dropping = false;
    l->is_long = true;
    return ETL_OK;
}

/* Goes on through the list until the block is full, the bytes end (ETL_END) or the list ends. */
static enum etl_status walk(struct json_list_cutter *l, struct json_block *b, struct err *err)
{
    struct json_carry *c = l->carry;
    enum etl_status    st = ETL_OK;

    while (st == ETL_OK && (b->span_count == 0 || c->at < l->block_bytes) && !l->is_long && l->place != PLACE_BEHIND) {
        char first;

        if (l->place == PLACE_VALUE) {
            st = walk_value(l, b, err);
            continue;
        }
        json_carry_skip_blanks(c);
        if (c->at == c->bytes.len)
            return ETL_END;
        first = c->bytes.ptr[c->at];
        if (first == ']' && l->place != PLACE_COMMA) {
            l->place = PLACE_BEHIND;
        } else if (l->place == PLACE_AFTER) {
            if (first != ',')
                return json_carry_broken(c, c->at, err, "a comma is missing here, between two records");
            l->place = PLACE_COMMA;
            c->at++;
        } else {
            l->place = PLACE_VALUE;
            c->value = c->at;
            l->is_scalar = first != '{' && first != '[';
            l->scan = (struct json_scan){ 0 };
        }
    }
    return st;
}

static enum etl_status cut_off(struct json_list_cutter *l, struct err *err)
{
    struct json_carry *c = l->carry;

    if (l->place == PLACE_VALUE && l->is_dropping)
        err->line = l->long_line;
    else
        json_carry_place(c, l->place == PLACE_VALUE ? c->value : c->bytes.len, err);
    return err_set(err, ETL_UNREAD, "json-cut", "%s",
                   l->place == PLACE_VALUE
                       ? "the record that opens here is never closed; the file is cut off, or a bracket is missing"
                       : "the list of records is never closed; the file is cut off");
}

/* Behind the list: the rest of the document must be valid JSON. */
static enum etl_status end_document(struct json_list_cutter *l, struct err *err)
{
    struct json_carry *c = l->carry;
    size_t             used;
    enum etl_status    st = ETL_OK;

    json_carry_drop(c, c->at);
    for (;;) {
        st = json_outer_take(l->outer, buf_str(&c->bytes), &used, err);
        if (st != ETL_OK)
            return json_carry_place(c, used, err);
        json_carry_drop(c, c->bytes.len);
        if (c->source_ended)
            break;
        st = json_carry_more(c, JSON_BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
    st = json_outer_end(l->outer, err);
    return st == ETL_OK ? ETL_END : json_carry_place(c, 0, err);
}

enum etl_status json_list_cutter_fill(struct json_list_cutter *l, struct json_block *b, struct err *err)
{
    struct json_carry *c = l->carry;

    if (l->failed != ETL_OK) {
        *err = l->failure;
        return l->failed;
    }
    for (;;) {
        enum etl_status st = l->is_long ? ETL_OK : walk(l, b, err);

        if (st != ETL_OK && st != ETL_END) {
            if (b->span_count == 0)
                return st;
            l->failed = st; /* the whole records before it come first; the next call returns this failure */
            l->failure = *err;
            *err = (struct err){ 0 };
        }
        if (b->span_count != 0 && (st != ETL_END || c->at >= l->block_bytes || c->source_ended)) {
            json_block_fill(b, c, b->spans[b->span_count - 1].begin + b->spans[b->span_count - 1].len);
            return ETL_OK;
        }
        if (l->is_long) {
            json_carry_drop(c, c->at);
            put_too_long(l, b);
            return ETL_OK;
        }
        if (l->place == PLACE_BEHIND)
            return end_document(l, err);
        if (b->span_count == 0) /* only the value that is being examined must be kept */
            json_carry_drop(c, l->place == PLACE_VALUE && !l->is_dropping ? c->value : c->at);
        if (c->source_ended)
            return cut_off(l, err);
        if (st == ETL_END)
            st = json_carry_more(c, l->block_bytes, err);
        if (st != ETL_OK)
            return st;
    }
}
