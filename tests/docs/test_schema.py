#!/usr/bin/env python3
"""tests/docs/test_schema.py - mappings/mapping.schema.json takes what the loader takes: every stock mapping, every mapping on the reference
page and in the bench that loads; and it refuses slips that the loader refuses. Needs python3-jsonschema and python3-yaml (scripts/setup tests).

    test_schema.py PROGRAM
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FAULTS = []

SLIPS = ["mapping: 1\nprovider: ispn\n",
         "mapping: 2\nprovider: ispn\ncalls: []\n",
         "mapping: 1\nprovider: ispn\ncalls: [{fields: {a: b}}]\n",
         "mapping: 1\nprovider: ispn\ncals: []\ncalls: []\n",
         "mapping: 1\nprovider: ispn\ncalls: []\ninputs: {a: {unik: [b]}}\n",
         "mapping: 1\nprovider: ispn\ncalls: []\ninputs: {a: {format: xml}}\n",
         "mapping: 1\nprovider: ispn\ncalls: []\nguards: {rejects: few}\n",
         "mapping: 1\nprovider: ispn\ncalls: []\nguards: {rejects: {hold: 5}}\n",
         "mapping: 1\nprovider: ispn\ncalls: []\nguards: {cuts: {}}\n",
         "mapping: 1\nprovider: ispn\ncalls: []\nguards: {cuts: {stopp: 5}}\n",
         "mapping: 1\nprovider: ispn\ncalls: []\nguards: {removes: 5}\n",
         "mapping: 1\nprovider: ispn\ncalls: []\nrules: {phone10: ignore}\n",
         "mapping: 1\nprovider: ispn\ncalls: []\nallow: [spend]\n",
         "mapping: 1\nprovider: ispn\ncalls: []\ntests: [{record: {a: b}}]\n",
         "mapping: 1\nprovider: ispn\ncalls: []\nlookups: {a: {file: x.csv, key: b, value: c, mising: keep}}\n"]


class Loader(yaml.SafeLoader):
    """As the program reads: every scalar is text, but plain null."""


Loader.yaml_implicit_resolvers = {"n": [("tag:yaml.org,2002:null", re.compile("^null$"))]}


def loads(program, text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return subprocess.run([program, "mapping", "lint", file.name], capture_output=True, timeout=60).returncode == 0


def main():
    program = os.path.abspath(sys.argv[1])
    with open(os.path.join(ROOT, "mappings", "mapping.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    texts = {}
    for path in glob.glob(os.path.join(ROOT, "mappings", "*.yaml")) + glob.glob(os.path.join(ROOT, "tests", "bench", "*.yaml")):
        with open(path, encoding="utf-8") as file:
            texts[os.path.relpath(path, ROOT)] = file.read()
    with open(os.path.join(ROOT, "mappings", "reference.md"), encoding="utf-8") as file:
        page = file.read()
    for match in re.finditer(r"^```yaml\n(.*?)^```", page, re.S | re.M):
        if loads(program, match.group(1)):
            texts["mappings/reference.md:%d" % (page[:match.start()].count("\n") + 1)] = match.group(1)
    for place, text in texts.items():
        for fault in validator.iter_errors(yaml.load(text, Loader)):
            FAULTS.append("%s: the schema refuses /%s: %s" % (place, "/".join(str(p) for p in fault.absolute_path), fault.message[:200]))
    for text in SLIPS:
        if validator.is_valid(yaml.load(text, Loader)):
            FAULTS.append("the schema takes what is wrong:\n" + text)
        if loads(program, text):
            FAULTS.append("the program takes what is wrong:\n" + text)
    for line in FAULTS:
        print(line)
    print("schema: %d mappings, %d slips looked at, %d wrong" % (len(texts), len(SLIPS), len(FAULTS)))
    sys.exit(1 if FAULTS or len(texts) < 15 else 0)


main()
