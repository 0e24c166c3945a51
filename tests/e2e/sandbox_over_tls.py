#!/usr/bin/env python3
"""Talks to the running sandbox with the curl command, over TLS, as any client would: usage: sandbox_over_tls.py SUBFERRY"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SUBFERRY = None


class Sandbox:
    """A sandbox of its own for one test."""
    encoding = "latin-1"      # of answers: takes any byte

    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="subferry-test-")
        self.port_file = os.path.join(self.folder, "port")
        self.process = subprocess.Popen(
            [SUBFERRY, "sandbox", "-q", "--with-parent", "--dir", self.folder, "--port-file", self.port_file, *options],
            stderr=subprocess.PIPE)
        while not os.path.exists(self.port_file):
            if self.process.poll() is not None:
                raise AssertionError("it ended: " + self.process.stderr.read().decode())
            time.sleep(0.01)
        with open(self.port_file) as f:
            self.port = int(f.read())

    def close(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process.stderr.close()
        shutil.rmtree(self.folder)
        return code

    def credential(self, name):
        with open(os.path.join(self.folder, name)) as f:
            return f.read().strip()

    def curl(self, path, *options, body=None):
        """The curl command's exit code, HTTP status and body."""
        result = subprocess.run(
            ["curl", "-s", "--max-time", "20", "--cacert", os.path.join(self.folder, "ca.pem"), "-w", "\n%{http_code}", *options,
             *(["--data-binary", "@-"] if body is not None else []), f"https://127.0.0.1:{self.port}{path}"],
            input=body.encode() if body is not None else None, stdout=subprocess.PIPE)
        text, _, status = result.stdout.rpartition(b"\n")
        return result.returncode, int(status or 0), text.decode(self.encoding)

    def ask(self, path):
        code, status, text = self.curl(path)
        assert (code, status) == (0, 200), (code, status, text)
        return text

    def order(self, *faults):
        code, status, text = self.curl("/_/faults", "-X", "POST", body="\n".join(faults))
        assert (code, status) == (0, 200), text

    def ispn(self, cmd, *options, **fields):
        return self.form("/ispn/exec.pl", {"auth": self.credential("ispn.auth"), "cmd": cmd, **fields}, options)

    def safepages(self, action, *options, **fields):
        return self.form("/safepages/manage.pl", {"login_rid": self.credential("safepages.login_rid"),
                                                  "login_pwd": self.credential("safepages.login_pwd"), "action": action, **fields},
                         options)

    def form(self, path, fields, options):
        encoded = [f for name, value in fields.items() for f in ("--data-urlencode", f"{name}={value}")]
        return self.curl(path, *options, *encoded)

    def journal(self):
        return [json.loads(line) for line in self.ask("/_/journal").splitlines()]

    def rows(self, table):
        return json.loads(self.ask("/_/state/" + table))


class Case(unittest.TestCase):
    options = ()

    def setUp(self):
        self.sandbox = Sandbox(*self.options)
        self.addCleanup(self.sandbox.close)

    def check(self, got, want):
        self.assertEqual((got[0], got[1]), (0, 200), got)
        self.assertRegex(got[2], want)


