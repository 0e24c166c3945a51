/* etl/plan/seen_keys.c - what planning remembers across records: lanes, unique and once_per values, parents, rows a lane. */
#include "etl/plan/seen_keys.h"

#include <errno.h>

#include "etl/core/system/files.h"
#include "etl/run/run_facts.h"

/* A lane's number: whether it has calls in this plan; whether a record without a unique value was accepted; which calls have claimed its name as
 * once_per value, from bit LANE_CALLS_AT on; and in the upper half what the first of those records says. A place's number: the input above, the
 * line below. */
#define LANE_CALLED UINT64_C(1)
#define LANE_SAYS   UINT64_C(2)
enum { LANE_SAYS_AT = 32 };
_Static_assert(LANE_CALLS_AT + LANE_CALLS == LANE_SAYS_AT, "a lane's number has room for all of it");
#define LINE_MASK ((UINT64_C(1) << 48) - 1)

/* A parent's number: the length of its row (1 MiB of text are 2 MiB of UTF-16), its offset, and in the top bits how many runs ago. */
enum { PARENT_LENGTH_BITS = 22, PARENT_OFFSET_BITS = 37 };
#define PARENT_LENGTH ((UINT64_C(1) << PARENT_LENGTH_BITS) - 1)
#define PARENT_OFFSET ((UINT64_C(1) << PARENT_OFFSET_BITS) - 1)
static const char     known_magic[16] = "subferry known 3";
static const uint64_t max_entries = UINT64_C(1) << 32;

void seen_keys_init(struct seen_keys *k, const struct key *key)
{
    unsigned char bytes[16];

    key_fingerprint(key, STR("subferry known"), bytes);
    *k = (struct seen_keys){ .set = digest_set_new(max_entries),
                             .rejected = digest_set_new(max_entries),
                             .counted = digest_set_new(max_entries),
                             .prior_parents = digest_set_new(max_entries) };
    memcpy(&k->seed, bytes, sizeof k->seed);
}

void seen_keys_release(struct seen_keys *k)
{
    digest_set_free(k->set);
    digest_set_free(k->rejected);
    digest_set_free(k->counted);
    digest_set_free(k->prior_parents);
    for (size_t i = 0; i < SEEN_INPUTS; i++)
        digest_set_free(k->parents[i]);
    *k = (struct seen_keys){ 0 };
}

static uint64_t pack(struct seen_place where)
{
    return (uint64_t)(where.input & 0x7fff) << 48 | (where.line & LINE_MASK);
}

static struct seen_place unpack(uint64_t number)
{
    return (struct seen_place){ (uint32_t)(number >> 48 & 0x7fff), number & LINE_MASK };
}

bool seen_keys_lane_rejected(struct seen_keys *k, struct digest lane, struct seen_place *where)
{
    const uint64_t *number = digest_set_get(k->rejected, lane);

    if (number == NULL)
        return false;
    *where = unpack(*number);
    return true;
}

void seen_keys_lane_reject(struct seen_keys *k, struct digest lane, struct seen_place where)
{
    uint64_t *number = digest_set_put(k->rejected, lane);

    if (*number == 0) /* the first one is named */
        *number = pack(where);
}

/* An entry of its own for what some record of the lane says; both digests are spread evenly already. */
static uint64_t *says_entry(struct seen_keys *k, struct digest lane, uint64_t says)
{
    struct digest d = { lane.low + says * UINT64_C(0x9e3779b97f4a7c15),
                        ((lane.high ^ says) & ~UINT64_C(7)) | DIGEST_SAYS };

    return digest_set_put(k->set, d);
}

/* is_first: the lane's entry has it already, as the first. */
static uint64_t count_copy(struct seen_keys *k, struct digest lane, uint64_t says, bool is_first)
{
    uint64_t *count = says_entry(k, lane, says);

    if (is_first && *count == 0)
        *count = 1;
    return ++*count;
}

struct seen_lane seen_keys_record(struct seen_keys *k, struct digest lane, const struct seen_record *record)
{
    uint64_t         says = record->says + record->input * UINT64_C(0xd1b54a32d192ed03), *entry, before;
    struct seen_lane out = { true, 1 };

