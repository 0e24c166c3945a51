/* formats/encoding.c - the character sets that extracts come in, to and from UTF-8. */
#include "formats/encoding.h"

#include "etl/core/utf8.h"

/* windows-1252, 0x80..0x9f (the WHATWG encoding standard's table; 0: no character there). */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

enum etl_status encoding_from_name(struct str name, enum encoding *out, struct err *err)
{
    static const struct {
        const char   *name;
        enum encoding encoding;
    } known[] = {
        { "auto", ENCODING_AUTO },
        { "utf-8", ENCODING_UTF8 },
        { "utf8", ENCODING_UTF8 },
        { "ascii", ENCODING_UTF8 },
        { "windows-1252", ENCODING_WINDOWS_1252 },
        { "cp1252", ENCODING_WINDOWS_1252 },
        { "latin-1", ENCODING_LATIN1 },
        { "latin1", ENCODING_LATIN1 },
        { "iso-8859-1", ENCODING_LATIN1 },
        { "utf-16", ENCODING_UTF16LE },
        { "utf-16le", ENCODING_UTF16LE },
        { "utf-16be", ENCODING_UTF16BE },
    };
    struct str names[sizeof known / sizeof known[0]], near;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        names[i] = str_from(known[i].name);
        if (str_eq_nocase(names[i], name)) {
            *out = known[i].encoding;
            return ETL_OK;
        }
    }
    near = str_nearest(name, names, sizeof known / sizeof known[0]);
    return err_set(err, ETL_FAIL, "encoding",
                   "unknown encoding %s%s%.*s%s; known are utf-8, windows-1252, latin-1, utf-16le, utf-16be",
                   shown(name, false).text, near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near),
                   near.ptr != NULL ? "\"?" : "");
}

bool encoding_to_utf8(enum encoding encoding, struct str bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        uint32_t      code_point = c;

        if (encoding == ENCODING_WINDOWS_1252 && c >= 0x80 && c < 0xa0) {
            code_point = windows_1252[c - 0x80];
            if (code_point == 0)
                return false;
        }
        utf8_add(out, code_point);
    }
    return true;
}

size_t encoding_wide_to_utf8(enum encoding encoding, struct str bytes, struct buf *out)
{
    size_t i = 0;

    while (i + 2 <= bytes.len) {
        const unsigned char *p = (const unsigned char *)bytes.ptr + i;
        bool                 little = encoding == ENCODING_UTF16LE;
        uint32_t             unit = little ? (uint32_t)(p[0] | p[1] << 8) : (uint32_t)(p[1] | p[0] << 8), low;

        if (unit >= 0xd800 && unit < 0xdc00) {
            if (i + 4 > bytes.len)
                break;
            low = little ? (uint32_t)(p[2] | p[3] << 8) : (uint32_t)(p[3] | p[2] << 8);
            if (low >= 0xdc00 && low < 0xe000) {
                utf8_add(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
                i += 4;
                continue;
            }
        }
        if (unit >= 0xd800 && unit < 0xe000)
            buf_byte(out, (char)0xff); /* half a pair: the UTF-8 check of the record will find this byte */
        else
            utf8_add(out, unit);
        i += 2;
    }
    return i;
}

uint64_t encoding_wide_bytes(const char *utf8, size_t len)
{
    uint64_t units = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)utf8[i];

        units += c == 0xff ? 1U : c >= 0xf0 ? 2U : (c & 0xc0) != 0x80;
    }
    return 2 * units;
}

static void add_wide(struct buf *out, bool little, uint32_t unit)
{
    char high = (char)(unit >> 8), low = (char)(unit & 0xff);

    buf_byte(out, little ? low : high);
    buf_byte(out, little ? high : low);
}

static void add_narrow(struct buf *out, enum encoding encoding, uint32_t c)
{
    if (c < 0x80 || (c >= 0xa0 && c < 0x100) || (encoding == ENCODING_LATIN1 && c < 0x100)) {
        buf_byte(out, (char)c);
        return;
    }
    for (size_t i = 0; encoding == ENCODING_WINDOWS_1252 && i < 32; i++)
        if (windows_1252[i] == c) {
            buf_byte(out, (char)(0x80 + i));
            return;
        }
    buf_byte(out, '?');
}

void encoding_add(struct buf *out, enum encoding encoding, struct str utf8)
{
    if (encoding == ENCODING_UTF8 || encoding == ENCODING_AUTO) {
        buf_add(out, utf8);
        return;
    }
    while (utf8.len != 0) {
        uint32_t c = utf8_next(&utf8);
        bool     little = encoding == ENCODING_UTF16LE;

        if (!encoding_is_wide(encoding)) {
            add_narrow(out, encoding, c);
        } else if (c >= 0x10000) {
            add_wide(out, little, 0xd800 + ((c - 0x10000) >> 10));
            add_wide(out, little, 0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            add_wide(out, little, c);
        }
    }
}
