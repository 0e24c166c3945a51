/* etl/apply/lane_selection.c - which lanes a command means. */
#include "etl/apply/lane_selection.h"

#include <errno.h>

#include "etl/core/system/files.h"

enum { KEYS_TOLD = 20 };

static void set_bit(struct lane_selection *s, uint64_t lane, bool on)
{
    unsigned char bit = (unsigned char)(1U << (lane % 8));

    s->bits[lane / 8] = (unsigned char)(on ? s->bits[lane / 8] | bit : s->bits[lane / 8] & ~bit);
}

static bool bit(const struct lane_selection *s, uint64_t lane)
{
    return (s->bits[lane / 8] >> (lane % 8) & 1) != 0;
}

bool lane_selection_has(const struct lane_selection *s, uint64_t lane)
{
    if (s->bits == NULL || lane == LANE_BEFORE || lane == LANE_AFTER)
        return true;
    return lane <= s->lanes && bit(s, lane);
}

static void tell_unknown(const char *path, uint64_t line, struct str key, uint64_t nth, struct findings *faults)
{
    if (nth <= KEYS_TOLD)
        findings_say(faults, SEVERITY_WARNING, path, line, 0, "lane-unknown", "no lane of this plan has the key %s",
                     shown(key, false).text);
}

static enum etl_status mark_line(struct ledger *l, struct lane_selection *s, struct str key, bool on, bool *known,
                                 struct err *err)
{
    struct ledger_lane lane;
    enum etl_status    st = ledger_lane_find(l, key, &lane, err);

    *known = st != ETL_END;
    if (st == ETL_OK)
        set_bit(s, lane.number, on);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status mark_file(struct ledger *l, struct lane_selection *s, const char *path, bool on,
                                 struct findings *faults, struct err *err)
{
    FILE           *file = files_stream_open(path);
    char           *text = NULL;
    size_t          cap = 0;
    ssize_t         len;
    uint64_t        line = 0, unknown = 0;
    bool            known = true;
    enum etl_status st = ETL_OK;

    if (file == NULL)
        return err_set(err, ETL_FAIL, "lane-file", "cannot read %s: %s", path, strerror(errno));
    while (st == ETL_OK && (len = getline(&text, &cap, file)) >= 0) {
        struct str key = str_of(text, (size_t)len);

        line++;
        while (key.len != 0 && (key.ptr[key.len - 1] == '\n' || key.ptr[key.len - 1] == '\r'))
            key.len--;
        if (key.len == 0)
            continue;
        st = mark_line(l, s, key, on, &known, err);
        if (st == ETL_OK && !known)
            tell_unknown(path, line, key, ++unknown, faults);
    }
    if (st == ETL_OK && ferror(file) != 0)
        st = err_set(err, ETL_FAIL, "lane-file", "cannot read %s: %s", path, strerror(errno));
    if (unknown > KEYS_TOLD)
        findings_say(faults, SEVERITY_WARNING, path, 0, 0, "lane-unknown",
                     "%llu keys that no lane of this plan has, the first %d are told", (unsigned long long)unknown,
                     KEYS_TOLD);
    free(text);
    files_stream_close(file);
    return st;
}

enum etl_status lane_selection_make(struct ledger *l, const struct lane_selection_options *o, struct arena *mem,
                                    struct lane_selection *out, struct findings *faults, struct err *err)
{
    uint64_t        lanes = ledger_lane_count(l), left = 0;
    enum etl_status st = ETL_OK;

    *out = (struct lane_selection){ .lanes = lanes };
    if (o->only == NULL && o->skip == NULL && o->limit == 0)
        return ETL_OK;
    out->bits = (unsigned char *)arena_bytes(mem, lanes / 8 + 1);
    memset(out->bits, o->only == NULL ? 0xff : 0, lanes / 8 + 1);
    if (o->only != NULL)
        st = mark_file(l, out, o->only, true, faults, err);
    if (st == ETL_OK && o->skip != NULL)
        st = mark_file(l, out, o->skip, false, faults, err);
    for (uint64_t n = 1; n <= lanes; n++) {
        if (bit(out, n) && o->limit != 0 && left == o->limit)
            set_bit(out, n, false);
        left += bit(out, n);
    }
    if (st == ETL_OK && left == 0)
        return err_set(err, ETL_FAIL, "lane-none", "none of the plan's %llu lanes is chosen",
                       (unsigned long long)lanes);
    return st;
}