class Ispn(Case):
    def test_a_subscriber_from_beginning_to_end(self):
        s = self.sandbox
        self.check(s.ispn("mboxcheck", email="john@abc.com"), r"\A0; Email Not Found")
        self.check(s.ispn("addcust", billid="999", fname="John", hphone="9135550147"), r"\A1; OK; Customer \d+ created")
        self.check(s.ispn("addcust", billid="999"), r'\A0; there already: customers customer_id="999"')
        self.check(s.ispn("addmbox", billid="998", mbox="john@abc.com", nopass="1"), r"\A0; not found: customers")
        self.check(s.ispn("addmbox", billid="999", mbox="john@abc.com"), r"\A0; .*pass")
        self.check(s.ispn("addmbox", billid="999", mbox="john@abc.com", **{"pass": "Tr4vel-kite+&=%"}), r"\A1; OK; Mailbox Added")
        self.check(s.ispn("mboxcheck", email="john@abc.com"), r"\A1; User Exists; EMAIL .*999")
        self.check(s.ispn("list", billid="999"), r"<billid>999</billid><fname>John</fname>")
        self.check(s.ispn("discust", billid="999"), r"\A1; OK; Account disabled")
        self.assertEqual([r["status"] for r in s.rows("ispn/mailboxes")], ["disabled"])
        self.check(s.ispn("delcust", billid="999"), r"\A1; OK; Account removed")
        self.assertEqual(s.rows("ispn/mailboxes"), [])

    def test_strict(self):
        s = self.sandbox
        self.check(s.ispn("addcust"), r"\A0; billid: ")
        self.check(s.ispn("addcust", billid="9", hphone="(913) 555-0147"), r"\A0; hphone: must be exactly 10 digits")
        self.check(s.ispn("addcust", billid="9", nosuch="x"), r'\A0; unknown parameter "nosuch"')
        self.check(s.ispn("addcust", billid="9", mode="test"), r'\A0; unknown parameter "mode"')
        self.check(s.ispn("addcustomer", billid="9"), r"\A0; Unknown command")
        self.check(s.form("/ispn/exec.pl", {"auth": "wrong", "cmd": "list", "billid": "9"}, ()), r"\A0; Invalid authorization code")
        self.assertEqual(s.curl("/ispn/exec.pl?cmd=list")[1], 405)
        self.assertEqual(s.curl("/ispn/exec.pl", body="cmd=list&a b=c")[1], 400)
        self.assertEqual(s.curl("/ispn/exec.pl", "-H", "Content-Type: application/json", body="{}")[1], 415)
        self.assertEqual(s.curl("/ispn/exec.cgi", body="cmd=list")[1], 404)
        self.assertEqual(s.rows("ispn/customers"), [])

    def test_secrets_are_in_no_journal(self):
        s = self.sandbox
        s.ispn("addcust", billid="9", sec="planted-Secret-1")
        s.ispn("addcust", billid="9", sce="planted-Secret-2")
        text = s.ask("/_/journal")
        self.assertIn('"sec":"***"', text)
        self.assertNotIn("planted-Secret", text)
        self.assertNotIn(s.credential("ispn.auth"), text)
        self.assertNotIn("planted-Secret", s.ask("/_/state"))


class Safepages(Case):
    def test_a_subscriber_from_beginning_to_end(self):
        s = self.sandbox
        self.check(s.safepages("dialup_add", username="jdoe@example.net", password="kite-47x", acct_num="1001"), r"\ASuccess!\Z")
        self.check(s.safepages("dialup_add", username="jdoe2@example.net", password="kite-47x", acct_num="1001"), r"\AFailed: there already")
        self.check(s.safepages("dialup_add", username="jdoe2@example.net", password="kite-47x", acct_num="1001", already_used="Y"),
                   r"\ASuccess!")
        self.check(s.safepages("email_add", username="jdoe@example.net", password="kite-47x", type="acct_num", value="1002"), r"\AFailed: not found")
        self.check(s.safepages("email_add", username="jdoe@example.net", password="kite-47x", type="acct_num", value="1001"), r"\ASuccess!")
        self.check(s.safepages("modify_customer_data", type="acct_num", value="1001", first_name="John", notes='Dog "Rex", big'), r"\ASuccess!")
        self.check(s.safepages("user_pass_check", username="jdoe@example.net", password="kite-47x", type="dialup"), r"\ASuccess!")
        self.check(s.safepages("user_pass_check", username="jdoe@example.net", password="kite-47y", type="dialup"), r"\AFailed:")
        self.check(s.safepages("dialup_full_report"), r'\A"jdoe@example.net","kite-47x","1001","enabled","0000-00-00","N","0000-00-00"\n"jdoe2')
        self.check(s.safepages("view_customer_data", type="acct_num", value="1001"), r'\A"1001","John",.*,"Dog ""Rex"", big"\n?\Z')

    def test_test_mode_changes_nothing(self):
        s = self.sandbox
        self.check(s.safepages("dialup_add", username="jdoe@example.net", password="kite-47x", acct_num="1001", mode="test"), r"\ASuccess!")
        self.check(s.safepages("dialup_add", username="JDoe@example.net", password="kite-47x", acct_num="1001", mode="test"), r"\AFailed: username")
        self.check(s.safepages("dialup_full_report"), r"\A\Z")
        self.assertEqual([e["mode"] for e in s.journal()], ["test", "test", "live"])
        self.assertEqual(json.loads(s.ask("/_/counts"))["safepages"]["commands"]["dialup_add"]["tested"], 1)


