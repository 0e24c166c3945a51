/* providers/sandbox/store/person.c - names, towns and a vocabulary: which column is filled how. */
#include "providers/sandbox/store/person.h"

#include "etl/core/buf.h"

enum { FIRST_ACCOUNT = 100001, PER_PARENT = 50 };

static const struct name firsts[] = {
    { "James", 0 },        { "Mary", 0 },           { "Robert", 0 },
    { "Linda", 0 },        { "John", 0 },           { "Susan", 0 },
    { "Michael", 0 },      { "Karen", 0 },          { "David", 0 },
    { "Nancy", 0 },        { "Maria", 0 },          { "Daniel", 0 },
    { "Laura", 0 },        { "Ahmed", 0 },          { "Mei", 0 },
    { "Olga", 0 },         { "Pedro", 0 },          { "Ann", 0 },
    { "Kofi", 0 },         { "Ingrid", 0 },         { "Paul", 0 },
    { "Zo\u00eb", "Zoe" }, { "Jos\u00e9", "Jose" }, { "Bj\u00f6rn", "Bjorn" },
};
static const struct name lasts[] = {
    { "Smith", 0 },
    { "Johnson", 0 },
    { "Miller", 0 },
    { "Garcia", 0 },
    { "Davis", 0 },
    { "Wilson", 0 },
    { "Moore", 0 },
    { "Taylor", 0 },
    { "Lee", 0 },
    { "O'Brien", 0 },
    { "Clark", 0 },
    { "Lewis", 0 },
    { "Young", 0 },
    { "Walker", 0 },
    { "Nguyen", 0 },
    { "Hill", 0 },
    { "Baker", 0 },
    { "Rivera", 0 },
    { "Larsen", 0 },
    { "Kowalski", 0 },
    { "Schmidt", 0 },
    { "Rossi", 0 },
    { "Haddad", 0 },
    { "Okafor", 0 },
    { "Fisher", 0 },
    { "Parker", 0 },
    { "Brooks", 0 },
    { "Reed", 0 },
    { "Van Dyk", 0 },
    { "Cole", 0 },
    { "N\u00fa\u00f1ez", "Nunez" },
    { "Stra\u00dfer", "Strasser" },
};
static const char *const  streets[] = { "Main St",        "Oak Ave", "Maple Dr", "Second St", "Park Blvd",
                                        "County Road 12", "Elm St",  "Mill Ln",  "Lake Rd",   "Church St" };
static const struct place places[] = {
    { "Lenexa", "KS", "66215", "913" },  { "Topeka", "KS", "66603", "785" },  { "Provo", "UT", "84601", "801" },
    { "Ogden", "UT", "84401", "801" },   { "Boulder", "CO", "80302", "303" }, { "Amarillo", "TX", "79101", "806" },
    { "Lubbock", "TX", "79401", "806" }, { "Tulsa", "OK", "74103", "918" },   { "Lincoln", "NE", "68508", "402" },
    { "Fargo", "ND", "58102", "701" },   { "Bozeman", "MT", "59715", "406" }, { "Boise", "ID", "83702", "208" },
    { "Casper", "WY", "82601", "307" },  { "Joplin", "MO", "64801", "417" },  { "Northampton", "MA", "01060", "413" },
};
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* The last step of splitmix64: similar numbers give unrelated results. */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t person_draw(const struct person *p, const char *what, unsigned nth, uint64_t count)
{
    return mix(p->chance ^ str_hash(str_from(what)) ^ (uint64_t)nth << 40) % count;
}

void person_make(struct person *p, uint64_t seed, uint64_t number)
{
    *p = (struct person){ .number = number, .chance = mix(mix(seed + 1) + number * UINT64_C(0x9e3779b97f4a7c15)) };
    p->first = &firsts[person_draw(p, "first", 0, COUNT(firsts))];
    p->last = &lasts[person_draw(p, "last", 0, COUNT(lasts))];
    p->street = streets[person_draw(p, "street", 0, COUNT(streets))];
    p->place = &places[person_draw(p, "place", 0, COUNT(places))];
}

/* ---- the vocabulary ----
 *
 * table NULL: for any table. In a pattern {pick:a|b} is one of these, {from:1..9} a number, {digits:4} that many digits, and any other {word}
 * is computed by the function of that name below. */