    if (lane.high == 0) {
        out.copy = record->has_says ? count_copy(k, lane, says, false) : 1;
        return out;
    }
    entry = digest_set_put(k->set, lane);
    before = *entry;
    out.is_new = (before & LANE_CALLED) == 0;
    if (record->has_calls)
        *entry |= LANE_CALLED;
    if (!record->has_says)
        return out;
    if ((before & LANE_SAYS) == 0)
        *entry |= LANE_SAYS | says >> LANE_SAYS_AT << LANE_SAYS_AT;
    else
        out.copy = count_copy(k, lane, says, before >> LANE_SAYS_AT == says >> LANE_SAYS_AT);
    return out;
}

bool seen_keys_is_free(struct seen_keys *k, struct digest d, struct seen_place *where)
{
    const uint64_t *number = digest_set_get(k->set, d);

    if (number == NULL)
        return true;
    *where = unpack(*number);
    return false;
}

void seen_keys_claim(struct seen_keys *k, struct digest d, struct seen_place where)
{
    *digest_set_put(k->set, d) = pack(where);
}

uint64_t *seen_keys_once(struct seen_keys *k, struct digest d)
{
    return digest_set_put(k->set, d);
}

uint64_t seen_keys_count(struct seen_keys *k, struct digest d)
{
    const uint64_t *number = digest_set_get(k->counted, d);

    return number != NULL ? *number : 0;
}

uint64_t seen_keys_count_up(struct seen_keys *k, struct digest d)
{
    return ++*digest_set_put(k->counted, d);
}

void seen_keys_nth_rejected(struct seen_keys *k, struct digest d)
{
    ++*digest_set_put(k->set, d);
}

static uint64_t pack_parent(struct parent_place where)
{
    return (uint64_t)where.runs_ago << (PARENT_LENGTH_BITS + PARENT_OFFSET_BITS) | where.offset << PARENT_LENGTH_BITS |
           where.length;
}

static struct parent_place unpack_parent(uint64_t number)
{
    return (struct parent_place){ number >> PARENT_LENGTH_BITS & PARENT_OFFSET, (uint32_t)(number & PARENT_LENGTH),
                                  (unsigned)(number >> (PARENT_LENGTH_BITS + PARENT_OFFSET_BITS)) };
}

bool seen_keys_parent(struct seen_keys *k, size_t input, struct digest d, struct parent_place *where)
{
    const uint64_t *number = k->parents[input] != NULL ? digest_set_get(k->parents[input], d) : NULL;

    if (number == NULL)
        number = digest_set_get(k->prior_parents, d);
    if (number == NULL)
        return false;
    *where = unpack_parent(*number);
    return true;
}

void seen_keys_parent_add(struct seen_keys *k, size_t input, struct digest d, uint64_t offset, size_t length)
{
    struct parent_place where = { offset, (uint32_t)length, 0 };
    uint64_t           *number;

    if (digest_set_get(k->prior_parents, d) != NULL)
        return;
    if (k->parents[input] == NULL)
        k->parents[input] = digest_set_new(max_entries);
    if (offset > PARENT_OFFSET || length > PARENT_LENGTH)
        where = (struct parent_place){ 0, 0, PARENT_FAR };
    number = digest_set_put(k->parents[input], d);
    if (*number == 0) /* the first row of a lane is its parent; a row has a length */
        *number = pack_parent(where);
}

/* ---- known.bin: the magic, then entries of 24 bytes: digest and number, in this machine's byte order, whole entries a block ---- */

struct saved {
    uint64_t low, high, value;
};
struct saving {
    struct plan_writer     *file;
    enum etl_status         st;
    struct err             *err;
    struct saved            rows[1024];
    size_t                  count;
    const struct seen_keys *seen;
};

static void flush_rows(struct saving *s)
{
    if (s->st == ETL_OK && s->count != 0)
        s->st = plan_writer_put(s->file, str_of((const char *)s->rows, s->count * sizeof s->rows[0]), s->err);
    s->count = 0;
}

static void save_one(void *context, struct digest d, uint64_t value)
{
    struct saving  *s = context;
    const uint64_t *rejected;

    if (digest_kind(d) == DIGEST_COUNT)
        return;
    if (digest_kind(d) == DIGEST_NTH) { /* rows that were rejected come again, and are numbered then */
        rejected = digest_set_get(s->seen->set, d);
        value -= rejected != NULL ? *rejected : 0;
    }
    s->rows[s->count++] = (struct saved){ d.low, d.high, value };
    if (s->count == sizeof s->rows / sizeof s->rows[0])
        flush_rows(s);
}

