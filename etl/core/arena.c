/* etl/core/arena.c - memory that is freed all at once. */
#include "etl/core/arena.h"

#include <stdarg.h>
#include <stdlib.h>

enum { FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20, ALIGNMENT = 16 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t              size; /* of bytes[] */
    _Alignas(ALIGNMENT) char bytes[];
};

void arena_init(struct arena *a, size_t max, const char *what)
{
    *a = (struct arena){ .max = max, .what = what };
}

static void add_chunk(struct arena *a, size_t size)
{
    size_t              wanted = a->chunk != NULL ? 2 * a->chunk->size : FIRST_CHUNK;
    struct arena_chunk *chunk;

    if (wanted > LARGEST_CHUNK)
        wanted = LARGEST_CHUNK;
    if (wanted < size)
        wanted = size;
    if (a->total + wanted > a->max)
        wanted = size;
    if (size > a->max || a->total + wanted > a->max)
        memory_exhausted(a->what, a->max);
    chunk = malloc(sizeof *chunk + wanted);
    if (chunk == NULL)
        memory_exhausted(a->what, a->total + wanted);
    chunk->older = a->chunk;
    chunk->size = wanted;
    a->chunk = chunk;
    a->total += wanted;
    a->next = chunk->bytes;
    a->end = chunk->bytes + wanted;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t gap = (size_t)(-(uintptr_t)a->next & (ALIGNMENT - 1));
    char  *place;

    if (a->next == NULL || (size_t)(a->end - a->next) < gap || (size_t)(a->end - a->next) - gap < size) {
        add_chunk(a, size);
        gap = 0;
    }
    place = a->next + gap;
    a->next = place + size;
    return memset(place, 0, size);
}

char *arena_bytes(struct arena *a, size_t size)
{
    char *place;

    if (a->next == NULL || (size_t)(a->end - a->next) < size)
        add_chunk(a, size);
    place = a->next;
    a->next += size;
    return place;
}

char *arena_cstr(struct arena *a, struct str s)
{
    char *copy = arena_bytes(a, s.len + 1);

    if (s.len != 0)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

struct str arena_str(struct arena *a, struct str s)
{
    return s.ptr != NULL ? str_of(arena_cstr(a, s), s.len) : s;
}

struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list args;
    int     len;
    char   *text;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0)
        return STR_NONE;
    text = arena_bytes(a, (size_t)len + 1);
    va_start(args, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    return str_of(text, (size_t)len);
}

void *arena_grow(struct arena *a, void *array, size_t count, size_t *cap, size_t item_size)
{
    void *bigger;

    if (count < *cap)
        return array;
    *cap = *cap != 0 ? 2 * *cap : 8;
    bigger = arena_alloc(a, *cap * item_size);
    if (count != 0)
        memcpy(bigger, array, count * item_size);
    return bigger;
}

static void free_chunks(struct arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct arena_chunk *older = chunk->older;

        free(chunk);
        chunk = older;
    }
}

void arena_reset(struct arena *a)
{
    if (a->chunk == NULL)
        return;
    free_chunks(a->chunk->older);
    a->chunk->older = NULL;
    if (a->chunk->size > LARGEST_CHUNK) { /* a giant is not kept */
        free_chunks(a->chunk);
        a->chunk = NULL;
        a->next = a->end = NULL;
        a->total = 0;
        return;
    }
    a->total = a->chunk->size;
    a->next = a->chunk->bytes;
    a->end = a->next + a->chunk->size;
}

void arena_wipe(struct arena *a)
{
    for (struct arena_chunk *chunk = a->chunk; chunk != NULL; chunk = chunk->older)
        explicit_bzero(chunk->bytes, chunk->size);
    arena_release(a);
}

void arena_release(struct arena *a)
{
    free_chunks(a->chunk);
    a->chunk = NULL;
    a->next = a->end = NULL;
    a->total = 0;
}