static const struct entry {
    const char *table, *column, *pattern;
} vocabulary[] = {
    { NULL, "customer_id", "{account}" },
    { NULL, "billing_id", "{account}" },
    { "customers", "x_nickname", "sub_{account}" },
    { NULL, "parent_id", "{parent}" },
    { NULL, "first_name", "{first}" },
    { NULL, "last_name", "{last}" },
    { NULL, "name", "{first} {last}" },
    { NULL, "x_name", "{first} {last}" },
    { NULL, "x_title", "{pick:Moved|Called|Visited}" },
    { "custom_entries", "table", "voip" },
    { "custom_entries", "value", "{pick:desk|hall|shop} {digits:3}" },
    { "products", "product_id", "{serial}" },
    { "products", "name", "Internet {from:10..900} Mbit" },
    { "products", "type", "{pick:recurring|one-off}" },
    { "products", "price", "{from:10..90}.{digits:2}" },
    { "subscriptions", "description", "Internet {from:10..900} Mbit" },
    { "subscriptions", "price", "{from:10..90}.{digits:2}" },
    { "subscriptions", "quantity", "{from:1..2}" },
    { "sites", "name", "{city} {pick:hill|tower|water tank} {serial}" },
    { "equipment", "name", "eq-{serial}-{hex}" },
    { "equipment", "serial", "{hex}{hex}{hex}{hex}" },
    { "customers", "company", "{pick:||||{last} & Sons|{last} Farms, LLC|\"{city}\" Hardware}" },
    { "customers", "x_customerstatus", "{pick:current|current|current|current|current|post}" },
    { "customers", "title", "{pick:||Mr.|Ms.|Dr.}" },
    { "contacts", "title", "{pick:Owner|Billing contact|Spouse}" },
    { NULL, "address1", "{from:1..9999} {street}" },
    { NULL, "address2", "{pick:|||Apt. {from:1..40}|Suite {from:1..9}, rear}" },
    { NULL, "address", "{from:1..9999} {street}" },
    { NULL, "city", "{city}" },
    { NULL, "state", "{state}" },
    { NULL, "zip", "{zip}" },
    { NULL, "country", "USA" },
    { NULL, "email", "{local}@mail.example.com" },
    { NULL, "contact", "{local}@mail.example.com" },
    { NULL, "home_phone", "{area}555{digits:4}" },
    { NULL, "work_phone", "{area}555{digits:4}" },
    { NULL, "mobile_phone", "{area}555{digits:4}" },
    { NULL, "contact_phone", "{area}555{digits:4}" },
    { NULL, "phone", "{area}555{digits:4}" },
    { NULL, "os", "{pick:Windows 11|macOS|Linux|}" },
    { NULL, "notes", "{pick:|||Call after 6|Dog \"Rex\", mind the gate|Paid by check\nsince May}" },
    { NULL, "login", "{local}{nth}@example.net" },
    { "ftp_accounts", "login", "{local}.web{nth}@example.net" },
    { "mailboxes", "mailbox", "{local}{nth}@example.net" },
    { "aliases", "alias", "{local}.alias{nth}@example.net" },
    { "aliases", "target", "{local}@example.net" },
    { NULL, "password", "{password}" },
    { "customers", "security_password", "{password}" },
    { "cpni", "question", "{pick:First pet?|Street you grew up in?|Favourite teacher?}" },
    { "cpni", "answer", "{password}" },
    { "services", "product_id", "{pick:dsl_10|dsl_50|cable_100|fiber_500|dialup}{nth}" },
    { "services", "type", "{pick:INT|CBL|FIB}" },
    { "services", "agreement_number", "{digits:6}" },
    { "services", "other_id", "{digits:8}" },
    { "services", "kind", "{pick:vds|vhost|dedic|soft}" },
    { "services", "domain", "{local}{nth}.example.net" },
    { "services", "period_months", "{pick:1|6|12}" },
    { "services", "autorenew_months", "{pick:1|12}" },
    { "logins", "group", "{pick:residential|business}" },
    { "equipment", "attribute", "{pick:Modem|Router|ONT}" },
    { "equipment", "value", "{pick:SB6141|TC4300|HG8245}" },
    { "equipment", "comments", "{pick:|leased|bought}" },
    { NULL, "ip", "10.{from:0..255}.{from:0..255}.{from:1..254}" },
    { NULL, "netmask", "255.255.255.0" },
    { NULL, "gateway", "10.0.0.1" },
    { NULL, "mac", "02:{hex}:{hex}:{hex}:{hex}:{hex}" },
    { "radius_attributes", "table", "{pick:radcheck|radreply}" },
    { "radius_attributes", "attribute", "{pick:Session-Timeout|Framed-IP-Address|Filter-Id}" },
    { "radius_attributes", "op", ":=" },
    { "radius_attributes", "value", "{pick:3600|7200|slow|fast}" },
    { "radius_sessions", "text",
      "2026-02-{from:10..28} {from:10..23}:{from:10..59}:{from:10..59} {pick:Access-Accept|Access-Reject bad password|Stop session time} {from:1..9999}" },
    { NULL, "text",
      "{pick:No sync since morning|Mail bounces.\nCalled twice.|Asked about the bill|New router configured|Slow in the evening}" },
    { NULL, "detail", "{pick:Line tested, noise found|Waits for parts|Technician sent}" },
    { NULL, "summary", "{pick:Line fault|Mail trouble|Billing question}" },
    { NULL, "subject", "{pick:Maintenance in {city}|Outage in {city}|New access numbers}" },
    { NULL, "script", "Offer the faster plan." },
    { NULL, "time", "2025-{from:10..12}-{from:10..28} {from:10..23}:{from:10..59}:00" },
    { NULL, "close_time", "2026-01-{from:10..28} {from:10..23}:{from:10..59}:00" },
    { NULL, "close_notes", "{pick:Solved|Customer informed}" },
    { NULL, "date", "2025-{from:10..12}-{from:10..28}" },
    { NULL, "begin", "2026-01-{from:10..28}" },
    { NULL, "end", "2026-02-{from:10..28}" },
    { "campaigns", "start_date", "2026-01-{from:10..28}" },
    { "campaigns", "stop_date", "2026-06-{from:10..28}" },
    { NULL, "service", "{pick:Internet|E-mail|Telephone}" },
    { NULL, "category", "{from:1..9}" },
    { "codes", "code", "{city}" },
    { NULL, "alert_id", "{serial}" },
    { NULL, "ticket_id", "{serial}" },
    { NULL, "escalation_id", "{serial}" },
    { NULL, "service_id", "{serial}" },
    { "products", "product_id", "{serial}" },
    { "products", "type", "{pick:recurring|one-off}" },
    { "products", "price", "{from:9..90}.{digits:2}" },
    { "subscriptions", "product_id", "{from:1..90}" },
    { "subscriptions", "description", "{pick:Fiber 500|Cable 100|DSL 10}" },
    { "subscriptions", "quantity", "1" },
    { "subscriptions", "price", "{from:9..90}.{digits:2}" },
    { "subscriptions", "period_months", "{pick:1|3|12}" },
    { "support_services", "name", "{pick:Internet|E-mail|Telephone|Web space}" },
    { "support_categories", "name", "{pick:Slow|No connection|Password|Set-up|Billing}" },
    { NULL, "service_name", "{pick:Internet|E-mail|Telephone}" },
    { NULL, "category_id", "{serial}" },
    { "escalations", "status", "{pick:open|closed}" },
    { "invoices", "type", "{pick:dialup|email|ftp|credit}" },
    { "invoices", "amount", "{from:1..40}.{digits:2}" },
    { "usage", "realm", "example.net" },
    { "usage", "access_list", "{pick:us-west|us-east}" },
    { "usage", "seconds", "{from:60..400000}" },
    { "access_numbers", "number", "{area}555{digits:4}" },
    { "access_numbers", "network", "{pick:Level 3|Qwest|UUNet}" },
    { "access_numbers", "v92", "{pick:Y|N}" },
    { "access_numbers", "isdn64k", "{pick:Y|N}" },
    { "access_numbers", "isdn128k", "{pick:Y|N}" },
    { "access_numbers", "multilink", "{pick:Y|N}" },
    { "access_numbers", "moh", "{pick:Y|N}" },
};

