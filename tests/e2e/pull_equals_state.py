#!/usr/bin/env python3
"""Pulls every provider of the sandbox and compares the archive's tables with the sandbox's rows, row by row, secrets included:
usage: pull_equals_state.py SUBFERRY"""
import collections
import csv
import io
import os
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

    def __init__(self, sandbox, provider, *more):
        self.sandbox = sandbox
        self.path = os.path.join(sandbox.folder, provider + ".tar.gz")
        self.key = os.path.join(sandbox.folder, "key.pem")
        self.config = os.path.join(sandbox.folder, "subferry.yaml")
        certificate = os.path.join(sandbox.folder, "certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", certificate, "-subj", "/CN=test"],
                       check=True, stderr=subprocess.DEVNULL)
        os.chmod(self.key, 0o600)
        run(sandbox, "pull", "sandbox-" + provider, "-o", self.path, "--secrets", "keep", "--encrypt-to", certificate, "-c", self.config, "-q",
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
    def compare(self, provider, tables, *reports):
        sandbox = Sandbox("--seed", str(SUBSCRIBERS), "--show-secrets")
        sandbox.encoding = "utf-8"
        self.addCleanup(sandbox.close)
        pulled = Pulled(sandbox, provider, *reports)
        for table in tables:
            with self.subTest(provider + "/" + table):
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

    def test_billmanager(self):
        self.compare("billmanager", ["services"], "vds", "dedic", "vhost", "soft", "platform")


if __name__ == "__main__":
    sandbox_over_tls.SUBFERRY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
