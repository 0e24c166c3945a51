#!/usr/bin/env python3
"""Kills the program at random instants while answers get lost, and then counts: usage: kill_nine.py SUBFERRY"""
import collections
import os
import random
import signal
import sys
import time
import unittest

import world

KILLS = 10
SEED = int(os.environ.get("SUBFERRY_SEED", random.randrange(1 << 30)))


class KillNine(unittest.TestCase):
    def run_killed(self, connection, mapping, faults):
        w = world.World("--random", str(SEED % 1000))
        self.addCleanup(w.close)
        provider = connection.split("-")[0]
        w.plan_sample(mapping)
        w.sandbox.order(*faults)
        chance = random.Random(SEED)
        killed = 0
        while killed < KILLS:
            process = w.start("apply", w.run, "--connection", connection)
            time.sleep(chance.uniform(0.05, 0.8))        # no wait for anything: chance says when it is killed
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
                process.communicate()
                continue
            process.communicate()
            self.assertNotEqual(killed, 0, "it ended before it could be killed")
            break
        summary = w.finish(connection)
        return w, provider, summary

    def check(self, w, provider, summary, may_stay_uncertain):
        """Every create was carried out exactly once, and what the books say is what the provider has."""
        counts = w.counts(provider)
        rows = w.results()
        done = collections.Counter(r["command"] for r in rows if r["outcome"] == "done")
        uncertain = collections.Counter(r["command"] for r in rows if r["outcome"] == "uncertain")
        self.assertEqual(counts["duplicates"], [])
        self.assertTrue(all(command in may_stay_uncertain for command in uncertain), [r for r in rows if r["outcome"] == "uncertain"])
        self.assertEqual(summary["calls"]["not_sent"], 0)
        self.assertEqual(len(rows), summary["calls"]["planned"])
        for command, number in done.items():
            executed = counts["commands"][command]["executed"]
            self.assertGreaterEqual(executed, number, command)
            if w.effect(provider, command) == "create":    # the others name the state they lead to
                self.assertLessEqual(executed, number + uncertain[command], command)
        again = w.apply(provider + "-here")
        self.assertEqual(executed_of(w.counts(provider)), executed_of(counts))
        self.assertTrue(again["requests"] == 0 or uncertain, again)
        self.assertEqual(again["calls"], summary["calls"])

    def test_safepages(self):
        w, provider, summary = self.run_killed("safepages-here", "serverplus-to-safepages",
                                               ["drop-after:4%", "drop-before:2%", "cutoff:2%", "delay=20"])
        self.check(w, provider, summary, set())

    def test_ispn(self):
        w, provider, summary = self.run_killed("ispn-here", "serverplus-to-ispn", ["drop-after:4%", "drop-before:2%", "cutoff:2%", "delay=20"])
        # What it does not list, or lists without proof, stays for a person to look at.
        self.check(w, provider, summary, {"addsvc", "addaltemail", "addphone", "addauth"})


def executed_of(counts):
    return {name: c["executed"] for name, c in counts["commands"].items()}


if __name__ == "__main__":
    world.use(sys.argv.pop(1))
    print("seed", SEED, file=sys.stderr)
    unittest.main(verbosity=2)
