#!/usr/bin/env python3
"""Any provider's archive goes to any other provider: pulled, planned by the stock mapping, applied, pulled back, for all twelve pairs. What was
created is there as the normalized tables understand it, in the second pull and in the sandbox's own rows. usage: every_pair.py SUBFERRY"""
import collections
import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
import unittest
import zipfile

import yaml

import sandbox_over_tls
from sandbox_over_tls import Sandbox

SUBSCRIBERS = "5"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Seeded at the provider that is left: what subscribers have there.
SEEDED = {
    "ispn": ["customers", "services", "mailboxes", "aliases", "logins", "ftp_accounts", "equipment", "ip_addresses", "phones", "contacts", "notes"],
    "safepages": ["customers", "logins", "mailboxes", "ftp_accounts"],
    "simpler": ["customers", "subscriptions", "logins", "ip_addresses", "equipment", "notes"],
    "billmanager": ["services"],
}
# (from, to): what no archive can know. ISPN's tells of customers alone, so something is ordered for each.
SET = {
    ("ispn", "billmanager"): ["tariff=958", "pay=on", "each_customer=yes"],
    ("safepages", "billmanager"): ["tariff=958", "pay=on"],
    ("simpler", "billmanager"): ["tariff=958", "pay=on"],
}
# ISPN takes nothing beyond ASCII, and safepages may give it back changed: letters lose their marks on the way there.
ASCII = ("ispn", "safepages")

# After these each provider is pulled once more, and tells the same.
TWICE = [("ispn", "safepages"), ("safepages", "simpler"), ("simpler", "billmanager"), ("safepages", "ispn")]

# Tables that two providers may both list and no mapping creates.
NOT_CREATED = {
    "tickets": "people would be called to work on them again",
    "escalations": "the same",
    "invoices": "only the provider that is owed the money writes them",
    "usage": "measured by the provider",
    "radius_sessions": "the same",
    "payment_accounts": "only tokens are listed, which are the old provider's",
    "products": "belong to no subscriber",
    "codes": "the same",
    "campaigns": "the same",
    "access_numbers": "the same",
    "alerts": "the same",
}
# (to, table): columns that it has, and cannot hold as they were.
CANNOT = {
    ("simpler", "customers"): {"billing_id": "compared as the customer's number", "login": "the portal's, compared where both list it"},
    ("ispn", "customers"): {"billing_id": "the same"},
    ("safepages", "customers"): {"billing_id": "the same",
                                 "login": "the first dialup's name, since that makes the account",
                                 "option2": "says what a subscription is for"},
    ("ispn", "logins"): {"kind": "each is a RADIUS login at ISPN"},
    ("safepages", "logins"): {"kind": "each is a dialup at safepages"},
    ("simpler", "logins"): {"kind": "each is a RADIUS login at SIMPLer",
                            "status": "a login that is disabled is refused by an attribute at RADIUS, which no list tells"},
    ("ispn", "ip_addresses"): {"kind": "what is no reservation is a device at ISPN", "ip_id": "the old provider's", "login": "not of an address there"},
    ("simpler", "ip_addresses"): {"kind": "all are the customer's at SIMPLer", "ip_id": "given by SIMPLer"},
}
# What both providers list, and the first has rows of. BILLmanager lists services, and nobody else does: of its pairs the sandbox's own rows are compared,
# further below.
COMPARED = {
    ("ispn", "safepages"): ["customers"],
    ("ispn", "simpler"): ["customers", "ip_addresses"],
    ("safepages", "ispn"): ["customers"],
    ("safepages", "simpler"): ["customers", "logins"],
    ("simpler", "ispn"): ["customers"],
    ("simpler", "safepages"): ["customers", "logins"],
}
# What else is in the rows of the provider left, and of the new one, that a pull does not show: compared in the sandbox itself.
HELD = {
    ("safepages", "ispn"): ["customers", "logins", "mailboxes", "ftp_accounts"],
    ("safepages", "simpler"): ["customers", "logins"],
    ("ispn", "safepages"): ["customers"],
    ("ispn", "simpler"): ["customers"],
    ("simpler", "ispn"): ["customers", "logins", "ip_addresses"],
    ("simpler", "safepages"): ["customers", "logins"],
}
# Only what the lists of the provider left show can be taken along.
HIDDEN = {
    "ispn": {"customers": {"email", "security_password", "notes", "password", "status"}},
    "safepages": {"customers": {"login", "status"}, "logins": {"kind"}},
    "simpler": {"customers": {"login", "password", "status", "billing_state"}, "logins": {"status"}},
}


