/* formats/json/json_scan.c - how far a JSON value goes. */
#include "formats/json/json_scan.h"

#include "etl/core/limits.h"

#if defined(__SSE2__)
    #include <emmintrin.h>
#endif

enum { WINDOW = 64 };

/* Where the signs are in 64 bytes. */
struct sign_window {
    uint64_t quotes, backslashes, newlines, brackets;
};

static inline struct sign_window look(const char *p)
{
    struct sign_window w = { 0, 0, 0, 0 };

#if defined(__SSE2__)
    for (int i = 0; i < 4; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i low = _mm_or_si128(bytes, _mm_set1_epi8(0x20)); /* [ and {, ] and } differ in this bit */
        __m128i bracket =
            _mm_or_si128(_mm_cmpeq_epi8(low, _mm_set1_epi8('{')), _mm_cmpeq_epi8(low, _mm_set1_epi8('}')));

        w.quotes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))) << (16 * i);
        w.backslashes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))) << (16 * i);
        w.newlines |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'))) << (16 * i);
        w.brackets |= (uint64_t)(uint32_t)_mm_movemask_epi8(bracket) << (16 * i);
    }
#else
    for (int i = 0; i < WINDOW; i++) {
        w.quotes |= (uint64_t)(p[i] == '"') << i;
        w.backslashes |= (uint64_t)(p[i] == '\\') << i;
        w.newlines |= (uint64_t)(p[i] == '\n') << i;
        w.brackets |= (uint64_t)((p[i] | 0x20) == '{' || (p[i] | 0x20) == '}') << i;
    }
#endif
    return w;
}

/* Bit i of the result: is byte i inside a string, its opening quote included? It is if the number of quotes before it is odd. */
static inline uint64_t inside(uint64_t quotes, bool in_string)
{
    for (int shift = 1; shift < WINDOW; shift *= 2)
        quotes ^= quotes << shift;
    return in_string ? ~quotes : quotes;
}

static inline bool is_array(const struct json_scan *s, unsigned depth)
{
    return s->arrays[depth / 64] >> (depth % 64) & 1;
}

/* JSON_SCAN_MORE: the value goes on. */
static inline enum json_scan_end bracket(struct json_scan *s, char c)
{
    bool array = c == '[' || c == ']';

    if (c == '{' || c == '[') {
        if (s->depth == JSON_DOCUMENT_LEVELS_MAX)
            return JSON_SCAN_DEEP;
        s->arrays[s->depth / 64] &= ~(UINT64_C(1) << s->depth % 64);
        s->arrays[s->depth / 64] |= (uint64_t)array << s->depth % 64;
        s->depth++;
        return JSON_SCAN_MORE;
    }
    if (s->depth == 0 || is_array(s, s->depth - 1) != array)
        return JSON_SCAN_MISMATCH;
    return --s->depth == 0 ? JSON_SCAN_DONE : JSON_SCAN_MORE;
}

static enum json_scan_end one_by_one(struct json_scan *s, const char **at, const char *end)
{
    for (const char *p = *at; p < end; p++) {
        enum json_scan_end how = JSON_SCAN_MORE;

        if (s->escaped)
            s->escaped = false;
        else if (*p == '"')
            s->in_string = !s->in_string;
        else if (s->in_string)
            s->escaped = *p == '\\';
        else if ((*p | 0x20) == '{' || (*p | 0x20) == '}')
            how = bracket(s, *p);
        if (s->in_string && *p == '\n')
            how = JSON_SCAN_OPEN_STRING;
        if (how != JSON_SCAN_MORE) {
            *at = p + (how == JSON_SCAN_DONE);
            return how;
        }
    }
    *at = end;
    return JSON_SCAN_MORE;
}

enum json_scan_end json_scan(struct json_scan *s, const char **at, const char *end)
{
    enum json_scan_end how;

    while (end - *at >= WINDOW) {
        struct sign_window w = look(*at);
        uint64_t           in = inside(w.quotes, s->in_string), marks;

        if (w.backslashes != 0 || s->escaped || (w.newlines & in) != 0) { /* rare: byte by byte */
            how = one_by_one(s, at, *at + WINDOW);
            if (how != JSON_SCAN_MORE)
                return how;
            continue;
        }
        for (marks = w.brackets & ~in; marks != 0; marks &= marks - 1) {
            const char *p = *at + __builtin_ctzll(marks);

            how = bracket(s, *p);
            if (how != JSON_SCAN_MORE) {
                *at = p + (how == JSON_SCAN_DONE);
                s->in_string = false;
                return how;
            }
        }
        s->in_string = in >> (WINDOW - 1);
        *at += WINDOW;
    }
    return one_by_one(s, at, end);
}
