#!/usr/bin/env python3
"""tests/docs/test_provider_files.py - what is written about provider files is true.

    test_provider_files.py PROGRAM schema       provider.schema.json takes every stock description, refuses slips, and knows the keys that the loader knows
    test_provider_files.py PROGRAM reference    each example of providers/reference.md is read by the program, in a small description around it
    test_provider_files.py PROGRAM tables       what reports fill are normalized tables, and columns of them
    test_provider_files.py PROGRAM matrix       providers/capabilities.md is what the descriptions say today

Needs python3-jsonschema and python3-yaml (scripts/setup tests)."""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROVIDERS = os.path.join(ROOT, "providers")
FAULTS = []


class Loader(yaml.SafeLoader):
    """As the program reads: every scalar is text, but plain null."""


Loader.yaml_implicit_resolvers = {"n": [("tag:yaml.org,2002:null", re.compile("^null$"))]}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def stock():
    return {os.path.basename(path): read(path) for path in sorted(glob.glob(os.path.join(PROVIDERS, "*.yaml")))}


def lint(program, text):
    """Exit code and faults, as `provider lint` tells them."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([program, "provider", "lint", file.name], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


# ---- the schema ----

BASE = """
provider: 1
name: tiny
title: Tiny
document: none
endpoint: {url: "https://tiny.example/api", wire: form}
command_field: cmd
types: {id: {title: number, example: "7"}}
replies: {line: {style: text, cases: [{body: '^1', is: done}]}}
commands:
  look: {title: Look, about: Looks., effect: read, entity: thing, params: {id: {type: id, required: true}}, reply: line, example: {id: "7"}}
"""
# Each is one change of BASE that neither the schema nor the program takes.
SLIPS = [("provider: 1", "provider: 2"), ("name: tiny", "nam: tiny"), ("name: tiny", "name: Tiny Provider"), ("wire: form", "wire: from"),
         ("https://tiny", "ftp://tiny"), ("effect: read", "effect: reed"), ("required: true", "required: often"), ("required: true", "requird: true"),
         ("{type: id, required: true}", "{title: id}"), ("style: text", "style: txt"), ("is: done", "is: don"), ("{body: '^1', is: done}", "{body: '^1'}"),
         ("cases: [{body: '^1', is: done}]", "cases: []"), ("entity: thing", "entity: thing, dangers: [cut]"), ("reply: line,", ""),
         ("entity: thing", "entity: thing, together: [{rule: a, exactly_one_of: []}]"), ("entity: thing", "entity: thing, together: [{exactly_one_of: [id, id]}]"),
         ("entity: thing", "entity: thing, tables: [{make: a}]"), ("entity: thing", "entity: thing, tables: [{mak: a, key: {b: c}}]"),
         ("entity: thing", "entity: thing, verify: {with: {id: x}}"), ("entity: thing", "entity: thing, verify: {read: look, wants: nothng}"),
         ("entity: thing", "entity: thing, repeat: always"), ("entity: thing", "entity: thing, test: maybe"),
         ("types:", "limits: {concurrency: 0}\ntypes:"), ("types:", "rules: {a: {message: b, length: 1..2}}\ntypes:"),
         ("types:", "rules: {a: {message: b, source: c}}\ntypes:"), ("types:", "rules: {a: {message: b, source: c, length: 1..2, chars: a-z}}\ntypes:"),
         ("types:", "rules: {a: {message: b, source: c, length: few}}\ntypes:"), ("types:", "rules: {a: {message: b, source: c, date: DD.MM.YYYY}}\ntypes:"),
         ("example: \"7\"}", "example: \"7\", write: {yes: Y}}"), ("types:", "reports: {a: {command: look}}\ntypes:"),
         ("types:", "probe: {command: look}\ntypes:"), ("types:", "credentials: {a: secret}\ntypes:")]


def names_in_schema(node, out):
    if isinstance(node, dict):
        for name in node.get("properties", {}):
            out.add(name)
        for value in node.values():
            names_in_schema(value, out)
    elif isinstance(node, list):
        for value in node:
            names_in_schema(value, out)
    return out


def names_in_loader():
    """The keys that yaml_only_keys() is given, wherever a description is read, and those that a style brings with its row."""
    out = {"like"}
    for path in glob.glob(os.path.join(PROVIDERS, "description", "*.c")) + glob.glob(os.path.join(PROVIDERS, "replies", "lookup*.c")):
        text = read(path)
        for keys in re.findall(r"\*const \w*keys\w*\[\] = \{(.*?)NULL", text, re.S):
            out |= set(re.findall(r"\"(\w+)\"", keys))
    for path in glob.glob(os.path.join(PROVIDERS, "wires", "*.c")) + glob.glob(os.path.join(PROVIDERS, "replies", "*.c")):
        out |= set(re.findall(r"\.name = \"(\w+)\",\s+\.kind = STYLE_KEY_", read(path)))
    return out


def schema(program):
    import jsonschema
    text = json.loads(read(os.path.join(PROVIDERS, "provider.schema.json")))
    jsonschema.Draft202012Validator.check_schema(text)
    validator = jsonschema.Draft202012Validator(text)
    files = stock()
    for name, body in files.items():
        for fault in validator.iter_errors(yaml.load(body, Loader)):
            FAULTS.append("%s: the schema refuses /%s: %s" % (name, "/".join(str(p) for p in fault.absolute_path), fault.message[:200]))
    if not validator.is_valid(yaml.load(BASE, Loader)) or lint(program, BASE)[0] != 0:
        FAULTS.append("the small description is refused:\n" + lint(program, BASE)[1])
    for old, new in SLIPS:
        assert old in BASE, old
        wrong = BASE.replace(old, new, 1)
        if validator.is_valid(yaml.load(wrong, Loader)):
            FAULTS.append("the schema takes %s" % new)
        if lint(program, wrong)[0] != 2:
            FAULTS.append("the program takes %s" % new)
    here, there = names_in_schema(text, set()), names_in_loader()
    for name in sorted(there - here):
        FAULTS.append("the loader knows the key %s, the schema does not" % name)
    for name in sorted(here - there):
        FAULTS.append("the schema knows the key %s, the loader does not" % name)
    return "%d descriptions, %d slips, %d keys" % (len(files), len(SLIPS), len(here)), len(files) >= 2 and len(there) > 80


# ---- the reference page ----

# What the page's examples stand in: everything they name, as little of it as can be.
AROUND = """
provider: 1
name: page
title: The page
document: reference.md
endpoint: {url: "https://page.example/api", wire: form}
command_field: cmd
credentials: {auth: {wire: auth, title: access code}}
rules:
  phone10: {message: a, source: b, length: 10, good: ["9135550147"], bad: ["1"]}
  login_chars: {message: a, source: b, chars: "a-z@.", good: [a], bad: [A]}
  login_length: {message: a, source: b, length: 2..32, good: [ab], bad: [a]}
  ascii32: {message: a, source: b, length: 1..32, good: [ab], bad: [""]}
  min8: {message: a, source: b, length: 8.., good: [abcdefgh], bad: [a]}
  not_login: {message: a, source: b, not_containing: login, with: {login: ann}, good: [bob], bad: [anna]}
  not_word: {message: a, source: b, not_word: true, good: [x7-kite], bad: [football]}
