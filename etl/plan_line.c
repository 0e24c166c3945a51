/* etl/plan_line.c - one line of plan.jsonl: parsed, and its values unsealed. */
#include "etl/plan_line.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "etl/base/list.h"
#include "etl/json_text.h"

enum { READ_BLOCK = 1 << 18, LONGEST_LINE = 64 << 20 };

/* An array of strings, or of such arrays, back into the form that values have. */
static bool read_list(yajl_val v, unsigned level, struct buf *out)
{
    list_begin(out);
    for (size_t i = 0; i < v->u.array.len; i++) {
        yajl_val item = v->u.array.values[i];

        if (YAJL_IS_STRING(item))
            list_text(out, str_from(YAJL_GET_STRING(item)));
        else if (!YAJL_IS_ARRAY(item) || level == 2 || !read_list(item, level + 1, out))
            return false;
    }
    list_end(out);
    return true;
}

static enum etl_status read_list_param(const char *name, yajl_val v, struct arena *mem, struct value *out, struct err *err)
{
    AUTO(buf_release) struct buf text;

    buf_init(&text, LONGEST_LINE, "a list");
    if (!read_list(v, 1, &text) || buf_failed(&text))
        return err_set(err, ETL_FAIL, "plan-line", "parameter %s is no list of texts", name);
    *out = (struct value){ VALUE_LIST, false, arena_str(mem, buf_str(&text)) };
    return ETL_OK;
}

static enum etl_status read_param(const char *name, yajl_val v, struct arena *mem, struct plan_param *out,
                                  struct err *err)
{
    struct str sealed = json_str(v, "sealed", mem), ref = json_str(v, "ref", mem);

    out->name = arena_str(mem, str_from(name));
    out->value = VALUE_NONE;
    if (YAJL_IS_STRING(v)) {
        out->value = VALUE_OF(arena_str(mem, str_from(YAJL_GET_STRING(v))));
    } else if (YAJL_IS_ARRAY(v)) {
        return read_list_param(name, v, mem, &out->value, err);
    } else if (YAJL_IS_NULL(v)) {
        out->value.kind = VALUE_CLEAR;
    } else if (sealed.ptr != NULL) {
        out->value = VALUE_OF(sealed);
        out->value.secret = true;
        out->sealed = true;
    } else if (ref.ptr != NULL) {
        out->value = VALUE_OF(ref);
        out->value.kind = VALUE_REF;
    } else {
        return err_set(err, ETL_FAIL, "plan-line", "parameter %s has a form this version does not know", name);
    }
    return ETL_OK;
}

static enum etl_status read_line(yajl_val v, struct arena *mem, struct plan_line *out, struct err *err)
{
    yajl_val   params = json_member(v, "params");
    struct str stage = json_str(v, "stage", mem);
    struct plan_param *list;

    out->id = json_str(v, "id", mem);
    out->lane = json_str(v, "lane", mem);
    out->from = json_str(v, "from", mem);
    out->command = json_str(v, "command", mem);
    out->as = json_str(v, "as", mem);
    out->effect = json_str(v, "effect", mem);
    out->seq = json_u64(v, "seq");
    out->stage = str_is(stage, "before") ? STAGE_BEFORE : str_is(stage, "after") ? STAGE_AFTER : STAGE_LANE;
    if (out->id.len != 32 || out->lane.ptr == NULL || out->command.len == 0 || !YAJL_IS_OBJECT(params))
        return err_set(err, ETL_FAIL, "plan-line", "a line of plan.jsonl lacks id, lane, command or params");
    list = ARENA_ARRAY(mem, struct plan_param, params->u.object.len + 1);
    for (size_t i = 0; i < params->u.object.len; i++) {
        enum etl_status st = read_param(params->u.object.keys[i], params->u.object.values[i], mem, &list[i], err);

        if (st != ETL_OK)
            return st;
    }
    out->params = list;
    out->param_count = params->u.object.len;
    return ETL_OK;
}

enum etl_status plan_line_parse(struct str line, struct arena *mem, struct plan_line *out, struct err *err)
{
    yajl_val         tree;
    struct plan_line made = { 0 };
    enum etl_status  st;

    line = str_of(arena_cstr(mem, line), line.len);
    st = json_parse(line, "a line of plan.jsonl", &tree, err);
    if (st != ETL_OK)
        return st;
    st = read_line(tree, mem, &made, err);
    json_free(tree);
    if (st == ETL_OK)
        *out = made;
    return st;
}

const struct command *plan_line_command(const struct provider *p, const struct plan_line *line, struct arena *mem)
{
    const struct command *c = provider_command(p, line->command);
    struct str           *names = ARENA_ARRAY(mem, struct str, line->param_count + 1);

    for (size_t i = 0; i < line->param_count; i++)
        names[i] = line->params[i].name;
    return c != NULL ? command_with_members(c, names, line->param_count, false, mem) : NULL;
}

