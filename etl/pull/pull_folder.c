/* etl/pull/pull_folder.c - the work folder of a pull: where everything lies in it. */
#include "etl/pull/pull_folder.h"

#include <errno.h>
#include <stdlib.h>

#include "etl/core/system/files.h"

void pull_folder_name(struct pull_folder *f, const char *archive, struct arena *mem)
{
    f->path = arena_fmt(mem, "%s.pull", archive).ptr;
    f->raw = arena_fmt(mem, "%s/raw", f->path).ptr;
    f->tables = arena_fmt(mem, "%s/tables", f->path).ptr;
    f->journal = arena_fmt(mem, "%s/questions.db", f->path).ptr;
}

static enum etl_status make_folder(const char *path, struct err *err)
{
    if (files_make_folder(path) == 0 || errno == EEXIST)
        return ETL_OK;
    return files_fault(err, "make", path);
}

enum etl_status pull_folder_make(const struct pull_folder *f, struct err *err)
{
    enum etl_status st = make_folder(f->path, err);

    if (st == ETL_OK)
        st = make_folder(f->raw, err);
    return st == ETL_OK ? make_folder(f->tables, err) : st;
}

const char *pull_folder_table(const struct pull_folder *f, struct str table, struct arena *mem)
{
    return arena_fmt(mem, "%s/%.*s.csv", f->tables, STR_ARG(table)).ptr;
}

int pull_folder_temporary(const struct pull_folder *f, struct err *err)
{
    char path[4096];
    int  fd;

    snprintf(path, sizeof path, "%s/.member.XXXXXX", f->path);
    fd = files_temporary(path);
    if (fd < 0)
        files_fault(err, "write", path);
    else
        files_remove(path);
    return fd;
}

void pull_folder_remove(const struct pull_folder *f)
{
    files_remove_tree(f->path);
}
