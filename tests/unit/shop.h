/* tests/unit/shop.h - a little provider that never was, for the sandbox's tests: customers who have boxes. */
#ifndef TESTS_UNIT_SHOP_H
#define TESTS_UNIT_SHOP_H

#include "providers/description/load.h"
#include "providers/sandbox/respond.h"
#include "tests/unit/check.h"

static const char shop_text[] =
    "provider: 1\n"
    "name: shop\n"
    "title: A shop\n"
    "document: none\n"
    "endpoint: {url: \"https://shop.example/api/do.pl\", wire: form, method: POST}\n"
    "command_field: cmd\n"
    "credentials: {user: {wire: u, title: user, chars: \"a-z\", length: 3}, key: {wire: k, title: key, chars: \"!-~\", length: 8..40}}\n"
    "test: {send: {mode: test}}\n"
    "rules:\n"
    "  digits: {message: must be digits, source: here, pattern: '[0-9]+', good: [\"1\"], bad: [a]}\n"
    "  min4: {message: must have 4 characters, source: here, length: 4..20, good: [abcd], bad: [abc]}\n"
    "types:\n"
    "  id: {title: id, rules: [digits], example: \"7\"}\n"
    "  text: {title: text, example: x}\n"
    "  secret: {title: password, rules: [min4], secret: true, example: abcd}\n"
    "  flag: {title: flag, write: {yes: Y, no: N}, example: Y}\n"
    "replies:\n"
    "  status: {style: text, cases: [{body: '^ok', is: done}, {body: '^no (?<reason>.*)', is: refused}]}\n"
    "  list: {style: xml, cases: [{body: '^<', is: done}, {body: '^none', is: nothing}]}\n"
    "  rows: {style: csv, cases: [{body: '^\"', is: done}, {body: '^$', is: nothing}]}\n"
    "answers: {refused: \"no {reason}\", login: \"go away\", unknown_command: \"what?\", type: text/plain}\n"
    "commands:\n"
    "  add:\n"
    "    title: Add\n"
    "    about: Adds.\n"
    "    effect: create\n"
    "    params: {id: {type: id, required: true}, name: {type: text}, pass: {type: secret}, wired: {type: text, wire: w-name}, kind: {always: \"1\"}}\n"
    "    reply: status\n"
    "    tables: [{make: customers, key: {customer_id: \"{id}\"}, set: {name: \"{name}\", password: \"{pass}\", status: active, wired: \"{wired}\"}}]\n"
    "    answer: \"ok {new_id} {id} {name}!\"\n"
    "    example: {id: \"7\"}\n"
    "  change:\n"
    "    title: Change\n"
    "    about: Changes.\n"
    "    effect: change\n"
    "    clear: \"NULL\"\n"
    "    params: {id: {type: id, required: true}, newid: {type: id}, name: {type: text}, flag: {type: flag}}\n"
    "    reply: status\n"
    "    tables:\n"
    "      - {change: customers, key: {customer_id: \"{id}\"}, set: {name: \"{name}\"}}\n"
    "      - {change: boxes, key: {customer_id: \"{id}\"}, set: {customer_id: \"{newid}\"}, missing: allowed}\n"
    "      - {change: customers, key: {customer_id: \"{id}\"}, set: {customer_id: \"{newid}\"}}\n"
    "    answer: \"ok {count}\"\n"
    "    example: {id: \"7\", name: x}\n"
    "  addbox:\n"
    "    title: Add box\n"
    "    about: Adds a box.\n"
    "    effect: create\n"
    "    params: {id: {type: id, required: true}, box: {type: text, required: true}, size: {type: text}, second: {type: flag}}\n"
    "    reply: status\n"
    "    tables:\n"
    "      - {make: boxes, key: {box: \"{box}\"}, within: {customers: {customer_id: \"{id}\"}}, set: {customer_id: \"{id}\", size: \"{size}\"}}\n"
    "      - {make: boxes, key: {box: \"{box}2\"}, set: {customer_id: \"{id}\"}, when: {second: Y}}\n"
    "    answer: \"ok {count}\"\n"
    "    example: {id: \"7\", box: b}\n"
    "  delbox:\n"
    "    title: Remove box\n"
    "    about: Removes boxes.\n"
    "    effect: remove\n"
    "    params: {id: {type: id}, box: {type: text}, size: {type: text}}\n"
    "    reply: status\n"
    "    tables: [{remove: boxes, key: {box: \"{box}\", size: \"{size}\"}, within: {customers: {customer_id: \"{id}\"}}}]\n"
    "    answer: \"ok {count}\"\n"
    "    example: {id: \"7\", box: b}\n"
    "  look:\n"
    "    title: Look\n"
    "    about: Looks.\n"
    "    effect: read\n"
    "    params: {box: {type: text}, id: {type: id}}\n"
    "    reply: status\n"
    "    finds:\n"
    "      - {in: boxes, where: {box: \"{box}\"}, answer: \"ok box of {row.customer_id}, {row.size}.\"}\n"
    "      - {in: customers, where: {customer_id: \"{id}\"}, answer: \"ok {row.name}\"}\n"
    "    nothing: \"no such thing\"\n"
    "    example: {box: b}\n"
    "  list:\n"
    "    title: List\n"
    "    about: Lists.\n"
    "    effect: read\n"
    "    params: {id: {type: id}}\n"
    "    reply: list\n"
    "    record: customer\n"
    "    lists: {in: customers, where: {customer_id: \"{id}\"}, report: customers}\n"
    "    nothing: none\n"
    "    example: {}\n"
    "  rows:\n"
    "    title: Rows\n"
    "    about: Rows.\n"
    "    effect: read\n"
    "    reply: rows\n"
    "    lists: {in: customers, where: {}, report: rows}\n"
    "    nothing: \"\"\n"
    "    example: {}\n"
    "reports:\n"
    "  customers: {command: list, table: customers, record: customer, columns: {id: customer_id, who.name: name, who.state: status}, values: {status: {on: active}}}\n"
    "  rows: {command: rows, table: customers, columns: {id: customer_id, name: name, password: password}}\n";

static const struct str shop_credentials[] = { { "abc", 3 }, { "sesame-1", 8 } };

/* The description, in `mem`; its faults fail the test. */
static inline const struct provider *shop_load(struct arena *mem)
{
    const struct yaml_source source = { "shop.yaml", str_from(shop_text) };
    const struct provider   *p = NULL;
    struct findings          faults;

    findings_init(&faults, mem);
    if (provider_load_text(&source, mem, &p, &faults) != ETL_OK) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1 << 16, "a test");
        findings_print(&out, &faults);
        print_error("%s", buf_cstr(&out));
        fail();
    }
    return p;
}

#endif
