#!/usr/bin/env python3
"""tests/e2e/every_command.py - every command of every stock provider is planned by a mapping of its own: its example is taken; a record without
a required value, or with a bad value of one of its rules, is a reject by just that rule, at just that line.

    every_command.py PROGRAM

Mapping and records are made from the description: this proves the way through mapping, rules and rejects. Needs python3-yaml."""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RELATIONS = ("not_equal", "not_containing")
FAULTS = []


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def merged(commands, name):
    """A command with what it has from the one it is `like`."""
    own = commands[name]
    if "like" not in own:
        return own
    base = merged(commands, own["like"])
    out = {**base, **{k: v for k, v in own.items() if k != "like"}}
    params = {**(base.get("params") or {}), **(own.get("params") or {})}
    out["params"] = {k: v for k, v in params.items() if isinstance(v, dict)}
    return out


class Case:
    """One record: what it changes of the example, and the rule it breaks (None: it is taken)."""

    def __init__(self, values, rule=None, field=None):
        self.values, self.rule, self.field = values, rule, field


def cases_of(provider, command):
    params = {n: p for n, p in (command.get("params") or {}).items() if "always" not in p and "{" not in n}
    example = {n: v for n, v in (command.get("example") or {}).items() if isinstance(v, str) and n in params}
    types, rules = provider["types"], provider.get("rules") or {}
    roles = {types[p["type"]].get("role"): n for n, p in params.items() if p["type"] in types}
    out = [Case(example)]
    for name, p in params.items():
        if p.get("required") == "true" and name in example:
            out.append(Case({**example, name: ""}, "required", name))
        if isinstance((command.get("example") or {}).get(name, ""), (list, dict)) or "list" in types[p["type"]]:
            continue
        if "write" in types[p["type"]]:
            out.append(Case({**example, name: "perhaps"}, "bool", name))
            continue
        for rule in listed(types[p["type"]].get("rules")):
            body, beside = rules[rule], {}
            if body.get("severity") == "warning" or ("not_clear" in body and "clear" not in command):
                continue
            if any(r in body for r in RELATIONS):
                beside = {roles[r]: v for r, v in (body.get("with") or {}).items() if r in roles and roles[r] != name}
                if not beside:
                    continue
            out += [Case({**example, **beside, name: bad}, rule, name) for bad in listed(body.get("bad")) if bad != ""]
    return params, out


def write_mapping(folder, provider, name, command, params):
    fields = {}
    for i, n in enumerate(params):
        given = (command.get("example") or {}).get(n)
        fields[n] = given if isinstance(given, (list, dict)) else "{{ c%d }}" % i
    for n, v in (command.get("example") or {}).items():
        if n not in params and isinstance(v, str):
            fields[n] = v                                # a member of a family
    mapping = {"mapping": "1", "provider": provider, "allow": ["destroys", "spends", "notifies"],
               "inputs": {"rows": {"format": "csv"}}, "calls": [{"command": name, "fields": fields}]}
    with open(os.path.join(folder, "mapping.yaml"), "w", encoding="utf-8") as file:
        file.write(json.dumps(mapping))


def write_rows(folder, params, cases):
    """The file, and the line each record begins at."""
    lines, at = [], 2
    with open(os.path.join(folder, "rows.csv"), "w", encoding="utf-8", newline="") as file:
        for number, row in enumerate([["id"] + ["c%d" % i for i in range(len(params))]] +
                                     [[str(n)] + [c.values.get(p, "") for p in params] for n, c in enumerate(cases)]):
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerow(row)
            file.write(text.getvalue())
            if number != 0:
                lines.append(at)
                at += text.getvalue().count("\n")
    return lines


def plan(program, folder):
    env = {**os.environ, "HOME": folder, "XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder}
    return subprocess.run([program, "plan", "-m", "mapping.yaml", "-o", "run", "--today", "2026-11-24", "--json", "rows.csv"], cwd=folder, env=env,
                          capture_output=True, text=True, timeout=120)


def try_command(program, provider, name, command, known):
    """How many records were tried."""
    params, cases = cases_of(known, command)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o700)
        write_mapping(folder, provider, name, command, params)
        lines = write_rows(folder, params, cases)
        done = plan(program, folder)
        if done.returncode not in (0, 1):
            FAULTS.append("%s %s: exit code %d: %s" % (provider, name, done.returncode, done.stderr))
            return 0
        with open(os.path.join(folder, "run", "findings.jsonl"), encoding="utf-8") as file:
            found = [json.loads(line) for line in file]
        with open(os.path.join(folder, "run", "plan.jsonl"), encoding="utf-8") as file:
            planned = [json.loads(line)["from"] for line in list(file)[1:]]  # the first is the head
    for case, line in zip(cases, lines):
        where = "rows.csv:%d" % line
        errors = {(f.get("field"), f["rule"]) for f in found if f["where"] == where and f["severity"] == "error"}
        if case.rule is None and (errors or where not in planned):
            FAULTS.append("%s %s: the example is refused: %s" % (provider, name, errors))
        elif case.rule is not None and ((case.field, case.rule) not in errors or where in planned):
            FAULTS.append("%s %s: %s=%r is not refused by %s but by %s" % (provider, name, case.field, case.values[case.field], case.rule, errors))
    return len(cases)


def main():
    program = os.path.abspath(sys.argv[1])
    providers = json.loads(subprocess.run([program, "provider", "list", "--json"], capture_output=True, text=True, check=True).stdout)
    commands = records = 0
    for entry in providers:
        with open(os.path.join(ROOT, "providers", entry["provider"] + ".yaml"), encoding="utf-8") as file:
            known = yaml.load(file, yaml.BaseLoader)
        for name in known["commands"]:
            records += try_command(program, entry["provider"], name, merged(known["commands"], name), known)
            commands += 1
        if entry["commands"] != len(known["commands"]):
            FAULTS.append("%s: %d commands in the program, %d in the file" % (entry["provider"], entry["commands"], len(known["commands"])))
    for line in FAULTS:
        print(line)
    print("%d commands, %d records, %d wrong" % (commands, records, len(FAULTS)))
    sys.exit(1 if FAULTS or commands < 121 else 0)


main()
