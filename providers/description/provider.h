/* providers/description/provider.h - what a provider is: one YAML file, loaded, checked and compiled.
 *
 * The file format is told in providers/reference.md. Everything that knows a provider's facts reads
 * them here: rules, wire and reply styles, verification, `provider show`, the sandbox.
 *
 * Lifetime  a provider lives in the arena it was loaded into; compiled patterns are freed by
 *           provider_free(). Read-only after loading, so threads may share it. */
#ifndef PROVIDERS_DESCRIPTION_PROVIDER_H
#define PROVIDERS_DESCRIPTION_PROVIDER_H

#include "etl/core/embedded.h"
#include "etl/core/err.h"
#include "etl/core/notation/pattern.h"
#include "etl/core/notation/yaml.h"
#include "etl/core/str.h"
#include "etl/core/value.h"

struct wire_style;
struct reply_style;

enum effect { EFFECT_READ, EFFECT_CREATE, EFFECT_CHANGE, EFFECT_REMOVE };
enum { DANGER_CUTS = 1, DANGER_DESTROYS = 2, DANGER_SPENDS = 4, DANGER_NOTIFIES = 8 };
extern const char *const effect_names[];               /* "read" "create" "change" "remove" */
const char              *danger_name(unsigned danger); /* one bit -> "cuts" … */

/* A text with {places}: parameter values, captures, row columns. Compiled once. */
struct text_part {
    struct str literal; /* ptr NULL when this is a place */
    struct str place;   /* "mbox", "row.status", "new_id" */
    int        param;   /* index in the command's params, or -1 */
    unsigned   part;    /* {address.town}: which part of its list, from 1; 0: the whole value */
    enum piece {
        PIECE_WHOLE,
        PIECE_LOCAL,
        PIECE_DOMAIN,
        PIECE_FIRST_WORD,
        PIECE_OTHER_WORDS
    } piece; /* {name.first_word} */
};
struct text {
    const struct text_part *parts;
    size_t                  count;
};
struct pair_value {
    struct str name, value;
};
struct pair { /* name: text */
    struct str  name;
    struct text text;
};
struct pairs {
    const struct pair *items;
    size_t             count;
};

enum check {
    CHECK_LENGTH,
    CHECK_CHARS,
    CHECK_FIRST,
    CHECK_PATTERN,
    CHECK_ONE_OF,
    CHECK_NONE_OF,
    CHECK_DATE,
    CHECK_NUMBER,
    CHECK_ADDRESS,
    CHECK_NOT_EQUAL,
    CHECK_NOT_CONTAINING,
    CHECK_NOT_WORD,
    CHECK_NOT_WEAK,
    CHECK_NOT_CLEAR,
    CHECK_NOT_CARD
};
enum part { PART_WHOLE, PART_LOCAL, PART_DOMAIN, PART_EACH };

struct rule {
    struct str        id, message, source;
    enum severity     severity;
    enum check        check;
    enum part         part;
    int64_t           min, max;   /* length, number */
    bool              chars[256]; /* chars, first */
    struct pattern   *pattern;
    struct str        expression; /* the pattern as written */
    const struct str *words;      /* one_of, none_of; date: the words that pass besides */
    size_t            word_count;
    struct str        form;              /* date: "YYYY-MM-DD"; address: "ipv4" | "mac" */
    bool              future, today_too; /* date: after today; or not before it */
    struct str        role;              /* not_equal, not_containing */
    const struct str *good, *bad;
    size_t            good_count, bad_count;
    struct pairs      with; /* role: value, for the examples */
    uint64_t          line;
};

/* How a list is written: parts by position, or any number of `each`. */
struct list_part {
    struct str               name;
    const struct value_type *type;
};
struct list_form {
    struct str               join;        /* ":::"; ptr NULL: the wire's own kind of array */
    struct str               open, close; /* what stands around it: "{" "}" */
    bool                     quoted;      /* parts in double quotes, a backslash ahead of " and of itself */
    const struct list_part  *parts;
    size_t                   part_count;
    const struct value_type *each;     /* instead of parts */
    int64_t                  min, max; /* how many */
};

