/* providers/sandbox/respond_words.c - the text of an answer: the description's words, in the form of the wire it is sent on. */
#include "providers/sandbox/respond_private.h"

#include <stdarg.h>

#include "etl/core/notation/json_string.h"
#include "providers/sandbox/as_xml.h"
#include "providers/wires/wire.h"

enum { ANSWER_MAX = 16 << 20 };

struct str answer_type(const struct served *w)
{
    return w->wire != NULL && w->wire->answer_type.ptr != NULL ? w->wire->answer_type
                                                               : w->hosted->provider->answer_type;
}

static enum fill_as form_of(struct str type)
{
    return str_contains_nocase(type, STR("json"))  ? FILL_JSON
           : str_contains_nocase(type, STR("xml")) ? FILL_XML
                                                   : FILL_PLAIN;
}

static bool is_json(const struct text *t)
{
    return t->count != 0 && str_starts(t->parts[0].literal, STR("{"));
}

/* How values are escaped in an answer: as JSON or XML, whichever the answer is written in. If the wire puts something around the answer, the
 * answer is escaped there, so not here. */
static enum fill_as answer_form(const struct served *w, const struct text *answer)
{
    if (w->wire != NULL && w->wire->answer.count != 0)
        return is_json(answer) ? FILL_JSON : FILL_PLAIN;
    return is_json(answer) ? FILL_JSON : form_of(answer_type(w));
}

/* The `text_member` of the provider's replies; STR_NONE: none has one. */
static struct str text_member(const struct provider *p)
{
    for (size_t i = 0; i < p->reply_count; i++)
        if (p->replies[i].text_member.len != 0)
            return p->replies[i].text_member;
    return STR_NONE;
}

/* Is it "result": "{answer}", not "result": {answer}? */
static bool stands_in_quotes(const struct text *around)
{
    for (size_t i = 1; i < around->count; i++)
        if (around->parts[i].literal.ptr == NULL && str_is(around->parts[i].place, "answer"))
            return str_ends(around->parts[i - 1].literal, STR("\""));
    return false;
}

/* The text for the wire's {answer}: a JSON value or the content of an element. An answer in JSON becomes an object or elements, any other answer
 * an escaped text. */
static struct str inside(struct served *w, struct str text, bool json)
{
    AUTO(buf_release) struct buf out = { 0 };
    enum fill_as                 form = form_of(answer_type(w));
    struct arena                *mem = &w->workspace->mem;
    struct str                   xml;

    if (form == FILL_PLAIN || (form == FILL_JSON && json))
        return text;
    if (form == FILL_XML && json) {
        xml = as_xml(text, text_member(w->hosted->provider), w->wire->style->empty_list, mem);
        return xml.ptr != NULL ? xml : text;
    }
    buf_init(&out, ANSWER_MAX, "an answer");
    if (form == FILL_XML)
        fill_xml(&out, text);
    else
        json_string_add(&out, text);
    if (form == FILL_JSON && stands_in_quotes(&w->wire->answer))
        return arena_str(mem, str_of(out.ptr + 1, out.len - 2));
    return arena_str(mem, buf_str(&out));
}

struct str answer_worded(struct served *w, const struct text *answer, struct fill *from)
{
    struct arena     *mem = &w->workspace->mem;
    struct pair_value extras[] = { { STR("answer"), STR_NONE }, { STR("command"), w->command_word } };
    const struct fill around = { .extras = extras, .extra_count = 2, .as = FILL_PLAIN };
    struct str        text, xml;

    from->as = answer_form(w, answer);
    text = fill_answer(answer, from, mem);
    if (w->wire->answer.count != 0) {
        extras[0].value = inside(w, text, is_json(answer));
        return fill_answer(&w->wire->answer, &around, mem);
    }
    if (form_of(answer_type(w)) != FILL_XML || !is_json(answer))
        return text;
    xml = as_xml(text, text_member(w->hosted->provider), w->wire->style->empty_list, mem);
    return xml.ptr != NULL ? xml : text;
}

void answer_with(struct served *w, enum outcome outcome, const struct text *text, struct str reason)
{
    struct pair_value extra = { STR("reason"), reason };
    struct fill       from = { .extras = &extra, .extra_count = 1 };

    w->out->outcome = outcome;
    w->out->reason = reason;
    w->out->body = answer_worded(w, text, &from);
}

enum etl_status answer_refusal(struct served *w, const char *fmt, ...)
{
    char    text[480];
    va_list list;

    va_start(list, fmt);
    vsnprintf(text, sizeof text, fmt, list);
    va_end(list);
    answer_with(w, OUTCOME_REFUSED, &w->hosted->provider->answer_refused,
                arena_str(&w->workspace->mem, str_from(text)));
    return ETL_REJECT;
}
