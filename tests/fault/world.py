"""A sandbox, a plan of a sample and the program around them: what the tests of sending share."""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
import sandbox_over_tls  # noqa: E402

SERVERPLUS = {"customers": "customers.csv", "dialup": "dialup.csv", "slipstream": "slipstream.csv", "email": "email.csv",
              "rates": "customer rates.csv"}


def use(subferry):
    sandbox_over_tls.SUBFERRY = os.path.abspath(subferry)


class World:
    """A sandbox of its own, a scratch folder with a configuration, a key, and no other traces."""

    def __init__(self, *options, limits="concurrency: 8, per_second: 5000, timeout_seconds: 10, tries: 4", run_parent=None):
        self.folder = tempfile.mkdtemp(prefix="subferry-fault-")
        self.sandbox = sandbox_over_tls.Sandbox(*options)
        self.run = os.path.join(run_parent or self.folder, "run")
        self.config = os.path.join(self.folder, "subferry.yaml")
        self.limits = limits
        self.environment = dict(os.environ, HOME=self.folder, XDG_STATE_HOME=os.path.join(self.folder, "state"), TZ="UTC", LC_ALL="C",
                                NO_COLOR="1")
        self.configure()

    def configure(self, **more):
        """A connection a provider; `more` are further keys of all, as YAML."""
        lines = ["connections:"]
        for provider, path, names in (("ispn", "/ispn/exec.pl", ["auth"]), ("safepages", "/safepages/manage.pl", ["login_rid", "login_pwd"])):
            lines += [f"  {provider}-here:", f"    provider: {provider}", f"    url: https://127.0.0.1:{self.sandbox.port}{path}",
                      f"    ca_file: {self.sandbox.folder}/ca.pem", f"    limits: {{{self.limits}}}", "    credentials:"]
            lines += [f"      {name}: file:{self.sandbox.folder}/{provider}.{name}" for name in names]
            lines += [f"    {key}: {value}" for key, value in more.items()]
        with open(self.config, "w") as f:
            f.write("\n".join(lines) + "\n")
        os.chmod(self.config, 0o600)

    def close(self):
        self.sandbox.close()
        shutil.rmtree(self.folder)

    def arguments(self, *words):
        return [sandbox_over_tls.SUBFERRY, *words, "-c", self.config]

    def start(self, *words, **more):
        return subprocess.Popen(self.arguments(*words), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def say(self, *words, expect=(0,), **more):
        """Runs it to its end: exit code and what it said. Another exit code than expected is a failure that quotes it."""
        result = subprocess.run(self.arguments(*words), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **more)
        if result.returncode not in expect:
            raise AssertionError(f"{' '.join(words)}: exit code {result.returncode}, expected {expect}\n"
                                 + result.stdout.decode() + result.stderr.decode())
        return result

    def plan_sample(self, mapping="serverplus-to-safepages"):
        folder = os.path.join(ROOT, "samples", "serverplus")
        self.say("plan", "-m", mapping, "-o", self.run, *(f"{name}={os.path.join(folder, file)}" for name, file in SERVERPLUS.items()),
                 expect=(0, 1))

    def apply(self, connection, *words, expect=(0, 1), **more):
        """Its summary."""
        return json.loads(self.say("apply", self.run, "--connection", connection, "--json", *words, expect=expect, **more).stdout)

    def finish(self, connection, commands=6):
        """The same command again until it sends nothing more: what was seen once not to be there is looked for again later."""
        for _ in range(commands):
            summary = self.apply(connection, expect=(0, 1, 4))
            assert balanced(summary["calls"]), summary
            if summary["requests"] == 0 or summary["calls"]["uncertain"] + summary["calls"]["not_sent"] == 0:
                break
        return summary

    def results(self, name="results.csv"):
        with open(os.path.join(self.run, name), newline="") as f:
            return list(csv.DictReader(f))

    def effect(self, provider, command):
        shown = json.loads(self.say("provider", "show", provider, "--json").stdout)
        return next(c["effect"] for c in shown["commands"] if c["name"] == command)

    def counts(self, provider):
        return json.loads(self.sandbox.ask("/_/counts"))[provider]


def balanced(books):
    return books["planned"] == sum(books[word] for word in ("done", "refused", "failed", "uncertain", "blocked", "not_sent"))
