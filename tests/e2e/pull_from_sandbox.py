#!/usr/bin/env python3
"""Pulls from the sandbox. On good days the archive's tables are the sandbox's rows, row by row, secrets included; on bad ones nothing that
was cut off is called complete, and rotten bytes are read where that is safe. usage: pull_from_sandbox.py SUBFERRY"""
import collections
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import unittest

import sandbox_over_tls
from sandbox_over_tls import Sandbox

SUBSCRIBERS = 200


def run(sandbox, *arguments, want=0):
    environment = {**os.environ, "XDG_STATE_HOME": os.path.join(sandbox.folder, "state"), "TZ": "UTC"}
    result = subprocess.run([sandbox_over_tls.SUBFERRY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, timeout=120)
    assert result.returncode == want, (arguments, result.returncode, result.stderr.decode())
    return result.stdout.decode()


class Pulled:
    """An archive that holds the secrets, encrypted to a certificate made for it."""

    def __init__(self, sandbox, connection, *more):
        self.sandbox = sandbox
        self.path = os.path.join(sandbox.folder, connection + ".tar.gz")
        self.key = os.path.join(sandbox.folder, "key.pem")
        self.config = os.path.join(sandbox.folder, "subferry.yaml")
        certificate = os.path.join(sandbox.folder, "certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", certificate, "-subj", "/CN=test"],
                       check=True, stderr=subprocess.DEVNULL)
        os.chmod(self.key, 0o600)
        run(sandbox, "pull", "sandbox-" + connection, "-o", self.path, "--secrets", "keep", "--encrypt-to", certificate, "-c", self.config, "-q",
            "--from", "2025-01-01", "--to", "2026-12-31", *more)

    def rows(self, table):
        text = run(self.sandbox, "archive", "cat", self.path, table, "-c", self.config, "--decrypt-key", self.key)
        return list(csv.DictReader(io.StringIO(text)))


def plain(value):
    """As the normalized tables have it: no date is an empty one, yes and no are true and false."""
    return {None: "", "0000-00-00": "", "Y": "true", "N": "false"}.get(value, value)


def as_counted(rows, columns):
    return collections.Counter(tuple(plain(r.get(c)) for c in columns) for r in rows)


class Pull(unittest.TestCase):
    def compare(self, provider, tables, *reports, connection=None):
        sandbox = Sandbox("--seed", str(SUBSCRIBERS), "--show-secrets")
        sandbox.encoding = "utf-8"
        self.addCleanup(sandbox.close)
        pulled = Pulled(sandbox, connection or provider, *reports)
        for table in tables:
            with self.subTest((connection or provider) + "/" + table):
                state = sandbox.rows(f"{provider}/{table}")
                rows = pulled.rows(table)
                known = {c for r in state for c in r}
                columns = [c for c in (rows[0] if rows else []) if c in known]
                self.assertTrue(columns, "nothing to compare")
                self.assertEqual(as_counted(rows, columns), as_counted(state, columns))

    def test_ispn(self):
        self.compare("ispn", ["customers", "phones", "notes", "contacts", "tickets", "escalations", "campaigns"])

    def test_safepages(self):
        self.compare("safepages", ["customers", "logins", "mailboxes", "ftp_accounts", "access_numbers", "alerts", "invoices"])

    def test_simpler_by_rest_and_by_soap(self):
        for connection in "simpler", "simpler-soap":
            self.compare("simpler", ["customers", "subscriptions", "logins", "ip_addresses", "radius_sessions", "tickets", "payment_accounts",
                                     "custom_entries", "products"], connection=connection)

    def test_billmanager(self):
        self.compare("billmanager", ["services"], "vds", "dedic", "vhost", "soft", "platform")


