/* etl/core/notation/pattern.c - regular expressions: PCRE2, UTF-8, compiled once, with a match limit. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "etl/core/notation/pattern.h"

#include <pcre2.h>

#include "etl/core/utf8.h"

enum { GROUPS_MAX = 32, MATCH_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_LIMIT_KIB = 8192 };

struct pattern {
    pcre2_code *code;
    uint32_t    groups;
};
struct pattern_match {
    pcre2_match_data    *data;
    pcre2_match_context *limits;
    struct str           text;  /* what was matched; the groups are cut from it */
    int                  found; /* groups that were set */
};

enum etl_status pattern_new(struct str expression, struct pattern **out, struct err *err)
{
    int             code = 0;
    PCRE2_SIZE      offset = 0;
    struct pattern *p;
    pcre2_code     *compiled = pcre2_compile((PCRE2_SPTR)(expression.ptr != NULL ? expression.ptr : ""), expression.len,
                                             PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);

    if (compiled == NULL) {
        PCRE2_UCHAR reason[200];

        pcre2_get_error_message(code, reason, sizeof reason);
        return err_set(err, ETL_FAIL, "pattern", "bad regular expression at its character %zu: %s", offset + 1,
                       (const char *)reason);
    }
    p = calloc(1, sizeof *p);
    if (p == NULL)
        memory_exhausted("a regular expression", sizeof *p);
    p->code = compiled;
    pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &p->groups);
    if (p->groups >= GROUPS_MAX) {
        pattern_free(p);
        return err_set(err, ETL_FAIL, "pattern", "a regular expression may have %d groups at most", GROUPS_MAX - 1);
    }
    /* Where the processor or a policy allows no JIT, the interpreter does the same, slower. */
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    *out = p;
    return ETL_OK;
}

void pattern_free(struct pattern *p)
{
    if (p == NULL)
        return;
    pcre2_code_free(p->code);
    free(p);
}

struct pattern_match *pattern_match_new(void)
{
    struct pattern_match *m = calloc(1, sizeof *m);

    if (m == NULL)
        memory_exhausted("a match", sizeof *m);
    m->data = pcre2_match_data_create(GROUPS_MAX, NULL);
    m->limits = pcre2_match_context_create(NULL);
    if (m->data == NULL || m->limits == NULL)
        memory_exhausted("a match", sizeof *m);
    pcre2_set_match_limit(m->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(m->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(m->limits, HEAP_LIMIT_KIB);
    return m;
}

void pattern_match_free(struct pattern_match *m)
{
    if (m == NULL)
        return;
    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->limits);
    free(m);
}

enum pattern_answer pattern_run(const struct pattern *p, struct str text, struct pattern_match *m)
{
    int rc;

    m->text = str_of(text.ptr != NULL ? text.ptr : "", text.len);
    m->found = 0;
    /* PCRE2 looks for wrong UTF-8 ahead of every match, byte by byte: it took more than the matches themselves (callgrind, ASCII). */
    rc = pcre2_match(p->code, (PCRE2_SPTR)m->text.ptr, text.len, 0, utf8_is_ascii(m->text) ? PCRE2_NO_UTF_CHECK : 0,
                     m->data, m->limits);
    /* Text that is no UTF-8 matches no text pattern; it is not a limit. */
    if (rc == PCRE2_ERROR_NOMATCH || (rc <= PCRE2_ERROR_UTF8_ERR1 && rc >= PCRE2_ERROR_UTF8_ERR21))
        return PATTERN_NO;
    if (rc < 0)
        return PATTERN_LIMIT;
    m->found = rc;
    return PATTERN_YES;
}

struct str pattern_group(const struct pattern_match *m, size_t n)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(m->data);

    if (n >= (size_t)m->found || at[2 * n] == PCRE2_UNSET || at[2 * n + 1] < at[2 * n])
        return STR_NONE;
    return str_of(m->text.ptr + at[2 * n], at[2 * n + 1] - at[2 * n]);
}

struct str pattern_named(const struct pattern *p, const struct pattern_match *m, const char *name)
{
    int number = pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)name);

    return number > 0 ? pattern_group(m, (size_t)number) : STR_NONE;
}

size_t pattern_groups(const struct pattern *p)
{
    return p->groups;
}