types:
  text: {title: text, example: text}
  login: {title: login, role: login, example: ann}
  secret_text: {title: secret, secret: true, example: kite}
  id: {title: number, example: "7"}
  phone: {title: telephone, example: "9135550147"}
  mail: {title: address, example: a@b.example}
  right: {title: right, example: sales}
  billid: {title: billing ID, example: "999"}
  mailbox: {title: mailbox, role: login, example: john@abc.com}
  mailbox_password: {title: password, secret: true, example: Tr4vel-kite}
  text32: {title: text, example: text}
  flag01: {title: flag, write: {yes: "1", no: "0"}, example: "1"}
  status: {title: status, example: disabled}
  format: {title: format, example: json}
  months: {title: months, example: "12"}
  theme: {title: theme, example: dragon}
  addon: {title: add-on, example: "1"}
  itemtype: {title: kind, example: vhost}
replies:
  status: {style: text, cases: [{body: '^1', is: done}, {body: '^0', is: refused}]}
  check: {style: text, cases: [{body: '^1', is: done}, {body: '^0', is: nothing}]}
  list: {style: xml, cases: [{body: '^<', is: done}]}
  login: {style: json, cases: [{at: doc, is: done}]}
commands:
  usercheck: {title: a, about: b, effect: read, entity: c, params: {user: {type: login, required: true}}, reply: check, example: {user: ann}}
  mboxcheck: {title: a, about: b, effect: read, entity: c, params: {email: {type: mailbox, required: true}}, reply: check,
              captures: {bill_id: 'Bill ID (\\d+)'}, example: {email: a@b}}
  list: {title: a, about: b, effect: read, entity: c, params: {billid: {type: billid}}, reply: list, record: customer, example: {}}
  listphone: {title: a, about: b, effect: read, entity: c, params: {billid: {type: billid, required: true}, limit: {type: text}}, reply: list,
              record: phone, example: {billid: "9"}}
  listtixall: {title: a, about: b, effect: read, entity: c, params: {begin: {type: text, required: true}, end: {type: text}}, reply: list,
               record: ticket, example: {begin: "2026-01-01"}}
  addmbox: {title: a, about: b, effect: create, entity: c, params: {billid: {type: billid, required: true}, mbox: {type: mailbox, required: true},
            pass: {type: mailbox_password}, now: {type: flag01}}, reply: status, captures: {id: 'ID (\\d+)'}, example: {billid: "9", mbox: a@b}}
  order: {title: a, about: b, effect: create, entity: c, params: {itemtype: {type: itemtype, required: true}, ostempl: {type: text}}, wire: "v2.{itemtype}.order.param",
          reply: status, example: {itemtype: vhost}}
