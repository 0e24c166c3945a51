#!/usr/bin/env python3
"""Fills the disk under the run folder: nothing more is sent, what is under way is settled: usage: disk_full.py SUBFERRY"""
import os
import resource
import subprocess
import sys
import tempfile
import unittest

import world

DISK_BYTES = 24 << 20


class SmallDisk:
    """A tmpfs of our own, where we may mount one."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="subferry-disk-")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", self.folder], stderr=subprocess.DEVNULL)
        if mounted.returncode != 0:
            os.rmdir(self.folder)
            raise unittest.SkipTest("needs the right to mount a tmpfs")

    def close(self):
        subprocess.run(["umount", self.folder], check=True)
        os.rmdir(self.folder)

    def fill(self, leave):
        free = os.statvfs(self.folder)
        with open(os.path.join(self.folder, "filler"), "wb") as f:
            f.write(b"\0" * max(0, free.f_bavail * free.f_frsize - leave))

    def empty(self):
        os.unlink(os.path.join(self.folder, "filler"))


class DiskFull(unittest.TestCase):
    def world_on(self, folder=None):
        w = world.World("--fault", "delay=20", run_parent=folder)
        self.addCleanup(w.close)
        w.plan_sample()
        return w

    def check_complete(self, w):
        counts = w.counts("safepages")
        self.assertEqual(counts["duplicates"], [])
        summary = w.apply("safepages-here")
        self.assertTrue(world.balanced(summary["calls"]))
        self.assertEqual(summary["calls"]["not_sent"] + summary["calls"]["uncertain"], 0)
        self.assertEqual(w.counts("safepages")["duplicates"], [])

    def test_full_in_the_middle(self):
        disk = SmallDisk()
        self.addCleanup(disk.close)
        w = self.world_on(disk.folder)
        w.apply("safepages-here", "--limit", "1")
        disk.fill(leave=(4 << 20) + (192 << 10))       # the reserve, and a little
        before = w.counts("safepages")["commands"]
        stopped = w.apply("safepages-here", expect=(4,))
        self.assertEqual(stopped["stopped"]["rule"], "disk-full")
        self.assertGreater(stopped["calls"]["not_sent"], 0)
        self.assertEqual(stopped["calls"]["uncertain"], 0)          # what was under way is settled
        self.assertTrue(world.balanced(stopped["calls"]))
        executed = sum(c["executed"] for c in w.counts("safepages")["commands"].values())
        self.assertEqual(executed, stopped["calls"]["done"])
        self.assertGreater(executed, sum(c["executed"] for c in before.values()))
        again = w.apply("safepages-here", expect=(4,))              # nearly full still: it goes as far as it can settle
        self.assertEqual(again["calls"]["uncertain"], 0)
        self.assertTrue(world.balanced(again["calls"]))
        disk.empty()
        self.check_complete(w)

    def test_no_room_for_the_answers(self):
        disk = SmallDisk()
        self.addCleanup(disk.close)
        w = self.world_on(disk.folder)
        w.apply("safepages-here", "--limit", "1")
        disk.fill(leave=1 << 20)
        before = w.counts("safepages")
        stopped = w.apply("safepages-here", expect=(4,))
        self.assertEqual(stopped["stopped"]["rule"], "disk-full")
        self.assertEqual(stopped["requests"], 0)
        self.assertEqual(w.counts("safepages"), before)
        disk.empty()
        self.check_complete(w)

    def test_a_file_may_not_grow(self):
        """The other way a write fails, for everybody: a limit on a file's size."""
        w = self.world_on()
        w.apply("safepages-here", "--limit", "1")
        size = max(os.path.getsize(os.path.join(w.run, name)) for name in ("ledger.db", "ledger.db-wal") if os.path.exists(os.path.join(w.run, name)))
        limit = max(4 << 20, size) + (16 << 10)

        def small():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        w.apply("safepages-here", expect=(0, 1, 4), preexec_fn=small)
        limit = 1 << 20
        stopped = w.apply("safepages-here", expect=(0, 1, 4), preexec_fn=small)
        self.assertTrue(world.balanced(stopped["calls"]))
        self.check_complete(w)


if __name__ == "__main__":
    world.use(sys.argv.pop(1))
    unittest.main(verbosity=2)