struct value_type {
    struct str                name, title, role, example;
    const struct rule *const *rules;
    size_t                    rule_count;
    bool                      secret, is_bool, no_is_absent;
    struct str                yes, no; /* write: */
    struct str                date;    /* "" or the form a date is written in; values themselves are ISO */
    const struct list_form   *list;    /* NULL: a text */
    const struct quick_check *quick; /* of its rules; NULL for lists and dates (providers/description/quick_check.h) */
};

struct danger_value {
    struct str value;
    unsigned   dangers;
};
struct header_value { /* with this value goes this header */
    struct str value, name, text;
};
struct param {
    struct str                 name, wire, title;
    const struct value_type   *type; /* NULL for `always` */
    bool                       required, recommended, secret;
    struct str                 always;    /* sent as it is; ptr NULL otherwise */
    struct str                 deflt;     /* sent where a mapping says nothing; ptr NULL: none */
    struct str                 clear;     /* its own word for "empty this field"; ptr NULL: the command's */
    bool                       in_name;   /* stands in the command's wire name and is no field */
    bool                       live_only; /* left out in test mode */
    bool                       is_family; /* "addon_{id}": any number of parameters named so; has no value itself */
    bool                       key_chars[256]; /* of a family: what may stand in its place */
    const struct param        *family;         /* the family it is a member of (command_with_members()); NULL: none */
    struct str                 omit;           /* the value that is said by sending nothing: `all`; ptr NULL: none */
    const struct danger_value *danger_values;
    size_t                     danger_value_count;
    const struct header_value *headers;
    size_t                     header_count;
};

enum together_kind {
    TOGETHER_EXACTLY_ONE,
    TOGETHER_AT_LEAST_ONE,
    TOGETHER_AT_MOST_ONE,
    TOGETHER_REQUIRED,
    TOGETHER_ABSENT,
    TOGETHER_TYPE_OF
};
struct together_item { /* a parameter, or a parameter with a value */
    int        param;
    struct str value; /* ptr NULL: given at all */
};
struct together {
    struct str                  rule, message;
    enum together_kind          kind;
    enum severity               severity;
    const struct together_item *items;
    size_t                      item_count;
    bool                        has_condition, unless; /* REQUIRED, ABSENT: when: / unless: */
    struct together_item        condition;
    int                         subject, by; /* TYPE_OF */
    const struct type_case {
        struct str               value;
        const struct value_type *type;
    } * cases;
    size_t case_count;
};

enum reply_is {
    REPLY_DONE,
    REPLY_NOTHING,
    REPLY_REFUSED,
    REPLY_THROTTLED,
    REPLY_LOGIN,
    REPLY_OUTAGE,
    REPLY_FAILED,
    REPLY_UNCERTAIN
};
extern const char *const reply_is_names[];

/* A way into a reply's tree: names by dots; `*` is any child, {id} any child whose name becomes the field id, {#id} one whose name is a number. */
struct path_step {
    struct str name;  /* ptr NULL: any child */
    struct str field; /* {id}: id */
    bool       is_number;
};
struct path {
    const struct path_step *steps;
    size_t                  count;
};

/* One way to reach the provider. A connection chooses; the first is the default. */
struct wire {
    struct str               name;  /* "rest" */
    size_t                   index; /* among the provider's wires */
    const struct wire_style *style;
    struct str  url;    /* where no connection says another; one with a <place> must be given by the connection */
    struct text path;   /* behind the connection's url: "/API/{command}"; count 0: nothing */
    const char *method; /* "POST" */
    const struct pair_value *fields; /* go with every request: out=json */
    size_t                   field_count;
    struct text              space;       /* soap: the namespace, "{origin}/OperatorAPI" */
    struct str               answer_type; /* sandbox: content type of an answer; ptr NULL: the provider's */
    struct text              answer;      /* sandbox: what stands around {answer} */
};
struct route { /* where a command differs: "PUT /customTableEntries" */
    const struct wire *wire;
    const char        *method;
    struct text        path;
};