class Faults(Case):
    """Each fault, at a call that makes a customer: what curl sees, and whether the customer is there."""
    number = 0

    def add(self, *faults):
        self.number += 1
        self.sandbox.order(*faults)
        got = self.sandbox.ispn("addcust", billid=str(self.number))
        self.sandbox.order()
        there = [r["customer_id"] for r in self.sandbox.rows("ispn/customers")]
        return got, str(self.number) in there

    def test_each(self):
        empty_reply, partial = 52, 18
        for fault, curl, status, says, there in [
                ("drop-before", empty_reply, 0, r"\A\Z", False),
                ("drop-after", empty_reply, 0, r"\A\Z", True),
                ("status=503", 0, 503, r"Error", False),
                ("status-after=500", 0, 500, r"Error", True),
                ("cutoff", partial, 200, r"\A1; OK; Cust", True),
                ("cutoff=3", partial, 200, r"\A1; \Z", True),
                ("cutoff=0", partial, 200, r"\A\Z", True),
                ("garbage", 0, 200, r"(?s)\A.{64}\Z", True),
                ("html", 0, 200, r"<html>", False),
                ("empty", 0, 200, r"\A\Z", False),
                ("throttle", 0, 429, r"slow down", False),
                ("login", 0, 200, r"\A0; Invalid authorization code", False),
                ("close-idle", 0, 200, r"\A1; OK", True),
                ("delay=30", 0, 200, r"\A1; OK", True)]:
            with self.subTest(fault):
                got, is_there = self.add(fault)
                self.assertEqual(got[:2], (curl, status))
                self.assertRegex(got[2], says)
                self.assertEqual(is_there, there)

    def test_a_throttled_reply_says_how_long_to_wait(self):
        self.sandbox.order("throttle")
        self.assertRegex(self.sandbox.ispn("list", "-i", billid="9")[2], r"(?mi)^retry-after: 1\r?$")

    def test_only_a_connection_that_was_used_before(self):
        """The curl command repeats such a POST by itself, on a new connection, and calls it a success: what Subferry never does."""
        s = self.sandbox
        s.order("drop-before,reused")
        body = f"auth={s.credential('ispn.auth')}&cmd=list&billid=9"
        url = f"https://127.0.0.1:{s.port}/ispn/exec.pl"
        one = ["--cacert", os.path.join(s.folder, "ca.pem"), "-s", "--data", body, url]
        result = subprocess.run(["curl", *one, "--next", *one], stdout=subprocess.PIPE)
        self.assertEqual(result.stdout.decode(), "0; Nothing Found" * 2)
        self.assertEqual([(e["fault"], e["connection"]) for e in s.journal()], [("", 2), ("drop-before", 2), ("", 3)])

    def test_the_sandbox_itself_is_strict_too(self):
        s = self.sandbox
        for path, options, status in [("/_/nope", (), 404), ("/_/", (), 200), ("/_/faults", (), 405), ("/_/journal", ("-X", "DELETE"), 405),
                                      ("/_/state/nobody", (), 404), ("/_/state/ispn/nothing", (), 404), ("/_/state/ispn/mailboxes", (), 200),
                                      ("/_/reset", ("--data", "everything"), 400), ("/nobody/exec.pl", ("--data", "a=1"), 404), ("/", (), 404)]:
            with self.subTest(path):
                self.assertEqual(s.curl(path, *options)[1], status)

    def test_what_is_misspelt_is_refused(self):
        code, status, text = self.sandbox.curl("/_/faults", "-X", "POST", body="drop-befor")
        self.assertEqual(status, 400)
        self.assertIn('did you mean "drop-before"?', text)


