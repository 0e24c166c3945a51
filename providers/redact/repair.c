/* providers/redact/repair.c - damaged bytes, repaired where that is safe. */
#include "providers/redact/repair.h"

#include "etl/core/utf8.h"

/* Does this & begin a reference to a character or to one of XML's five entities? */
static bool begins_reference(struct str rest)
{
    struct str name;
    size_t     i = 1;

    while (i < rest.len && i < 12 && rest.ptr[i] != ';' && rest.ptr[i] != '&' && rest.ptr[i] != '<' &&
           rest.ptr[i] != ' ')
        i++;
    if (i >= rest.len || rest.ptr[i] != ';' || i == 1)
        return false;
    name = str_of(rest.ptr + 1, i - 1);
    if (name.ptr[0] == '#')
        return name.len > 1;
    return str_is(name, "amp") || str_is(name, "lt") || str_is(name, "gt") || str_is(name, "quot") ||
           str_is(name, "apos");
}

static bool is_digit(struct str s, size_t at)
{
    return at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9';
}

/* Repairs for XML only. Returns how many bytes were handled; 0: nothing to repair here. */
static size_t mend_xml(struct repair *r, struct str rest, struct buf *out)
{
    if (rest.ptr[0] == '&' && !begins_reference(rest)) {
        buf_lit(out, "&amp;");
        r->count++;
        return 1;
    }
    if (rest.ptr[0] != '<')
        return 0;
    if (is_digit(rest, 1) || (rest.len > 1 && rest.ptr[1] == '/' && is_digit(rest, 2))) {
        size_t len = is_digit(rest, 1) ? 1 : 2;

        buf_add(out, str_head(rest, len));
        buf_byte(out, '_');
        r->count++;
        return len;
    }
    if (str_starts(rest, STR("<?xml")) && rest.len > 5 &&
        (rest.ptr[5] == ' ' || rest.ptr[5] == '\t' || rest.ptr[5] == '\n')) {
        buf_lit(out, "<?declaration"); /* an ordinary processing instruction, which parsers skip */
        return 5;
    }
    return 0;
}

static size_t mend_one(struct repair *r, struct str rest, struct buf *out)
{
    struct str    after = rest;
    unsigned char byte = (unsigned char)rest.ptr[0];
    size_t        len;
    uint32_t      c;

    if (r->xml && (byte == '&' || byte == '<')) {
        len = mend_xml(r, rest, out);
        if (len != 0)
            return len;
    }
    if (byte >= ' ' && byte < 0x7f) {
        buf_byte(out, (char)byte);
        return 1;
    }
    if (byte < ' ') {
        bool blank = byte == '\t' || byte == '\n' || byte == '\r';

        buf_byte(out, blank ? (char)byte : ' ');
        r->count += !blank;
        return 1;
    }
    c = utf8_next(&after);
    len = rest.len - after.len;
    if (c == 0xfffd && len == 1) {
        utf8_add(out, byte);
        r->count++;
    } else {
        buf_add(out, str_head(rest, len));
    }
    return len;
}

/* The length of the run of plain bytes; nearly all bytes are, so a run is copied at once. */
static size_t plain_run(const struct repair *r, struct str s)
{
    size_t i = 0;

    while (i < s.len) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c >= 0x7f || (c < ' ' && c != '\n' && c != '\r' && c != '\t') || (r->xml && (c == '&' || c == '<')))
            break;
        i++;
    }
    return i;
}

/* Repairs `s` until fewer than `keep` bytes are left; returns how many bytes were handled. */
static size_t mend(struct repair *r, struct str s, size_t keep, struct buf *out)
{
    size_t at = 0;

    while (at + keep < s.len) {
        struct str rest = str_skip(s, at);
        size_t     run = plain_run(r, rest);

        if (run != 0) {
            buf_add(out, str_head(rest, run));
            at += run;
        } else {
            at += mend_one(r, rest, out);
        }
    }
    return at;
}

void repair_add(struct repair *r, struct str bytes, bool last, struct buf *out)
{
    enum { KEEP = REPAIR_HELD - 1 };
    char   joint[3 * REPAIR_HELD];
    size_t len, done;

    if (r->held_len != 0) { /* first the bytes held back, joined with enough new bytes to decide */
        size_t take = bytes.len < 2 * REPAIR_HELD ? bytes.len : 2 * REPAIR_HELD, held = r->held_len;

        memcpy(joint, r->held, held);
        if (take != 0)
            memcpy(joint + held, bytes.ptr, take);
        len = held + take;
        r->held_len = 0;
        done = mend(r, str_of(joint, len), last && take == bytes.len ? 0 : KEEP, out);
        if (done < held) { /* still undecided: all new bytes are in `joint` already */
            memcpy(r->held, joint + done, len - done);
            r->held_len = len - done;
            return;
        }
        bytes = str_skip(bytes, done - held);
    }
    done = mend(r, bytes, last ? 0 : KEEP, out);
    r->held_len = bytes.len - done;
    if (r->held_len != 0)
        memcpy(r->held, bytes.ptr + done, r->held_len);
}