class BadDays(unittest.TestCase):
    options = ()

    def setUp(self):
        self.sandbox = Sandbox("--seed", "40", "--show-secrets")
        self.sandbox.encoding = "utf-8"
        self.addCleanup(self.sandbox.close)
        self.archive = os.path.join(self.sandbox.folder, "a.zip")
        self.config = os.path.join(self.sandbox.folder, "subferry.yaml")
        with open(self.config) as f:
            text = f.read()
        with open(self.config, "w") as f:
            f.write(text.replace("per_second:", "tries: 2, per_second:"))      # so that what stays bad is given up soon

    def pull(self, provider, report):
        """What the manifest says of a report, and what was said on the way."""
        environment = {**os.environ, "XDG_STATE_HOME": os.path.join(self.sandbox.folder, "state")}
        result = subprocess.run([sandbox_over_tls.SUBFERRY, "pull", "sandbox-" + provider, "-o", self.archive, "-c", self.config, report],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, timeout=120)
        said = result.stderr.decode()
        if not os.path.exists(self.archive):
            self.assertNotEqual(result.returncode, 0, said)
            shutil.rmtree(self.archive + ".pull", ignore_errors=True)
            return {"proof": "stopped", "records": 0}, said
        manifest = json.loads(run(self.sandbox, "archive", "list", self.archive, "--json", "-c", self.config))
        told = next(r for r in manifest["reports"] if r["name"] == report)       # besides those whose rows it needs
        rows = list(csv.DictReader(io.StringIO(run(self.sandbox, "archive", "cat", self.archive, told["table"], "-c", self.config))))
        os.unlink(self.archive)
        self.assertEqual(result.returncode == 0, all(r["proof"] == "complete" for r in manifest["reports"]), said)
        return {**told, "rows": rows}, said

    def body_size(self, provider, command):
        fields = {"ispn": lambda: self.sandbox.ispn(command), "safepages": lambda: self.sandbox.safepages(command)}
        return len(fields[provider]()[2].encode("utf-8"))

    def test_cut_off_anywhere(self):
        for provider, command, report in [("ispn", "list", "customers"), ("safepages", "dialup_full_report", "dialup_full_report")]:
            size = self.body_size(provider, command)
            for at in sorted({0, 1, size // 2, size - 2, size - 1, *range(7, size, size // 8)}):
                with self.subTest(f"{provider} at byte {at} of {size}"):
                    self.sandbox.order(f"cutoff={at},command={command}")
                    proof = self.pull(provider, report)[0]["proof"]
                    self.assertIn(proof, ("incomplete", "stopped"))

    def test_cut_off_where_no_length_tells(self):
        """XML has an end of its own; of rows without one, a second reading has to agree. Whatever is asked once more, in the end all are there or
        it is not complete."""
        for provider, command, report in [("ispn", "list", "customers"), ("safepages", "dialup_full_report", "dialup_full_report")]:
            size = self.body_size(provider, command)
            first_row = self.sandbox.safepages("dialup_full_report")[2].index("\n") + 1
            for at in sorted({1, first_row, first_row - 1, size // 2, size - 1}):
                with self.subTest(f"{provider} at byte {at} of {size}"):
                    self.sandbox.order(f"no-length={at},command={command},times=1")
                    got = self.pull(provider, report)[0]
                    self.assertTrue(got["proof"] != "complete" or got["records"] == 40, got["proof"])
        self.sandbox.order("no-length")
        self.assertEqual(self.pull("safepages", "dialup_full_report")[0]["proof"], "complete")

    def test_rotten_bytes(self):
        for fault, provider, report in [("latin1", "safepages", "view_customer_data"), ("control", "safepages", "view_customer_data"),
                                        ("control", "ispn", "customers"), ("roots", "ispn", "customers")]:
            with self.subTest(fault + " " + provider):
                self.sandbox.order("")
                good = self.pull(provider, report)[0]
                self.sandbox.order(fault)
                got = self.pull(provider, report)[0]
                self.assertEqual((got["proof"], got["records"]), ("complete", 40))
                names = [c for c in ("customer_id", "first_name", "last_name", "city") if c in good["rows"][0]]
                self.assertEqual(as_counted(got["rows"], names if fault != "control" else names[:1]),
                                 as_counted(good["rows"], names if fault != "control" else names[:1]))

    def test_what_is_no_answer(self):
        for fault in ("html", "garbage", "empty", "status=500", "drop-after"):
            for provider, report in [("ispn", "customers"), ("safepages", "view_customer_data")]:
                with self.subTest(fault + " " + provider):
                    self.sandbox.order(fault + ",command=" + {"ispn": "list", "safepages": "view_customer_data"}[provider])
                    self.assertIn(self.pull(provider, report)[0]["proof"], ("incomplete", "stopped"))

    def test_no_password_is_quoted(self):
        passwords = [r["password"] for r in self.sandbox.rows("safepages/logins")]
        for fault in ("cutoff=333", "no-length=333", "raw-quotes", "latin1", "garbage", "status-after=500"):
            with self.subTest(fault):
                self.sandbox.order(fault)
                got, said = self.pull("safepages", "dialup_full_report")
                for password in passwords:
                    self.assertNotIn(password, said + json.dumps(got))


if __name__ == "__main__":
    sandbox_over_tls.SUBFERRY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