class Slow(Case):
    options = ("--fault", "delay=400")

    def test_many_wait_at_once(self):
        """48 answers that each take 400 ms come in far less than 48 times that."""
        s = self.sandbox
        body = f"auth={s.credential('ispn.auth')}&cmd=list&billid=9"
        start = time.monotonic()
        result = subprocess.run(
            ["curl", "-s", "--parallel", "--parallel-immediate", "--parallel-max", "48", "--cacert", os.path.join(s.folder, "ca.pem"), "--data", body,
             f"https://127.0.0.1:{s.port}/ispn/exec.pl?[1-48]"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertEqual(result.stdout.decode().count("0; Nothing Found"), 48)
        self.assertLess(time.monotonic() - start, 9.6)

    def test_ends_while_answers_sleep(self):
        s = Sandbox("--fault", "delay=3600000")
        waiting = subprocess.Popen(["curl", "-sk", "--data", f"auth={s.credential('ispn.auth')}&cmd=list&billid=9",
                                    f"https://127.0.0.1:{s.port}/ispn/exec.pl"], stdout=subprocess.DEVNULL)
        while not s.journal():
            time.sleep(0.01)
        self.assertEqual(s.close(), 0)
        waiting.wait(20)


class Start(unittest.TestCase):
    def test_ends_cleanly(self):
        for how in signal.SIGTERM, signal.SIGINT:
            self.assertEqual(Sandbox().close(how), 0)

    def test_ends_with_its_parent(self):
        with tempfile.TemporaryDirectory() as folder:
            port = os.path.join(folder, "port")
            parent = subprocess.Popen(["bash", "-c", f'"{SUBFERRY}" sandbox -q --with-parent --plain --dir "{folder}/s" --port-file "{port}" & '
                                       f'echo $!; while [ ! -e "{port}" ]; do sleep 0.01; done'], stdout=subprocess.PIPE)
            child = int(parent.stdout.readline())
            parent.wait(20)
            parent.stdout.close()
            for _ in range(600):
                try:
                    os.kill(child, 0)
                except ProcessLookupError:
                    return
                time.sleep(0.05)
            self.fail("it runs on")

    def test_a_folder_of_its_own_goes_with_it(self):
        with tempfile.TemporaryDirectory() as tmp:
            process = subprocess.Popen([SUBFERRY, "sandbox", "--json", "--port-file", os.path.join(tmp, "port")], stdout=subprocess.PIPE,
                                       env={**os.environ, "TMPDIR": tmp})
            told = json.loads(process.stdout.readline())
            self.assertTrue(os.path.exists(told["config"]))
            self.assertEqual(os.stat(told["config"]).st_mode & 0o777, 0o600)
            process.terminate()
            self.assertEqual(process.wait(20), 0)
            process.stdout.close()
            self.assertEqual(os.listdir(tmp), ["port"])

    def test_a_folder_that_stays_keeps_its_credentials(self):
        with tempfile.TemporaryDirectory() as folder:
            keys = []
            for _ in range(2):
                port = os.path.join(folder, "port")
                process = subprocess.Popen([SUBFERRY, "sandbox", "-q", "--dir", folder, "--port-file", port])
                while not os.path.exists(port):
                    time.sleep(0.01)
                process.terminate()
                self.assertEqual(process.wait(20), 0)
                os.unlink(port)
                with open(os.path.join(folder, "ispn.auth")) as f:
                    keys.append(f.read())
            self.assertEqual(keys[0], keys[1])

    def test_wrong_options(self):
        for options, says in [(["--fault", "drop"], "unknown fault"), (["--port", "70000"], "65535"), (["somewhere"], "options only"),
                              (["--plain", "--ca-file", "x"], "no CA"), (["--seed-table", "mailboxen", "--seed", "1"], "mailboxen")]:
            with self.subTest(options):
                result = subprocess.run([SUBFERRY, "sandbox", *options], stderr=subprocess.PIPE, timeout=20)
                self.assertEqual(result.returncode, 2)
                self.assertIn(says, result.stderr.decode())


class Seeded(Case):
    options = ("--seed", "40", "--show-secrets")

    def test_reports_say_what_the_state_holds(self):
        s = self.sandbox
        logins = s.rows("safepages/logins")
        self.assertEqual(len(logins), 40)
        report = s.safepages("dialup_full_report")[2].splitlines()
        self.assertEqual([line.split(",")[0].strip('"') for line in report], [r["login"] for r in logins])
        self.assertIn(logins[0]["password"], report[0])

    def test_reset(self):
        s = self.sandbox
        before = s.rows("ispn/customers")
        s.ispn("addcust", billid="9")
        self.assertEqual(len(s.rows("ispn/customers")), 41)
        self.assertEqual(s.curl("/_/reset", "-X", "POST", body="")[1], 200)
        self.assertEqual(s.rows("ispn/customers"), before)
        self.assertEqual(s.journal(), [])
        self.assertEqual(json.loads(s.ask("/_/counts"))["ispn"]["commands"], {})


class Reports(Case):
    """Long enough to be rendered as they go out."""
    options = ("--seed", "3000", "--seed-table", "customers", "--seed-table", "logins", "--show-secrets")

    def report(self, *faults):
        self.sandbox.order(*faults)
        return self.sandbox.ispn("list", "-D", os.path.join(self.sandbox.folder, "headers"))

    def headers(self):
        with open(os.path.join(self.sandbox.folder, "headers")) as f:
            return f.read().lower()

    def test_whole(self):
        code, status, text = self.report()
        self.assertEqual((code, status), (0, 200))
        ids = re.findall(r"<customer><billid>(\d+)</billid>", text)
        self.assertEqual(ids, [r["customer_id"] for r in self.sandbox.rows("ispn/customers")])
        self.assertEqual(len(ids), 3000)
        self.assertTrue(text.endswith("</customerlist>\n"))

    def test_cut_off(self):
        whole = self.report()[2]
        code, status, text = self.report("cutoff=100001")
        self.assertEqual((code, status, len(text)), (18, 200, 100001))
        self.assertTrue(whole.startswith(text))
        code, status, text = self.report("cutoff")
        self.assertEqual((code, status), (18, 200))
        self.assertEqual(text.count("<customer>"), 1500)
        self.assertNotIn("</customerlist>", text)

    def test_without_a_length(self):
        whole = self.report()[2]
        code, status, text = self.report("no-length")
        self.assertEqual((code, status, text), (0, 200, whole))
        self.assertNotIn("content-length", self.headers())
        self.assertNotIn("transfer-encoding", self.headers())
        self.assertEqual(self.report("no-length=5000"), (0, 200, whole[:5000]))      # nothing tells that more was to come

    def test_rotten(self):
        self.assertTrue(self.report("roots")[2].startswith("<customer><billid>100001</billid>"))
        self.assertRegex(self.report("control")[2], r"<addr1>\d\v\d* \w+")
        self.sandbox.order("raw-quotes")
        self.sandbox.safepages("modify_customer_data", type="acct_num", value="100001", notes='Dog "Rex"')
        self.assertTrue(self.sandbox.safepages("view_customer_data", type="acct_num", value="100001")[2].endswith(',"Dog "Rex""\n'))
        self.sandbox.order("latin1")
        self.sandbox.safepages("modify_customer_data", type="acct_num", value="100001", notes="Zo\u00eb")
        self.assertTrue(self.sandbox.safepages("view_customer_data", type="acct_num", value="100001")[2].endswith(',"Zo\u00eb"\n'))

    def test_a_reset_on_the_way(self):
        """Whoever is reading goes on with what was there; nothing falls over."""
        s = self.sandbox
        reading = subprocess.Popen(["curl", "-s", "--limit-rate", "300k", "--cacert", os.path.join(s.folder, "ca.pem"), "--data",
                                    f"auth={s.credential('ispn.auth')}&cmd=list", f"https://127.0.0.1:{s.port}/ispn/exec.pl"],
                                   stdout=subprocess.PIPE)
        first = reading.stdout.read(1000)
        self.assertEqual(s.curl("/_/reset", "-X", "POST", body="state")[1], 200)
        text = (first + reading.stdout.read()).decode("latin-1")
        reading.stdout.close()
        self.assertEqual(reading.wait(60), 0)
        self.assertEqual(text.count("<customer>"), 3000)


if __name__ == "__main__":
    SUBFERRY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