/* ---- filling a pattern ---- */

struct word_writer {
    const struct person *person;
    struct buf          *out;
    uint64_t             chance;
    unsigned             nth;
};

static uint64_t draw(struct word_writer *w, uint64_t count)
{
    w->chance = mix(w->chance + UINT64_C(0x9e3779b97f4a7c15));
    return w->chance % count;
}

static void digits(struct word_writer *w, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        buf_byte(w->out, (char)('0' + draw(w, 10)));
}

static const char *plain_name(const struct name *name)
{
    return name->plain != NULL ? name->plain : name->text;
}

/* Letters of the name in lower case, and the number, so that no two subscribers share it. */
static void local(struct word_writer *w)
{
    const char *names[] = { plain_name(w->person->first), plain_name(w->person->last) };

    for (size_t n = 0; n < 2; n++) {
        for (const char *c = names[n]; *c != '\0'; c++)
            if ((*c | 0x20) >= 'a' && (*c | 0x20) <= 'z')
                buf_byte(w->out, (char)(*c | 0x20));
        buf_text(w->out, n == 0 ? "." : "");
    }
    buf_u64(w->out, w->person->number + 1);
}

/* Consonants only, so that no dictionary word can come out. */
static void password(struct word_writer *w)
{
    static const char letters[] = "bcdfghjkmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ";

    for (int i = 0; i < 11; i++) {
        if (i == 4)
            buf_byte(w->out, '-');
        else if (i % 3 == 2)
            digits(w, 1);
        else
            buf_byte(w->out, letters[draw(w, sizeof letters - 1)]);
    }
}

