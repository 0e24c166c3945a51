/* etl/plan/plan_writer.c - the files that planning writes line by line, under the seal. */
#include "etl/plan/plan_writer.h"

enum etl_status plan_writer_open(struct plan_writer *o, const struct run_folder *r, struct seal *seal, const char *name,
                                 const char *format, struct err *err)
{
    AUTO(arena_release) struct arena mem;

    arena_init(&mem, 1 << 16, "a path");
    *o = (struct plan_writer){ .seal = seal, .sealed = seal_add_file(seal, str_from(name), format) };
    return atomic_file_begin(&o->file, run_folder_file(r, name, &mem), err);
}

enum etl_status plan_writer_again(struct plan_writer *o, const struct run_folder *r, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct sealed_file              *f = o->sealed;

    arena_init(&mem, 1 << 16, "a path");
    *f = (struct sealed_file){ .name = f->name, .format = f->format, .number = f->number };
    o->numbered = 0;
    if (o->digest != NULL) {
        sha256_free(o->digest);
        o->digest = sha256_new();
    }
    atomic_file_drop(&o->file);
    return atomic_file_begin(&o->file, run_folder_file(r, arena_cstr(&mem, f->name), &mem), err);
}

void plan_writer_digest(struct plan_writer *o)
{
    o->digest = sha256_new();
}

void plan_writer_number(struct plan_writer *o, struct plan_lines *l, struct str lines)
{
    l->lines = lines;
    l->first = o->numbered;
    l->count = 0;
    while (lines.len != 0) {
        if (l->count == l->cap) {
            l->cap = l->cap != 0 ? 2 * l->cap : 16;
            l->pieces = realloc(l->pieces, l->cap * sizeof *l->pieces);
            if (l->pieces == NULL)
                memory_exhausted("the lines of a block", l->cap * sizeof *l->pieces);
        }
        l->pieces[l->count].length = sealed_file_cut(lines);
        lines = str_skip(lines, l->pieces[l->count++].length);
    }
    o->numbered += l->count;
}

void plan_lines_tag(struct plan_lines *l, const struct plan_writer *o, struct block_tagger *tagger)
{
    struct str rest = l->lines;

    for (size_t i = 0; i < l->count; i++) {
        block_tag(tagger, (struct block_place){ o->sealed->number, l->first + i }, str_head(rest, l->pieces[i].length),
                  l->pieces[i].tag);
        rest = str_skip(rest, l->pieces[i].length);
    }
}

enum etl_status plan_writer_write(struct plan_writer *o, const struct plan_lines *l, struct err *err)
{
    for (size_t i = 0; i < l->count; i++)
        sealed_file_add(o->sealed, o->seal->mem, l->pieces[i].length, l->pieces[i].tag);
    if (o->digest != NULL)
        sha256_add(o->digest, l->lines);
    return l->lines.len != 0 ? atomic_file_write(&o->file, l->lines, err) : ETL_OK;
}

void plan_lines_release(struct plan_lines *l)
{
    free(l->pieces);
    *l = (struct plan_lines){ 0 };
}

enum etl_status plan_writer_put(struct plan_writer *o, struct str lines, struct err *err)
{
    AUTO(plan_lines_release) struct plan_lines l = { 0 };
    struct block_tagger                       *tagger = block_tagger_new(o->seal->key);

    plan_writer_number(o, &l, lines);
    plan_lines_tag(&l, o, tagger);
    block_tagger_free(tagger);
    return plan_writer_write(o, &l, err);
}

enum etl_status plan_writer_commit(struct plan_writer *o, struct err *err)
{
    return atomic_file_commit(&o->file, err);
}

void plan_writer_drop(struct plan_writer *o)
{
    atomic_file_drop(&o->file);
    sha256_free(o->digest);
    o->digest = NULL;
}