def tables():
    with open(os.path.join(ROOT, "formats", "tables.yaml"), encoding="utf-8") as f:
        return {name: body for name, body in yaml.load(f, yaml.BaseLoader).items() if isinstance(body, dict)}


TABLES = tables()


def digits(value):
    found = re.sub(r"\D", "", value)
    return found[1:] if len(found) == 11 and found[0] == "1" else found


# When two values of a column's type are equal, as formats/tables.yaml says: what is compared of each.
SAME = {
    "text": str.strip,
    "name": lambda v: " ".join(v.casefold().split()),
    "login": str.casefold,
    "email": str.casefold,
    "phone": digits,
    "date": lambda v: "" if v == "0000-00-00" else v,
    "time": str,
    "bool": lambda v: {"Y": "true", "N": "false"}.get(v, v),
    "status": str,
    "number": lambda v: str(float(v)) if v else "",
    "ip": str.casefold,
    "mac": lambda v: re.sub(r"[^0-9a-f]", "", v.casefold()),
}


def same(table, column, value, to):
    of = TABLES[table]["columns"].get(column, {"type": "text"})
    value = SAME[of["type"]](value or "")
    if to in ASCII:
        value = "".join(c for c in unicodedata.normalize("NFKD", value.replace("ß", "ss")) if not unicodedata.combining(c))
    return value


class Archive:
    def __init__(self, path):
        with zipfile.ZipFile(path) as z:
            self.members = {n: z.read(n) for n in z.namelist() if n.endswith(".csv")}
            self.manifest = json.loads(z.read("manifest.json"))
        self.tables = {n[:-4]: list(csv.DictReader(io.StringIO(b.decode("utf-8")))) for n, b in self.members.items() if "/" not in n}


def numbered(rows_of):
    """Every customer by the number that billing knows, which is what goes along; who has left is left out, with all that is his."""
    customers = rows_of.get("customers", [])
    number = {r["customer_id"]: r.get("billing_id") or r["customer_id"] for r in customers}
    left = {r["customer_id"] for r in customers if r.get("status") in ("cancelled", "pending")}
    return {name: [{**r, "customer_id": number.get(r.get("customer_id"), r.get("customer_id"))} for r in rows
                   if r.get("customer_id") not in left and r.get("status") not in ("cancelled", "pending")]
            for name, rows in rows_of.items()}


def counted(table, rows, columns, to):
    return collections.Counter(tuple(same(table, c, r.get(c), to) for c in columns) for r in rows)


def columns_of(rows):
    return {c for r in rows for c in r}