static void bare(struct word_writer *w, struct str word)
{
    const struct person *p = w->person;

    if (str_is(word, "first"))
        buf_text(w->out, p->plain ? plain_name(p->first) : p->first->text);
    else if (str_is(word, "last"))
        buf_text(w->out, p->plain ? plain_name(p->last) : p->last->text);
    else if (str_is(word, "street"))
        buf_text(w->out, p->street);
    else if (str_is(word, "city"))
        buf_text(w->out, p->place->city);
    else if (str_is(word, "state"))
        buf_text(w->out, p->place->state);
    else if (str_is(word, "zip"))
        buf_text(w->out, p->place->zip);
    else if (str_is(word, "area"))
        buf_text(w->out, p->place->area);
    else if (str_is(word, "account"))
        buf_u64(w->out, FIRST_ACCOUNT + p->number);
    else if (str_is(word, "parent"))
        buf_u64(w->out, FIRST_ACCOUNT - 1 - p->number / PER_PARENT % (FIRST_ACCOUNT / 2));
    else if (str_is(word, "serial"))
        buf_u64(w->out, p->number * 8 + w->nth + 1);
    else if (str_is(word, "local"))
        local(w);
    else if (str_is(word, "password"))
        password(w);
    else if (str_is(word, "hex"))
        buf_fmt(w->out, "%02x", (unsigned)draw(w, 256));
    else if (str_is(word, "nth") && w->nth != 0)
        buf_fmt(w->out, ".%u", w->nth + 1);
}

static void write_pattern(struct word_writer *w, struct str pattern);

static void pick(struct word_writer *w, struct str choices)
{
    size_t     count = 1;
    struct str one = STR(""), rest = choices;

    for (size_t i = 0; i < choices.len; i++)
        count += choices.ptr[i] == '|';
    for (uint64_t skip = draw(w, count) + 1; skip != 0; skip--)
        rest = str_cut(rest, '|', &one);
    write_pattern(w, one);
}

static void from_to(struct word_writer *w, struct str range)
{
    struct str low, high = str_cut(range, '.', &low);
    uint64_t   a = 0, b = 0;

    str_to_u64(low, &a);
    str_to_u64(str_skip(high, 1), &b);
    buf_u64(w->out, a + draw(w, b - a + 1));
}

/* The length of a {…}, nested ones included. */
static size_t braced(struct str s)
{
    size_t depth = 0;

    for (size_t i = 0; i < s.len; i++) {
        depth += s.ptr[i] == '{';
        depth -= s.ptr[i] == '}';
        if (depth == 0)
            return i + 1;
    }
    return s.len;
}

static void write_pattern(struct word_writer *w, struct str pattern)
{
    while (pattern.len != 0) {
        size_t     len = pattern.ptr[0] == '{' ? braced(pattern) : 1;
        struct str word, argument;
        uint64_t   n;

        if (len == 1) {
            buf_byte(w->out, pattern.ptr[0] == '\n' && w->person->plain ? ' ' : pattern.ptr[0]);
        } else {
            argument = str_cut(str_of(pattern.ptr + 1, len - 2), ':', &word);
            if (argument.ptr == NULL)
                bare(w, word);
            else if (str_is(word, "pick"))
                pick(w, argument);
            else if (str_is(word, "from"))
                from_to(w, argument);
            else if (str_to_u64(argument, &n))
                digits(w, n);
        }
        pattern = str_skip(pattern, len);
    }
}

/* An entry for this table goes before one for any table. */
static const struct entry *entry_for(struct str table, struct str column)
{
    const struct entry *any = NULL;

    for (size_t i = 0; i < COUNT(vocabulary); i++) {
        const struct entry *e = &vocabulary[i];

        if (!str_is(column, e->column))
            continue;
        if (e->table == NULL)
            any = e;
        else if (str_is(table, e->table))
            return e;
    }
    return any;
}

struct str person_value(const struct person *p, struct str table, struct str column, unsigned nth, struct arena *mem)
{
    AUTO(buf_release) struct buf out;
    const struct entry          *e = entry_for(table, column);
    struct word_writer           w = { .person = p, .out = &out, .nth = nth };

    buf_init(&out, 4096, "a made-up value");
    if (e == NULL)
        return STR_NONE;
    w.chance = p->chance ^ str_hash(column) ^ str_hash(table) * 3 ^ (uint64_t)nth << 32;
    write_pattern(&w, str_from(e->pattern));
    return arena_str(mem, buf_str(&out));
}