struct reply_case {
    const struct wire *wire; /* NULL: any */
    const struct status_range {
        int from, to;
    } * statuses;
    size_t             status_count;
    struct str         type;   /* content type begins so */
    struct str         header; /* header name, with pattern header_like */
    struct pattern    *header_like, *body;
    int64_t            records_min, records_max; /* -1, -1: not asked */
    bool               listed; /* trees: the command's records have their place in the answer, even if there is none */
    const struct path *at;     /* trees: there is such a node; NULL: not asked */
    struct pattern    *text;   /* trees: and its text is like this */
    bool               empty;  /* trees: or there is nothing in it */
    enum reply_is      is;
};
struct reply {
    struct str                       name;
    const struct reply_style *const *styles; /* by the provider's wires */
    const struct reply_case         *cases;
    size_t                           case_count;
    bool                             skip_header;
    struct str                       text_member; /* json: the member that is its object's own text: "$" */
};

struct capture {
    struct str      name;
    struct pattern *pattern; /* group 1: of the body, in trees of the text at `at` */
    struct str      field;   /* record styles: a field's name; trees: else the path below */
    struct path     at;      /* trees: from the top */
    bool            needed;  /* done only when it is there */
};

/* A read that answers a question about a call: verify, test, probe. */
struct lookup_read {
    const struct command *read;  /* NULL: there is none */
    struct pairs          with;  /* the read's parameters, from the call's */
    struct pairs          match; /* capture or record field: what it must equal */
    bool                  wants_nothing;
    bool                  baseline, full;
    bool                  absence_is_proof; /* and only where the condition holds: lookup_absence_is_proof() */
    bool                  absence_has_condition, absence_unless;
    struct together_item  absence_condition;
    const struct pair_value
          *captures; /* the call's capture: the read's record field or capture; beside those of equal name */
    size_t capture_count;
    bool   others_are_no_proof; /* absence: none_at_all - that others are found and ours is not says nothing */
    bool   there_is_refused;    /* what the read before the first sending finds is not made a second time */
    bool   baseline_when_told; /* a look that is refused does not keep from sending: what is found later stays unsure */
    uint32_t settle_seconds;
};

enum step_kind { STEP_MAKE, STEP_CHANGE, STEP_REMOVE };
struct table_step {
    enum step_kind       kind;
    struct str           table;
    struct pairs         key, set;
    struct str           within_table; /* ptr NULL: none */
    struct pairs         within;
    bool                 has_condition, unless; /* when: / unless: */
    struct together_item condition;
    bool                 duplicate_allowed, missing_allowed;
    const struct str    *serial,
        *unique; /* columns that get a number behind their value where a row has it already; that no other row may share */
    size_t serial_count, unique_count;
    int    each; /* a family: once for each of its members; -1: once */
};
struct listed {                    /* sandbox: how a list is told */
    bool                 any_case; /* texts are compared without regard to case */
    bool                 has_condition, unless;
    struct together_item condition;
    int                  size, offset; /* parameters that page; -1: none */
    uint32_t             rows;         /* how many where size is not given; 0: all */
};

struct find { /* sandbox: how a read answers */
    struct str           table;
    struct pairs         where;
    bool                 has_condition; /* when: */
    struct together_item condition;
    struct text          answer;
    const struct report *report; /* instead: the row by this report */
};