reports:
  customers: {command: list, table: customers, record: customer, columns: {billid: customer_id, status: status}}
"""


def merge(base, over):
    """Maps into each other, by name; everything else is replaced. "…" on the page stands for what is told elsewhere."""
    for key, value in over.items():
        if value == "…":
            continue
        if isinstance(value, dict):
            value = {k: v for k, v in value.items() if v != "…"}
        if key in ("commands", "types", "rules", "replies", "reports") and isinstance(base.get(key), dict):
            for name, entry in value.items():
                old = base[key].get(name)
                entry = {k: v for k, v in entry.items() if v != "…"} if isinstance(entry, dict) else entry
                whole = not isinstance(old, dict) or (key == "commands" and ("effect" in entry or "like" in entry)) or key in ("types", "rules", "replies", "reports")
                base[key][name] = entry if whole else {**old, **entry}
        else:
            base[key] = value
    return base


def around(block):
    """The block in its place: what begins at the margin is the file's, at two blanks a command's, at four a part of addmbox."""
    indent = len(block) - len(block.lstrip(" "))
    over = yaml.load(block, Loader)
    if indent == 2 and re.match(r"\s+[\w.]+:\s*\{?(title|list)", block):
        over = {"types": over}
    elif indent == 2:
        over = {"commands": {name: {"title": "a", "about": "b", "entity": "c", **body} for name, body in over.items()}}
    elif indent == 4:
        over = {"commands": {"addmbox": over}}
    whole = merge(copy.deepcopy(yaml.load(AROUND, Loader)), over)
    if "wires" in over:
        whole.pop("endpoint")
    return whole


def reference(program):
    page = read(os.path.join(PROVIDERS, "reference.md"))
    count = 0
    for match in re.finditer(r"^```yaml\n(.*?)^```", page, re.S | re.M):
        line = page[:match.start(1)].count("\n") + 1
        count += 1
        try:
            text = yaml.safe_dump(around(match.group(1)), allow_unicode=True, sort_keys=False, width=1000)
        except yaml.YAMLError as error:
            FAULTS.append("reference.md:%d: no YAML: %s" % (line, error))
            continue
        # Words that plain YAML would take for something else keep their quotes: every scalar is text.
        code, said = lint(program, text)
        if code != 0:
            FAULTS.append("reference.md:%d:\n%s\n%s" % (line, said, text if "-v" in sys.argv else ""))
    return "%d examples" % count, count > 10


# ---- the tables ----

def tables(program):
    """What commands do may also touch tables that only the sandbox has; what reports fill has to be one that an archive knows."""
    known = {name: set(body["columns"]) for name, body in yaml.load(read(os.path.join(ROOT, "formats", "tables.yaml")), yaml.BaseLoader).items()
             if isinstance(body, dict) and "columns" in body}
    count = 0
    for file, body in stock().items():
        described = yaml.load(body, yaml.BaseLoader)
        for name, report in described.get("reports", {}).items():
            columns = list((report.get("columns") or {}).values()) + list(report.get("set") or {}) + list(report.get("dates") or {})
            count += len(columns)
            if report["table"] not in known:
                FAULTS.append("%s: report %s: there is no table %s" % (file, name, report["table"]))
            own = {column for field, column in (report.get("columns") or {}).items() if column == "x_" + field.lower()}
            for column in set(columns) - known.get(report["table"], set(columns)) - own:
                FAULTS.append("%s: report %s: %s has no column %s" % (file, name, report["table"], column))
        for name, command in described["commands"].items():
            for step in command.get("tables") or []:
                table = step.get("make") or step.get("change") or step.get("remove") or step.get("forbid")
                for column in list(step.get("key") or {}) + list(step.get("set") or {}):
                    if table in known and column not in known[table] and not column.startswith("x_"):
                        FAULTS.append("%s: %s: %s has no column %s" % (file, name, table, column))
    return "%d columns" % count, count > 100


# ---- the matrix ----

def matrix(program):
    made = subprocess.run([program, "provider", "capabilities"], capture_output=True, text=True, timeout=60, check=True).stdout
    path = os.path.join(PROVIDERS, "capabilities.md")
    if not os.path.exists(path) or read(path) != made:
        FAULTS.append("providers/capabilities.md is not current; make it anew: subferry provider capabilities >providers/capabilities.md")
    return "%d lines" % made.count("\n"), made.count("\n") > 121


def main():
    what = {"schema": schema, "reference": reference, "tables": tables, "matrix": matrix}[sys.argv[2]]
    said, enough = what(os.path.abspath(sys.argv[1]))
    for line in FAULTS:
        print(line)
    print("%s: %s, %d wrong" % (sys.argv[2], said, len(FAULTS)))
    sys.exit(1 if FAULTS or not enough else 0)


main()
