#!/usr/bin/env python3
"""Plants passwords and credentials and looks for them wherever the program leaves anything: usage: secrets.py SUBFERRY"""
import base64
import csv
import os
import sys
import unittest
import urllib.parse

import world


class Secrets(unittest.TestCase):
    def planted(self, w):
        """The credentials, and every password of the sample that chance would not bring."""
        found = set()
        for name in os.listdir(w.sandbox.folder):
            if name.startswith(("ispn.", "safepages.login_pwd")):
                found.add(w.sandbox.credential(name))
        for file in world.SERVERPLUS.values():
            with open(os.path.join(world.ROOT, "samples", "serverplus", file), newline="", encoding="latin-1") as f:
                for row in csv.DictReader(f, strict=False):
                    found.update(v for k, v in row.items() if k and "pass" in k.lower() and isinstance(v, str) and len(v) >= 6)
        self.assertGreater(len(found), 100)
        return found

    def forms(self, secrets):
        for s in secrets:
            yield s.encode("latin-1")
            yield urllib.parse.quote(s, safe="").encode()
            yield base64.b64encode(s.encode("latin-1")).rstrip(b"=")

    def look_for(self, secrets, what, data):
        for form in self.forms(secrets):
            self.assertNotIn(form, data, f"a secret stands in {what}")

    def watch(self, w, *words):
        """Runs it and collects its command line as others see it."""
        process = w.start(*words)
        with open(f"/proc/{process.pid}/cmdline", "rb") as f:
            line = f.read()
        out, err = process.communicate(timeout=120)
        self.look_for(self.secrets, f"argv of {words[0]}", line)
        self.look_for(self.secrets, f"what {words[0]} says", out + err)
        return process.returncode

    def everything(self, connection, mapping, faults):
        w = world.World(*faults)
        self.addCleanup(w.close)
        self.secrets = self.planted(w)
        w.plan_sample(mapping)
        self.watch(w, "apply", w.run, "--connection", connection, "--dry-run", "-v")
        self.watch(w, "test", w.run, "--connection", connection, "-v")
        for _ in range(3):
            self.watch(w, "apply", w.run, "--connection", connection, "-v", "--progress", "always")
        self.watch(w, "status", w.run)
        self.watch(w, "calls", w.run)
        seen = 0
        for folder, _, names in os.walk(w.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    data = f.read()
                seen += 1
                if name == "provider.yaml":  # the run's copy of what everybody has; words like "qwerty" stand there as bad examples
                    with open(os.path.join(world.ROOT, "providers", connection.split("-")[0] + ".yaml"), "rb") as f:
                        self.assertEqual(data, f.read())
                    continue
                self.look_for(self.secrets, os.path.join(folder, name), data)
        self.assertGreater(seen, 8)

    def test_safepages(self):
        self.everything("safepages-here", "serverplus-to-safepages", ["--fault", "drop-after:3%", "--fault", "garbage:2%", "--fault", "html:2%"])

    def test_ispn(self):
        self.everything("ispn-here", "serverplus-to-ispn", ["--fault", "drop-after:3%", "--fault", "garbage:2%", "--fault", "html:2%"])


if __name__ == "__main__":
    world.use(sys.argv.pop(1))
    unittest.main(verbosity=2)