enum etl_status plan_line_values(const struct plan_line *line, const struct command *command, struct sealer *sealer,
                                 struct arena *mem, struct value **out, struct err *err)
{
    struct value *values = ARENA_ARRAY(mem, struct value, command->param_count + 1);

    for (size_t i = 0; i < line->param_count; i++) {
        const struct plan_param *p = &line->params[i];
        int                      at = command_param_index(command, p->name);

        if (at < 0)
            return err_set(err, ETL_FAIL, "plan-line", "%.*s has no parameter %.*s", STR_ARG(command->name),
                           STR_ARG(p->name));
        values[at] = p->value;
        if (p->sealed) {
            AUTO(buf_wipe) struct buf plain;
            struct seal_place place = { command->provider->name, command->name, p->name, line->lane };
            enum etl_status   st;

            buf_init(&plain, 4U << 20, "a sealed value");
            st = unseal(sealer, &place, p->value.text, &plain, err);
            if (st != ETL_OK)
                return st;
            values[at].text = arena_str(mem, buf_str(&plain));
            if (command->params[at].type != NULL && command->params[at].type->list != NULL)
                values[at].kind = VALUE_LIST;
        }
    }
    *out = values;
    return ETL_OK;
}

struct plan_reader {
    int      fd;
    char    *path;
    uint64_t at;             /* of buffer[0] in the file */
    struct buf buffer;
    size_t   next;           /* where the next line begins in the buffer */
    bool     ended;
};

enum etl_status plan_reader_open(const char *path, struct plan_reader **out, struct err *err)
{
    struct plan_reader *r;
    int                 fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, ETL_FAIL, "plan-open", "cannot read %s: %s", path, strerror(errno));
    r = calloc(1, sizeof *r);
    if (r == NULL)
        memory_exhausted("the plan's reader", sizeof *r);
    r->fd = fd;
    r->path = strdup(path);
    buf_init(&r->buffer, LONGEST_LINE, "a line of plan.jsonl");
    *out = r;
    return ETL_OK;
}

/* Moves what is left to the front and reads on. */
static enum etl_status fill(struct plan_reader *r, struct err *err)
{
    size_t  left = r->buffer.len - r->next;
    ssize_t got;

    if (left != 0)
        memmove(r->buffer.ptr, r->buffer.ptr + r->next, left);
    r->at += r->next;
    r->next = 0;
    r->buffer.len = left;
    if (!buf_reserve(&r->buffer, READ_BLOCK))
        return err_set(err, ETL_FAIL, "plan-line", "%s is longer than %d MiB", r->buffer.what, LONGEST_LINE >> 20);
    got = read(r->fd, r->buffer.ptr + r->buffer.len, READ_BLOCK);
    if (got < 0)
        return err_set(err, ETL_UNREAD, "plan-read", "cannot read %s: %s", r->path, strerror(errno));
    if (got == 0)
        r->ended = true;
    r->buffer.len += (size_t)got;
    return ETL_OK;
}

enum etl_status plan_reader_next(struct plan_reader *r, struct str *line, uint64_t *offset, struct err *err)
{
    size_t searched = 0;   /* bytes of this line that hold no newline */

    if (r->buffer.ptr == NULL && fill(r, err) != ETL_OK)
        return ETL_UNREAD;
    for (;;) {
        char  *from = r->buffer.ptr + r->next + searched;
        size_t left = r->buffer.len - r->next - searched;
        char  *end = left != 0 ? memchr(from, '\n', left) : NULL;

        if (end != NULL) {
            *line = str_of(r->buffer.ptr + r->next, (size_t)(end - r->buffer.ptr) - r->next);
            *offset = r->at + r->next;
            r->next += line->len + 1;
            return ETL_OK;
        }
        searched += left;
        if (r->ended)
            return searched == 0 ? ETL_END
                                 : err_set(err, ETL_FAIL, "plan-line", "the last line of %s is cut off", r->path);
        enum etl_status st = fill(r, err);

        if (st != ETL_OK)
            return st;
    }
}

enum etl_status plan_reader_at(struct plan_reader *r, uint64_t offset, size_t length, struct arena *mem, struct str *line,
                               struct err *err)
{
    char   *bytes = arena_bytes(mem, length + 1);
    size_t  have = 0;

    while (have < length) {
        ssize_t got = pread(r->fd, bytes + have, length - have, (off_t)(offset + have));

        if (got <= 0)
            return err_set(err, ETL_FAIL, "plan-read", "cannot read %s at byte %llu: %s", r->path,
                           (unsigned long long)offset, got == 0 ? "the file is shorter" : strerror(errno));
        have += (size_t)got;
    }
    bytes[length] = '\0';
    *line = str_of(bytes, length);
    return ETL_OK;
}

void plan_reader_close(struct plan_reader *r)
{
    if (r == NULL)
        return;
    close(r->fd);
    free(r->path);
    buf_release(&r->buffer);
    free(r);
}
