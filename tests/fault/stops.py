#!/usr/bin/env python3
"""Stopped by signals, by locks, by the ladder, by what changed: usage: stops.py SUBFERRY"""
import os
import signal
import sys
import time
import unittest

import world


def wait_until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError("it did not come to that")
        time.sleep(0.02)


def has_taken(process, number):
    """The signal is not pending any more: the process has been told."""
    with open("/proc/%d/status" % process.pid) as f:
        pending = [int(line.split()[1], 16) for line in f if line.startswith(("SigPnd:", "ShdPnd:"))]
    return not any(mask >> (number - 1) & 1 for mask in pending)


def has_open(process, name):
    """It has a file of this name open."""
    folder = "/proc/%d/fd" % process.pid
    for fd in os.listdir(folder):
        try:
            if os.path.basename(os.readlink(os.path.join(folder, fd))) == name:
                return True
        except FileNotFoundError:
            pass
    return False


class Stops(unittest.TestCase):
    def planned(self, *options, **more):
        w = world.World(*options, **more)
        self.addCleanup(w.close)
        w.plan_sample()
        return w

    def executed(self, w):
        return sum(c["executed"] for c in w.counts("safepages")["commands"].values())

    def begun(self, w, *words):
        """An apply that has sent something."""
        had = self.executed(w)
        process = w.start("apply", w.run, "--connection", "safepages-here", *words)
        wait_until(lambda: self.executed(w) > had)
        return process

    def end(self, process):
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(), err.decode()

    def check_complete(self, w):
        summary = w.finish("safepages-here")
        self.assertEqual(summary["calls"]["uncertain"] + summary["calls"]["not_sent"], 0)
        self.assertEqual(w.counts("safepages")["duplicates"], [])

    def test_a_signal_waits_for_answers(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            w = self.planned("--fault", "delay=200")
            process = self.begun(w)
            process.send_signal(number)
            code, _, err = self.end(process)
            self.assertEqual(code, 130, err)
            self.assertIn("same command goes on", err)
            outcomes = [r["outcome"] for r in w.results()]
            self.assertEqual(outcomes.count("uncertain"), 0)
            self.assertEqual(outcomes.count("done"), self.executed(w))
            self.assertGreater(outcomes.count("not sent"), 0)
            w.sandbox.order()
            self.check_complete(w)

    def test_a_second_one_leaves_at_once(self):
        w = self.planned("--fault", "delay=3000")
        process = self.begun(w)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        wait_until(lambda: has_taken(process, signal.SIGINT))        # two that are pending at once would be one
        process.send_signal(signal.SIGINT)
        code, _, err = self.end(process)
        self.assertEqual(code, 130, err)
        self.assertLess(time.monotonic() - began, 2.5)
        w.sandbox.order()
        self.check_complete(w)

    def test_one_writer_a_run_and_a_connection(self):
        w = self.planned("--fault", "delay=100")
        other = os.path.join(w.folder, "other")
        first_run = w.run
        w.run = other
        w.plan_sample()
        w.run = first_run
        process = self.begun(w)
        same = w.say("apply", first_run, "--connection", "safepages-here", expect=(4,)).stderr.decode()
        self.assertIn(str(process.pid), same)
        busy = w.say("apply", other, "--connection", "safepages-here", expect=(4,)).stderr.decode()
        self.assertIn(str(process.pid), busy)
        self.assertIn(os.path.realpath(first_run), busy)
        patient = w.start("apply", other, "--connection", "safepages-here", "--wait", "1m", "--limit", "1")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process)[0], 130)
        code, _, err = self.end(patient)
        self.assertIn(code, (0, 1), err)               # its subscriber is there already: refused

    def test_a_run_goes_to_one_account_only(self):
        w = self.planned()
        w.apply("safepages-here", "--limit", "1")
        with open(w.config) as f:
            text = f.read()
        with open(w.config, "w") as f:
            f.write(text.replace(f"https://127.0.0.1:{w.sandbox.port}/safe", f"https://localhost:{w.sandbox.port}/safe"))
        refused = w.say("apply", w.run, "--connection", "safepages-here", expect=(2,)).stderr.decode()
        self.assertIn("goes nowhere else", refused)
        refused = w.say("apply", w.run, "--connection", "ispn-here", expect=(2,)).stderr.decode()
        self.assertIn("planned for safepages", refused)

    def test_renewed_credentials_are_told_from_another_account(self):
        w = world.World()
        self.addCleanup(w.close)
        w.plan_sample("serverplus-to-ispn")
        w.apply("ispn-here", "--limit", "1")
        renewed = os.path.join(w.folder, "renewed")
        with open(os.path.join(w.sandbox.folder, "ispn.auth")) as f, open(renewed, "w") as g:
            g.write(f.read().strip() + "x")
        os.chmod(renewed, 0o600)
        with open(w.config) as f:
            text = f.read()
        with open(w.config, "w") as f:
            f.write(text.replace(f"file:{w.sandbox.folder}/ispn.auth", "file:" + renewed))
        refused = w.say("apply", w.run, "--connection", "ispn-here", expect=(2,)).stderr.decode()
        self.assertIn("--same-account", refused)
        w.apply("ispn-here", "--same-account", expect=(4,))          # it is taken at its word; the sandbox knows better
        self.assertEqual(w.counts("ispn")["duplicates"], [])

    def test_waiting_for_a_connection_can_be_stopped(self):
        w = self.planned("--fault", "delay=100")
        first_run, w.run = w.run, os.path.join(w.folder, "other")
        w.plan_sample()
        w.run, other = first_run, w.run
        process = self.begun(w)
        patient = w.start("apply", other, "--connection", "safepages-here", "--wait", "1h")
        wait_until(lambda: has_open(patient, "lock"))
        patient.send_signal(signal.SIGINT)
        self.assertEqual(self.end(patient)[0], 130)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process)[0], 130)

    def test_what_was_sealed_is_not_changed(self):
        w = self.planned()
        w.apply("safepages-here", "--limit", "1")
        had = self.executed(w)
        with open(os.path.join(w.run, "plan.jsonl"), "r+") as f:
            f.write("{\"id\":\"0")
        refused = w.say("apply", w.run, "--connection", "safepages-here", expect=(2,)).stderr.decode()
        self.assertIn("plan.jsonl", refused)
        self.assertEqual(self.executed(w), had)

    def test_the_ladder(self):
        w = self.planned()
        w.configure(require="[test, canary]")
        self.assertIn('"test"', w.say("apply", w.run, "--connection", "safepages-here", expect=(2,)).stderr.decode())
        self.assertEqual(w.say("test", w.run, "--connection", "safepages-here", expect=(0, 1)).returncode, 1)     # the sample has one to refuse
        only = os.path.join(w.folder, "friends")
        with open(only, "w") as f:
            f.write("10001\r\n10002\nnobody-like-that\n")
        w.configure(require="[canary]")
        self.assertIn('"canary"', w.say("apply", w.run, "--connection", "safepages-here", expect=(2,)).stderr.decode())
        self.assertEqual(self.executed(w), 0)
        result = w.say("apply", w.run, "--connection", "safepages-here", "--only", only)
        self.assertIn('friends:3: warning: no lane of this plan has the key "nobody-like-that"', result.stderr.decode())
        self.assertEqual({r["lane"] for r in w.results() if r["outcome"] == "done"}, {"10001", "10002"})
        self.assertIn("canary at safepages-here", w.say("status", w.run).stdout.decode())
        w.apply("safepages-here", "--skip", only)
        self.assertEqual(w.counts("safepages")["duplicates"], [])

    def test_test_changes_nothing(self):
        w = self.planned()
        w.say("test", w.run, "--connection", "safepages-here", expect=(1,))
        self.assertEqual(self.executed(w), 0)
        rows = w.results("test.csv")
        self.assertEqual(len(rows), w.apply("safepages-here", "--limit", "1")["calls"]["planned"])
        self.assertEqual({r["outcome"] for r in rows}, {"passed", "refused", "untestable"})
        self.assertTrue(any(r["reason"].startswith("needs call 1") for r in rows))

    def test_look_ups_answer_where_there_is_no_test_mode(self):
        w = world.World()
        self.addCleanup(w.close)
        w.plan_sample("serverplus-to-ispn")
        w.say("test", w.run, "--connection", "ispn-here", expect=(0, 1))
        commands = w.counts("ispn")["commands"]
        self.assertEqual(sum(c["executed"] for c in commands.values()), 0)
        first = {r["id"]: r for r in w.results("test.csv")}
        self.assertEqual({r["outcome"] for r in first.values() if r["command"] == "addcust"}, {"passed"})
        self.assertTrue(all(r["reason"].startswith("needs call 1 (") for r in first.values() if r["command"] == "addsvc"))
        w.finish("ispn-here")
        w.run = os.path.join(w.folder, "again")
        w.plan_sample("serverplus-to-ispn")
        w.say("test", w.run, "--connection", "ispn-here", expect=(1,))
        refused = {(r["command"], r["reason"]) for r in w.results("test.csv") if r["outcome"] == "refused"}
        self.assertIn(("addcust", "it is there already"), refused)

    def test_an_outage_stops_and_the_same_command_goes_on(self):
        w = self.planned()
        w.apply("safepages-here", "--limit", "3")
        w.sandbox.order("status=503")
        stopped = w.apply("safepages-here", expect=(4,))
        self.assertIn(stopped["stopped"]["rule"], ("outage", "probe"))
        w.sandbox.order("html,after=40")               # in the middle of it
        stopped = w.apply("safepages-here", expect=(4,))
        self.assertEqual(stopped["stopped"]["rule"], "outage")
        self.assertTrue(world.balanced(stopped["calls"]))
        w.sandbox.order()
        self.check_complete(w)

    def test_wrong_credentials_stop_it(self):
        w = self.planned()
        with open(os.path.join(w.sandbox.folder, "safepages.login_pwd"), "w") as f:
            f.write("not-the-right-one")
        stopped = w.apply("safepages-here", expect=(4,))
        self.assertEqual(self.executed(w), 0)
        self.assertLess(stopped["requests"], 5)


if __name__ == "__main__":
    world.use(sys.argv.pop(1))
    unittest.main(verbosity=2)