class Pairs(unittest.TestCase):
    maxDiff = None

    def run_it(self, *arguments):
        environment = {**os.environ, "XDG_STATE_HOME": os.path.join(self.sandbox.folder, "state"), "TZ": "UTC"}
        result = subprocess.run([sandbox_over_tls.SUBFERRY, *arguments, "-c", os.path.join(self.sandbox.folder, "subferry.yaml")], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=environment, timeout=120)
        self.assertEqual(result.returncode, 0, (arguments, result.stdout.decode(), result.stderr.decode()))
        return result.stdout.decode()

    def pull(self, provider, name):
        path = os.path.join(self.sandbox.folder, name + ".zip")
        self.run_it("pull", "sandbox-" + provider, "-o", path, "--secrets", "sealed", "-q", "--from", "2026-11-01", "--to", "2026-11-24")
        return path

    def check_books(self, planned, run):
        """What was read is planned or without calls, what was planned is done."""
        records = planned["records"]
        self.assertEqual((records["rejected"], records["planned"] + records["without_calls"]), (0, records["read"]), planned)
        with open(os.path.join(run, "results.csv"), encoding="utf-8") as f:
            outcomes = collections.Counter(r["outcome"] for r in csv.DictReader(f))
        self.assertEqual(outcomes, {"done": planned["calls"]})
        self.assertGreater(planned["calls"], 0)

    def state(self, provider, table):
        try:
            return self.sandbox.rows(f"{provider}/{table}")
        except AssertionError:
            return []

    def compare(self, label, to, table, first, second, hidden=()):
        """The rows that went, and those that are there now."""
        names = (columns_of(first) & columns_of(second)) - set(CANNOT.get((to, table), {})) - set(hidden)
        names = sorted(c for c in names if not c.startswith("x_"))
        self.assertIn("customer_id", names, label)
        self.assertEqual(counted(table, second, names, to), counted(table, first, names, to), (label, names))

    def move(self, source, origin, to):
        run = os.path.join(self.sandbox.folder, f"run-{to}")
        extra = [word for pair in SET.get((source, to), []) for word in ("--set", pair)]
        planned = json.loads(self.run_it("plan", "-m", f"normalized-to-{to}", "-o", run, origin, *extra, "--json"))
        self.run_it("apply", run, "--connection", "sandbox-" + to, "-q")
        self.check_books(planned, run)
        path = self.pull(to, f"{source}-{to}")
        if (source, to) in TWICE:
            self.assertEqual(Archive(path).members, Archive(self.pull(to, f"{source}-{to}-again")).members, "pulled twice")
        return path

    def check_tables(self, source, to, before, after):
        first, second = numbered(before.tables), numbered(after.tables)
        both = [t for t in sorted(set(first) & set(second) - set(NOT_CREATED)) if first[t] or second[t]]
        both = [t for t in both if (to, t) != ("ispn", "ip_addresses")]               # ISPN lists reservations, and what comes are devices
        self.assertEqual(both, COMPARED.get((source, to), []))
        for table in both:
            with self.subTest(f"{source} to {to}: {table}, pulled"):
                self.compare(f"{source} to {to}", to, table, first[table], second[table])

    def check_state(self, source, to):
        wanted = [*HELD.get((source, to), [])]
        first = numbered({t: self.state(source, t) for t in {"customers", *wanted}})
        second = numbered({t: self.state(to, t) for t in {"customers", *wanted}})
        for table in wanted:
            with self.subTest(f"{source} to {to}: {table}, in the sandbox"):
                self.assertTrue(first[table])
                self.compare(f"{source} to {to}", to, table, first[table], second[table], HIDDEN[source].get(table, ()))

    def from_provider(self, source, prepare=None):
        self.sandbox = Sandbox("--seed", SUBSCRIBERS, "--show-secrets", *[w for t in SEEDED[source] for w in ("--seed-table", f"{source}/{t}")])
        self.sandbox.encoding = "utf-8"
        self.addCleanup(self.sandbox.close)
        if prepare is not None:
            prepare(self.sandbox)
        origin = self.pull(source, source)
        for to in SEEDED:
            if to != source:
                with self.subTest(f"{source} to {to}"):
                    path = self.move(source, origin, to)
                    self.check_tables(source, to, Archive(origin), Archive(path))
                    self.check_state(source, to)
        return numbered(Archive(origin).tables)

    def test_ispn(self):
        def prepare(sandbox):
            """Of addresses ISPN lists reservations only."""
            self.assertRegex(sandbox.ispn("adddhcp", billid=sandbox.rows("ispn/customers")[0]["customer_id"], mac="02:00:00:00:00:01", ip="10.1.2.3")[2], r"\A1;")

        first = self.from_provider("ispn", prepare)
        self.assertEqual([r["ip"] for r in self.sandbox.rows("simpler/ip_addresses")], ["10.1.2.3"])
        self.assertEqual(len(self.sandbox.rows("billmanager/services")), len(first["customers"]))
        notes = [r["text"] for r in self.sandbox.rows("simpler/notes")]
        for row in first["notes"]:
            self.assertIn(row["text"], notes)
        for row in first["phones"]:
            self.assertTrue(any(n.startswith(row["phone"]) for n in notes), row)
        for row in first["contacts"]:
            self.assertTrue(any(n.startswith(row["name"]) and row["phone"] in n for n in notes), row)

    def test_safepages(self):
        logins = []

        def prepare(sandbox):
            """Somebody is disabled, somebody has webspace, somebody's password is too short for ISPN."""
            logins.extend(r["login"] for r in sandbox.rows("safepages/logins")[:2])
            for answer in (sandbox.safepages("dialup_edit_status", username=logins[0], status="disabled"),
                           sandbox.safepages("ftp_add", username="jdoe.web@example.net", password="kite-47x", type="acct_num",
                                             value=sandbox.rows("safepages/customers")[0]["customer_id"]),
                           sandbox.safepages("email_edit_status", username=sandbox.rows("safepages/mailboxes")[0]["mailbox"], status="disabled"),
                           sandbox.safepages("dialup_edit_pass", username=logins[1], password="k7x-9")):
                self.assertEqual(answer[2].strip(), "Success!")

        replaced = HIDDEN["safepages"]["logins"]
        replaced.add("password")                                     # compared here, one by one
        self.addCleanup(replaced.discard, "password")
        first = self.from_provider("safepages", prepare)
        self.assertEqual(len(self.sandbox.rows("billmanager/services")), len(first["ftp_accounts"]))
        old = {r["login"]: r["password"] for r in self.sandbox.rows("safepages/logins")}
        ispn = {r["login"]: r["password"] for r in self.sandbox.rows("ispn/logins")}
        simpler = {r["login"]: r["password"] for r in self.sandbox.rows("simpler/logins")}
        self.assertEqual(simpler, old)
        self.assertEqual({k: v for k, v in ispn.items() if k != logins[1]}, {k: v for k, v in old.items() if k != logins[1]})
        self.assertEqual(len(ispn[logins[1]]), 12)
        refused = [r for r in self.sandbox.rows("simpler/radius_attributes")]
        self.assertEqual([(r["login"], r["attribute"], r["value"]) for r in refused], [(logins[0], "Auth-Type", "Reject")])

    def test_simpler(self):
        first = self.from_provider("simpler")
        self.assertEqual(len(self.sandbox.rows("billmanager/services")), len(first["subscriptions"]))
        self.assertEqual(sorted(r["other_id"] for r in self.sandbox.rows("ispn/services")), sorted(r["subscription_id"] for r in first["subscriptions"]))

    def test_billmanager(self):
        services = self.from_provider("billmanager")["services"]
        there = self.sandbox.rows("ispn/services")
        self.assertEqual(sorted((r["product_id"], r["other_id"], r["type"]) for r in there),
                         sorted((r["product_id"], r["other_id"], r["kind"]) for r in services))
        hosts = sorted(r["login"].split("@")[1] for r in self.sandbox.rows("safepages/ftp_accounts"))
        self.assertEqual(hosts, sorted(r["domain"] for r in services if r["kind"] == "vhost"))
        self.assertEqual(sorted(r["billing_id"] for r in self.sandbox.rows("simpler/customers")), sorted(r["service_id"] for r in services))
        self.assertEqual(len(self.sandbox.rows("simpler/notes")), len(services))


if __name__ == "__main__":
    sandbox_over_tls.SUBFERRY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