struct command {
    struct str               name, title, about, entity;
    struct str               wire;       /* its name on the wire; may hold one {place}: command_wire_name() */
    int                      name_param; /* the parameter that fills that place; -1: there is none */
    enum effect              effect;
    unsigned                 dangers;
    struct str               clear; /* ptr NULL: nothing can be cleared */
    const struct param      *params;
    size_t                   param_count;
    const struct together   *together;
    size_t                   together_count;
    const struct reply      *reply;
    struct pattern          *done;    /* or NULL */
    struct str               record;  /* xml: the record's element */
    const struct path       *records; /* trees: the first of these that is there has the records */
    size_t                   record_path_count;
    const struct route      *routes; /* where it is sent otherwise than the wire says */
    size_t                   route_count;
    const struct capture    *captures;
    size_t                   capture_count;
    bool                     repeat_safe; /* but not where the exception is given: command_repeat_safe() */
    bool                     repeat_has_exception;
    struct together_item     repeat_exception;
    bool                     test_send; /* tested by sending it in the provider's test mode */
    struct lookup_read       verify, test;
    const struct table_step *steps;
    size_t                   step_count;
    const struct table_step *forbids; /* rows that must not be there, looked for ahead of the steps */
    size_t                   forbid_count;
    struct text              answer, nothing; /* sandbox */
    const struct find       *finds;
    size_t                   find_count;
    const struct report     *lists; /* sandbox: renders rows by this report */
    struct str               lists_table;
    struct pairs             lists_where;
    struct listed            listed;
    struct pairs             example;
    const struct provider   *provider;
    uint64_t                 line;
};

struct report_column {
    struct str field, column; /* theirs, the table's */
};
struct report_value {
    struct str column, theirs, ours;
};
enum report_body { REPORT_RECORDS, REPORT_LINES, REPORT_WHOLE };
struct report { /* one question, asked as often as it takes */
    struct str                  name, table, record;
    const struct command       *command;
    const struct report_column *columns;
    size_t                      column_count;
    const struct report_value  *values;
    size_t                      value_count;
    struct pairs                with; /* parameters that always go with it */
    struct {                          /* asked for each row of tables that reports before this one filled */
        const struct str *tables;
        size_t            table_count; /* 0: asked once */
        struct pairs      with;        /* {row.customer_id}; {row.login.domain}: what stands behind its @ */
    } each;
    struct {                     /* asked for each of these values, which the operator may say */
        struct str        param; /* ptr NULL: none */
        const struct str *values;
        size_t            count; /* 0: only what the operator says */
    } ask;
    struct {                       /* asked for so many days at a time */
        struct str from, to, form; /* ptr NULL: no window */
        uint32_t   days;
    } window;
    struct {                     /* asked page by page, until one is not full */
        struct str size, offset; /* ptr NULL: no pages; size may be */
        uint32_t   rows;
        bool       by_page; /* offset counts pages, not rows */
    } pages;
    struct pairs
        set; /* columns from the question's own {parameters}, from {row.column} of each, from {asked.month}, or fixed */
    struct pairs      dates;   /* column: how its dates come, "MM/DD/YYYY"; ISO needs none */
    const struct str *secrets; /* fields that no secret column takes and that are secret all the same (scrub.h) */
    size_t            secret_count;
    enum report_body  body; /* answers without records: a row a line, or one for all of it */
    struct str        body_column;
};

/* A way to prove who asks; a connection uses one. With a command it is a session: opened once a run, opened anew when an
 * answer is REPLY_LOGIN. */
struct login {
    struct str            name, title;
    const struct command *command; /* opens the session; no mapping can call it. NULL: none is needed */
    struct pairs          with;    /* its parameters, from {credentials} */
    struct str            token;   /* which of its captures is the session */
};
struct credential {
    struct str name, title;
    struct str wire;     /* the field it is sent in; empty: not sent by itself */
    bool       optional; /* a connection may leave it out */
    bool       chars[256];
    int64_t    min, max;
    const struct login
               *made_by; /* put together from others and {token}, for connections of this login; NULL: it is given */
    struct text made;
};
struct provider_limits {
    uint32_t concurrency, per_second, timeout_seconds, tries;
    uint64_t per_day; /* 0: none */
};