static void save_entry(void *context, struct digest d, uint64_t value)
{
    if (digest_kind(d) == DIGEST_LANE) { /* which lanes have calls matters to this plan only */
        value &= ~LANE_CALLED;
        if (value == 0)
            return;
    }
    if (digest_kind(d) != DIGEST_NTH) /* they go with those that are counted */
        save_one(context, d, value);
}

enum etl_status seen_keys_save(const struct seen_keys *k, struct plan_writer *file, struct err *err)
{
    struct saving  *s = calloc(1, sizeof *s);
    enum etl_status st;

    if (s == NULL)
        memory_exhausted("saving what a plan knows", sizeof *s);
    s->file = file;
    s->err = err;
    s->st = plan_writer_put(file, str_of(known_magic, sizeof known_magic), err);
    s->seen = k;
    digest_set_each(k->set, save_entry, s);
    digest_set_each(k->counted, save_one, s);
    digest_set_each(k->prior_parents, save_one, s);
    for (size_t i = 0; i < SEEN_INPUTS; i++)
        if (k->parents[i] != NULL)
            digest_set_each(k->parents[i], save_one, s);
    flush_rows(s);
    st = s->st;
    free(s);
    return st;
}

/* Which lanes were rejected is not taken over: their mended records come again. */
static void take_one(struct seen_keys *k, const struct saved *row)
{
    struct digest       d = { row->low, row->high };
    uint64_t            value = row->value;
    struct digest_set  *set = k->set;
    struct parent_place parent;

    switch (digest_kind(d)) {
    case DIGEST_NTH:
    case DIGEST_COUNT: set = k->counted; break;
    case DIGEST_PARENT:
        set = k->prior_parents;
        parent = unpack_parent(value);
        parent.runs_ago += parent.runs_ago < PARENT_FAR;
        value = pack_parent(parent);
        break;
    case DIGEST_UNIQUE: value = pack((struct seen_place){ PLACE_AFTER, 0 }); break;
    case DIGEST_LANE:
    case DIGEST_ONCE:
    case DIGEST_SAYS: break;
    }
    *digest_set_put(set, d) = value;
}

/* The first block is the magic, the others are whole entries. */
static enum etl_status take_block(struct seen_keys *k, size_t block, struct str bytes, struct err *err)
{
    struct saved row;

    if (block == 0)
        return str_eq(bytes, str_of(known_magic, sizeof known_magic))
                   ? ETL_OK
                   : err_set(err, ETL_FAIL, "after", "known.bin is of another version");
    if (bytes.len % sizeof row != 0)
        return err_set(err, ETL_FAIL, "after", "known.bin is damaged");
    for (; bytes.len != 0; bytes = str_skip(bytes, sizeof row)) {
        memcpy(&row, bytes.ptr, sizeof row);
        take_one(k, &row);
    }
    return ETL_OK;
}

enum etl_status seen_keys_load(struct seen_keys *k, const char *path, const struct seal *seal, struct err *err)
{
    AUTO(buf_release) struct buf block;
    const struct sealed_file    *file = seal_file(seal, KNOWN_FILE);
    struct block_tagger         *tagger;
    enum etl_status              st = ETL_OK;
    int                          fd = files_open(path, O_RDONLY);

    buf_init(&block, SEALED_BLOCK_BYTES, "a block of known.bin");
    if (fd < 0 || file == NULL) {
        if (fd >= 0)
            files_close(fd);
        return err_set(err, ETL_FAIL, "after", "cannot read %s: %s", path,
                       file == NULL ? "the seal does not cover it" : strerror(errno));
    }
    tagger = block_tagger_new(seal->key);
    for (size_t i = 0; i < file->count && st == ETL_OK; i++) {
        st = sealed_file_read_block(file, fd, i, tagger, &block, err);
        if (st == ETL_OK)
            st = take_block(k, i, buf_str(&block), err);
    }
    block_tagger_free(tagger);
    files_close(fd);
    return st;
}
