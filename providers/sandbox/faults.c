/* providers/sandbox/faults.c - reads the faults that are ordered, and decides which request has one. */
#include "providers/sandbox/faults.h"

#include <pthread.h>

#include "etl/core/system/random.h"

enum { FAULTS_MAX = 64, NAME_MAX_BYTES = 64 };

struct fault {
    enum fault_kind kind;
    uint64_t        number;
    bool            has_number;
    uint32_t        rate;                                              /* of 1,000,000 */
    char            command[NAME_MAX_BYTES], provider[NAME_MAX_BYTES]; /* "" = any */
    uint64_t        after, times, seen, done;
    bool            reused;
};
struct faults {
    pthread_mutex_t mutex;
    struct random   random; /* seeded: the same seed gives the same faults */
    struct fault    items[FAULTS_MAX];
    size_t          count;
};

enum number { WITHOUT, WITH, MAY }; /* is there a number behind the kind's name? */
static const struct kind {
    const char     *name;
    enum fault_kind kind;
    bool            processes;
    enum number     number;
    uint64_t        least, most; /* that the number may be */
} kinds[] = {
    { "drop-before", FAULT_DROP_BEFORE, false, WITHOUT, 0, 0 },
    { "drop-after", FAULT_DROP_AFTER, true, WITHOUT, 0, 0 },
    { "delay", FAULT_DELAY, true, WITH, 1, 3600000 },
    { "status", FAULT_STATUS, false, WITH, 400, 599 },
    { "status-after", FAULT_STATUS_AFTER, true, WITH, 400, 599 },
    { "cutoff", FAULT_CUTOFF, true, MAY, 0, UINT64_MAX },
    { "garbage", FAULT_GARBAGE, true, WITHOUT, 0, 0 },
    { "html", FAULT_HTML, false, WITHOUT, 0, 0 },
    { "empty", FAULT_EMPTY, false, WITHOUT, 0, 0 },
    { "throttle", FAULT_THROTTLE, false, WITHOUT, 0, 0 },
    { "login", FAULT_LOGIN, false, WITHOUT, 0, 0 },
    { "lapse", FAULT_LAPSE, true, WITHOUT, 0, 0 },
    { "close-idle", FAULT_CLOSE_IDLE, true, WITHOUT, 0, 0 },
    { "no-length", FAULT_NO_LENGTH, true, MAY, 0, UINT64_MAX },
    { "latin1", FAULT_LATIN1, true, WITHOUT, 0, 0 },
    { "control", FAULT_CONTROL, true, WITHOUT, 0, 0 },
    { "raw-quotes", FAULT_RAW_QUOTES, true, WITHOUT, 0, 0 },
    { "roots", FAULT_ROOTS, true, WITHOUT, 0, 0 },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct kind *kind_of(enum fault_kind kind)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].kind == kind)
            return &kinds[i];
    return NULL;
}

const char *fault_name(enum fault_kind kind)
{
    const struct kind *k = kind_of(kind);

    return k != NULL ? k->name : "";
}

bool fault_processes(enum fault_kind kind)
{
    const struct kind *k = kind_of(kind);

    return k == NULL || k->processes;
}

struct faults *faults_new(uint64_t seed)
{
    struct faults *f = calloc(1, sizeof *f);

    if (f == NULL)
        memory_exhausted("the sandbox's faults", 0);
    pthread_mutex_init(&f->mutex, NULL);
    random_seed(&f->random, seed);
    return f;
}

void faults_free(struct faults *f)
{
    if (f == NULL)
        return;
    pthread_mutex_destroy(&f->mutex);
    free(f);
}

/* ---- reading a spec ---- */

/* "10%", "0.5%": at most four decimals, so that it is a whole number of millionths. */
static bool rate_read(struct str text, uint32_t *out)
{
    struct str whole, part;
    uint64_t   percent, decimals = 0;

    if (!str_ends(text, STR("%")))
        return false;
    part = str_cut(str_head(text, text.len - 1), '.', &whole);
    if (!str_to_u64(whole, &percent) || percent > 100)
        return false;
    if (part.ptr != NULL) {
        if (part.len > 4 || !str_to_u64(part, &decimals))
            return false;
        for (size_t i = part.len; i < 4; i++)
            decimals *= 10;
    }
    *out = (uint32_t)(percent * 10000 + decimals);
    return *out <= 1000000;
}

