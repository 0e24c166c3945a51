/* etl/core/arena.h - memory that is freed all at once.
 *
 * Lifetime  what an arena gives is good until arena_reset() or arena_release(). Parameter names say
 *           which lifetime is meant: run_mem, record_mem, call_mem.
 * Threads   one arena, one thread.
 * Limits    `max` bytes; past it, or when the system has no more, the process ends with exit code 4 and a
 *           message naming `what`. Whatever is sent is in the ledger by then, so that is a safe end. */
#ifndef ETL_CORE_ARENA_H
#define ETL_CORE_ARENA_H

#include "etl/core/memory.h"
#include "etl/core/str.h"

struct arena_chunk;
struct arena {
    struct arena_chunk *chunk; /* the newest; older ones behind it */
    char               *next, *end;
    size_t              total, max;
    const char         *what; /* "one record", for the message */
};

void       arena_init(struct arena *a, size_t max, const char *what);
void      *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for any object */
char      *arena_bytes(struct arena *a, size_t size); /* not zeroed, not aligned */
struct str arena_str(struct arena *a, struct str s);  /* a copy; NUL stands behind it */
char      *arena_cstr(struct arena *a, struct str s); /* a NUL-terminated copy */
struct str arena_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for one more in an array kept in an arena: doubles as needed. Old arrays stay till the reset. */
void *arena_grow(struct arena *a, void *array, size_t count, size_t *cap, size_t item_size);
void  arena_reset(struct arena *a); /* empty, keeps one chunk */
void  arena_release(struct arena *a);
void  arena_wipe(struct arena *a); /* overwrites, then releases: for secrets */

#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))
/* ARENA_PUSH(mem, array, count, cap) = item;  array, count and cap are lvalues */
#define ARENA_PUSH(a, array, count, cap)                                                                               \
    *((array) = arena_grow((a), (array), (count), &(cap), sizeof *(array)), &(array)[(count)++])

#endif
