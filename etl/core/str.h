/* etl/core/str.h - a borrowed piece of text: pointer and length, passed by value.
 *
 * Lifetime  whatever it was cut from; a str owns nothing. Nothing depends on a final NUL.
 * Absent    ptr NULL is "not given"; ptr set with len 0 is the empty text. They differ. */
#ifndef ETL_CORE_STR_H
#define ETL_CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr;
    size_t      len;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE     ((struct str){ NULL, 0 })
#define STR_ARG(s)   (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).ptr ? (s).ptr : "") /* "%.*s" */

/* An object's destructor, run when its scope ends: AUTO(buf_release) struct buf b; */
#define AUTO(fn) __attribute__((cleanup(fn)))

static inline struct str str_from(const char *text) /* NULL gives STR_NONE */
{
    return (struct str){ text, text ? strlen(text) : 0 };
}
static inline struct str str_of(const char *ptr, size_t len)
{
    return (struct str){ ptr, len };
}
static inline bool str_eq(struct str a, struct str b)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): no NULL has a length */
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool str_is(struct str a, const char *text)
{
    return str_eq(a, str_from(text));
}
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
int  str_cmp(struct str a, struct str b);       /* bytewise, shorter first */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_contains(struct str s, struct str part);
/* Where `part` begins at or behind byte `from`; NULL: nowhere, or `part` is empty. */
const char *str_find(struct str s, size_t from, struct str part);
bool        str_contains_nocase(struct str s, struct str part); /* ASCII letters only */
struct str  str_trim(struct str s);                             /* ASCII blanks at both ends */
struct str  str_skip(struct str s, size_t n);                   /* without its first n bytes */
struct str  str_head(struct str s, size_t n);                   /* at most its first n bytes */
/* Cuts at the first `byte`: *head is before it, the rest comes back; STR_NONE when there was none. */
struct str str_cut(struct str s, char byte, struct str *head);
bool       str_all_digits(struct str s);            /* and not empty */
bool       str_to_u64(struct str s, uint64_t *out); /* digits only, no overflow */
bool       str_to_i64(struct str s, int64_t *out);
/* The nearest of `n` names by edit distance, for "did you mean"; STR_NONE when none is near. */
struct str str_nearest(struct str typed, const struct str *names, size_t n);
unsigned   str_distance(struct str a, struct str b, unsigned limit);
uint64_t   str_hash(struct str s); /* FNV-1a; in memory only */

#endif