static bool name_read(struct str text, char *out)
{
    if (text.len == 0 || text.len >= NAME_MAX_BYTES)
        return false;
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

static enum etl_status number_read(const struct kind *kind, struct str number, struct fault *fault, struct err *err)
{
    fault->has_number = number.ptr != NULL;
    if (number.ptr == NULL ? kind->number != WITH
                           : kind->number != WITHOUT && str_to_u64(number, &fault->number) &&
                                 fault->number >= kind->least && fault->number <= kind->most)
        return ETL_OK;
    if (kind->number == WITHOUT)
        return err_set(err, ETL_FAIL, "fault-number", "the fault %s takes no number", kind->name);
    return err_set(err, ETL_FAIL, "fault-number", "the fault %s needs a number from %llu to %llu: %s=%llu", kind->name,
                   (unsigned long long)kind->least, (unsigned long long)kind->most, kind->name,
                   (unsigned long long)kind->least);
}

/* " drop-before, drop-after, delay=N …" */
static const char *kind_list(char *out, size_t size)
{
    size_t at = 0;

    for (size_t i = 0; i < KINDS && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s %s%s", i == 0 ? "" : ",", kinds[i].name,
                               kinds[i].number == WITH  ? "=N"
                               : kinds[i].number == MAY ? "[=N]"
                                                        : "");
    return out;
}

static enum etl_status kind_read(struct str text, struct fault *fault, struct err *err)
{
    struct str name, number = str_cut(text, '=', &name), names[KINDS], near;
    char       list[400];

    for (size_t i = 0; i < KINDS; i++) {
        names[i] = str_from(kinds[i].name);
        if (!str_eq(names[i], name))
            continue;
        fault->kind = kinds[i].kind;
        return number_read(&kinds[i], number, fault, err);
    }
    near = str_nearest(name, names, KINDS);
    if (near.ptr != NULL)
        return err_set(err, ETL_FAIL, "fault-kind", "unknown fault %s, did you mean \"%.*s\"?", shown(name, false).text,
                       STR_ARG(near));
    return err_set(err, ETL_FAIL, "fault-kind", "unknown fault %s; there are%s", shown(name, false).text,
                   kind_list(list, sizeof list));
}

static enum etl_status option_read(struct str text, struct fault *fault, struct err *err)
{
    struct str name, value = str_cut(text, '=', &name);

    if (str_is(name, "reused") && value.ptr == NULL) {
        fault->reused = true;
        return ETL_OK;
    }
    if (str_is(name, "command") && name_read(value, fault->command))
        return ETL_OK;
    if (str_is(name, "provider") && name_read(value, fault->provider))
        return ETL_OK;
    if (str_is(name, "after") && str_to_u64(value, &fault->after))
        return ETL_OK;
    if (str_is(name, "times") && str_to_u64(value, &fault->times))
        return ETL_OK;
    return err_set(err, ETL_FAIL, "fault-option", "%s is none of command=X, provider=P, after=N, times=N, reused",
                   shown(text, false).text);
}

static enum etl_status spec_read(struct str spec, struct fault *fault, struct err *err)
{
    struct str      head, rest = str_cut(spec, ',', &head), kind, rate = str_cut(head, ':', &kind);
    enum etl_status st;

    *fault = (struct fault){ .rate = 1000000, .times = UINT64_MAX };
    st = kind_read(kind, fault, err);
    if (st == ETL_OK && rate.ptr != NULL && !rate_read(rate, &fault->rate))
        return err_set(err, ETL_FAIL, "fault-rate", "%s is no share; write it like 10%%", shown(rate, false).text);
    while (st == ETL_OK && rest.ptr != NULL) {
        struct str option;

        rest = str_cut(rest, ',', &option);
        st = option_read(option, fault, err);
    }
    return st;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

enum etl_status faults_set(struct faults *f, const struct str *specs, size_t count, struct err *err)
{
    struct fault read[FAULTS_MAX] = { 0 };
    size_t       n = 0;

    for (size_t i = 0; i < count; i++) {
        struct str rest = str_trim(specs[i]);

        while (rest.len != 0) {
            size_t          len = 0;
            enum etl_status st;

            while (len < rest.len && !is_blank(rest.ptr[len]))
                len++;
            if (n == FAULTS_MAX)
                return err_set(err, ETL_FAIL, "fault-count", "more than %d faults", FAULTS_MAX);
            st = spec_read(str_head(rest, len), &read[n++], err);
            if (st != ETL_OK)
                return st;
            rest = str_trim(str_skip(rest, len));
        }
    }
    pthread_mutex_lock(&f->mutex);
    memcpy(f->items, read, n * sizeof *read);
    f->count = n;
    pthread_mutex_unlock(&f->mutex);
    return ETL_OK;
}

/* ---- deciding ---- */

static bool speaks_of(const struct fault *fault, const struct fault_request *request)
{
    return (fault->command[0] == '\0' || str_is(request->command, fault->command)) &&
           (fault->provider[0] == '\0' || str_is(request->provider, fault->provider)) &&
           (!fault->reused || request->reused);
}

static bool happens(struct faults *f, struct fault *fault)
{
    if (fault->seen++ < fault->after || fault->done >= fault->times)
        return false;
    if (fault->rate < 1000000 && random_u64(&f->random) % 1000000 >= fault->rate)
        return false;
    fault->done++;
    return true;
}

struct fault_choice faults_pick(struct faults *f, const struct fault_request *request)
{
    struct fault_choice choice = { .kind = FAULT_NONE };

    pthread_mutex_lock(&f->mutex);
    for (size_t i = 0; i < f->count; i++) {
        struct fault *fault = &f->items[i];

        if ((choice.kind != FAULT_NONE && fault->kind != FAULT_DELAY) || !speaks_of(fault, request) ||
            !happens(f, fault))
            continue;
        if (fault->kind == FAULT_DELAY) {
            choice.delay_ms += fault->number;
        } else {
            choice.kind = fault->kind;
            choice.number = fault->number;
            choice.has_number = fault->has_number;
        }
    }
    pthread_mutex_unlock(&f->mutex);
    return choice;
}

void faults_noise(struct faults *f, unsigned char *out, size_t n)
{
    pthread_mutex_lock(&f->mutex);
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)(random_u64(&f->random) >> 56);
    pthread_mutex_unlock(&f->mutex);
}