struct provider {
    struct str               name, title, document;
    struct str               url;   /* the default wire's */
    const struct wire       *wires; /* the first is the default */
    size_t                   wire_count;
    struct str               command_field;
    const struct credential *credentials;
    size_t                   credential_count; /* those that are made stand behind those that are given */
    const struct login      *logins; /* the first is the default; none: the credentials go with every request */
    size_t                   login_count;
    struct provider_limits   limits;
    const struct rule       *rules;
    size_t                   rule_count;
    const struct value_type *types;
    size_t                   type_count;
    const struct reply      *replies;
    size_t                   reply_count;
    const struct command    *commands;
    size_t                   command_count;
    const struct report     *reports;
    size_t                   report_count;
    struct pairs             test_send;  /* parameters that make any call a test; count 0: none */
    const struct reply      *test_reply; /* how answers in test mode are told; NULL: as the others */
    const struct command    *probe;
    struct pairs             probe_with;
    unsigned                 probe_expect; /* bits 1 << enum reply_is */
    struct text              answer_refused, answer_login, answer_unknown,
        answer_test; /* sandbox; test without parts: the command's */
    struct str answer_type;
    struct str source_name, source; /* the file itself: its digest is sealed into plans */
};

/* `name` is a stock provider's name or a path (one with a slash or ending in .yaml). All faults at once. */
enum etl_status provider_load(struct str name, struct arena *run_mem, const struct provider **out,
                              struct findings *faults);
enum etl_status provider_load_text(const struct yaml_source *source, struct arena *run_mem, const struct provider **out,
                                   struct findings *faults);
void            provider_free(const struct provider *p); /* patterns; NULL is fine */
extern const struct embedded_file stock_providers[];

const struct command *provider_command(const struct provider *p, struct str name);
const struct param   *command_param(const struct command *c, struct str name);
int                   command_param_index(const struct command *c, struct str name); /* -1 */
const struct capture *command_capture(const struct command *c, struct str name);
/* How the command is called on the wire: the place of its name filled from the values. */
void command_wire_name(const struct command *c, const struct value *values, struct buf *out);
/* The other way round; *place is what stands in the name's place, STR_NONE when it has none. Whole names before those with a place. */
const struct command *provider_command_on_wire(const struct provider *p, struct str wire, struct str *place);
/* The family that "addon_5" is a member of; NULL: none. on_wire: by wire names. */
const struct param *command_family(const struct command *c, struct str name, bool on_wire);
/* The command with a parameter of its own, behind the others, for each name that is a member of a family. The command as it is
 * when there are none. Indices of the described parameters stay; whoever keeps values keeps them by the command returned. */
const struct command *command_with_members(const struct command *c, const struct str *names, size_t count, bool on_wire,
                                           struct arena *mem);
struct str            param_member(const struct param *p); /* "5" of addon_5; STR_NONE: it is of no family */
/* What a connection of this login has to name (login NULL: there are no logins). */
bool               login_needs(const struct login *l, const struct provider *p, const struct credential *c);
const struct wire *provider_wire(const struct provider *p,
                                 struct str             name); /* "" or absent: the default; NULL: unknown */
/* Fills a text's places from a call's values (by param index) and from named extras. A place that is
 * absent makes the whole text absent: STR_NONE. */
struct str text_place(const struct text_part *part, const struct value *v, struct arena *mem); /* a parameter's place */
struct str text_fill(const struct text *t, const struct value *params, const struct pair_value *extras,
                     size_t extra_count, struct arena *mem);
/* Does a when: or unless: hold for these values? An absent parameter has no value; a cleared one is empty. */
/* Is carrying this very call out twice the same as once? */
bool command_repeat_safe(const struct command *c, const struct value *values);
bool lookup_absence_is_proof(const struct lookup_read *l, const struct value *call_values);
bool condition_holds(bool has_condition, bool unless, const struct together_item *condition,
                     const struct value *values);
#endif
