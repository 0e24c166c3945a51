/* etl/core/buf.h - bytes that grow, up to a ceiling given at init.
 *
 * Errors  a buffer remembers its first failure (the ceiling, or no memory) and ignores what is added
 *         after it: append freely, ask buf_failed() once at the end, name buf->what in the message.
 * Lifetime buf_str() is good until the next change. */
#ifndef ETL_CORE_BUF_H
#define ETL_CORE_BUF_H

#include "etl/core/str.h"

struct buf {
    char       *ptr;
    size_t      len, cap, max;
    const char *what;
    bool        failed;
};

void               buf_init(struct buf *b, size_t max, const char *what);
void               buf_release(struct buf *b); /* the empty object is fine */
void               buf_wipe(struct buf *b);    /* overwrites, then releases: for secrets */
static inline void buf_reset(struct buf *b)    /* empty, keeps memory, forgets a failure */
{
    b->len = 0;
    b->failed = false;
}
static inline bool buf_failed(const struct buf *b)
{
    return b->failed;
}
static inline struct str buf_str(const struct buf *b)
{
    return (struct str){ b->ptr ? b->ptr : "", b->len };
}
bool               buf_reserve_slow(struct buf *b, size_t more);
static inline bool buf_reserve(struct buf *b, size_t more) /* room for `more` bytes at ptr + len */
{
    return (b->cap - b->len >= more) || buf_reserve_slow(b, more);
}
static inline void buf_add(struct buf *b, struct str s)
{
    if (s.len != 0 && buf_reserve(b, s.len)) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): what was reserved is there */
        memcpy(b->ptr + b->len, s.ptr, s.len);
        b->len += s.len;
    }
}
static inline void buf_byte(struct buf *b, char c)
{
    if (buf_reserve(b, 1))
        b->ptr[b->len++] = c;
}
#define buf_lit(b, literal) buf_add((b), STR(literal))
void buf_text(struct buf *b, const char *text);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_u64(struct buf *b, uint64_t n);
/* "5:lower": with lengths in front, no two sequences of texts are the same bytes. For what is digested. */
void buf_counted(struct buf *b, struct str s);
void buf_hex(struct buf *b, const unsigned char *bytes, size_t n);
/* application/x-www-form-urlencoded, strict: letters, digits and -._~ stand, all else is %XX. */
void buf_percent(struct buf *b, struct str s);
/* A CSV cell by RFC 4180: quoted only where it must be. */
void        buf_csv(struct buf *b, struct str cell);
const char *buf_cstr(struct buf *b); /* NUL-terminated; NUL is not counted in len */

#endif
