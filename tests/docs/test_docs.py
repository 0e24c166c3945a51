#!/usr/bin/env python3
"""tests/docs/test_docs.py - what is written is true: links resolve, helps fit a screen, samples can be made again, the
README's commands do what it shows.

    test_docs.py PROGRAM links|help|samples|mappings|scripts|readme|quickstart
"""
import difflib
import filecmp
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCREEN_LINES, SCREEN_COLUMNS = 50, 132
FAULTS = []


def fault(place, text):
    FAULTS.append("%s: %s" % (place, text))


def tracked(*endings):
    """Files of the project, by git where it is a clone, else by the tree."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in (".git", "build", "node_modules") and not f.startswith("build-")]
        for name in files:
            if name.endswith(endings):
                yield os.path.join(folder, name)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


# ---- links ----


def anchor_of(heading):
    """As GitHub makes them."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", "")).replace(" ", "-")


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.S)


def test_links(program):
    count = 0
    for path in tracked(".md"):
        text, place = without_code(read(path)), os.path.relpath(path, ROOT)
        for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            count += 1
            name, _, anchor = target.partition("#")
            there = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if not os.path.exists(there):
                fault(place, "the link %s leads nowhere" % target)
            elif anchor and anchor not in [
                anchor_of(h) for h in re.findall(r"^#+ (.*)$", without_code(read(there)), re.M)
            ]:
                fault(place, "the link %s: there is no such heading" % target)
    return count


# ---- help ----


def help_of(program, words):
    done = subprocess.run(
        [program] + words + ["--help"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    place = " ".join(["subferry"] + words + ["--help"])
    lines = done.stdout.splitlines()
    if done.returncode != 0 or done.stderr:
        fault(place, "ended with %d, said %r" % (done.returncode, done.stderr[:200]))
    if not 3 <= len(lines) <= SCREEN_LINES:
        fault(place, "%d lines; a screen has %d" % (len(lines), SCREEN_LINES))
    for line in lines:
        if len(line) > SCREEN_COLUMNS:
            fault(place, "%d columns: %s" % (len(line), line))
    return done.stdout


def commands_in(text, before):
    return [name for name in re.findall(r"^  subferry %s([a-z]+)\b" % before, text, re.M)]


def test_help(program):
    shown = help_of(program, [])
    commands = list(dict.fromkeys(commands_in(shown, "")))
    if not {
        "plan",
        "test",
        "apply",
        "status",
        "explain",
        "reveal",
        "connection",
        "provider",
        "mapping",
        "sandbox",
    } <= set(commands):
        fault("subferry --help", "names only %s" % ", ".join(commands))
    count = 1
    for command in commands:
        text = help_of(program, [command])
        subs = list(dict.fromkeys(commands_in(text, command + " "))) if "COMMAND" in text[: text.find("\n")] else []
        for sub in subs:
            check_example(help_of(program, [command, sub]), "%s %s" % (command, sub))
        if not subs:
            check_example(text, command)
        count += 1 + len(subs)
    return count


def check_example(text, command):
    """A line beyond the usage that could be typed."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("usage:"))
    takes_something = len(text[: text.find("\n")].split()) > 2 + len(command.split())
    if (
        takes_something
        and "subferry " + command + " " not in body
        and not body.rstrip().endswith("subferry " + command)
    ):
        fault("subferry %s --help" % command, "shows no example")
    if not text.startswith("usage: subferry " + command):
        fault("subferry %s --help" % command, "does not begin with its usage")


# ---- samples and mappings ----


def test_samples(program):
    folder = tempfile.mkdtemp()
    try:
        subprocess.run(
            [os.path.join(ROOT, "scripts", "make-extracts"), "-o", folder, "--seed", "1", "--dirt", "0.2"],
            check=True,
            timeout=120,
        )
        count = 0
        for made, _, files in os.walk(folder):
            for name in files:
                count += 1
                ours = os.path.join(ROOT, "samples", os.path.relpath(os.path.join(made, name), folder))
                if not os.path.exists(ours) or not filecmp.cmp(os.path.join(made, name), ours, shallow=False):
                    fault(
                        os.path.relpath(ours, ROOT),
                        "is not what scripts/make-extracts -o samples --seed 1 --dirt 0.2 makes",
                    )
        clean = os.path.join(folder, "clean")
        for count_of in ("40", "400"):
            subprocess.run(
                [
                    os.path.join(ROOT, "scripts", "make-extracts"),
                    "-o",
                    clean + count_of,
                    "--count",
                    count_of,
                    "--only",
                    "freeside",
                ],
                check=True,
                timeout=120,
            )
        with open(clean + "40/freeside/customers.csv", "rb") as few, open(
            clean + "400/freeside/customers.csv", "rb"
        ) as many:
            if not many.read().startswith(few.read()):
                fault("scripts/make-extracts", "a small file is no prefix of a large one")
        return count
    finally:
        shutil.rmtree(folder)


def test_mappings(program):
    """Every stock mapping runs its own tests, and is the file that stands in mappings/."""
    names = [os.path.basename(p)[:-5] for p in tracked(".yaml") if os.path.dirname(p) == os.path.join(ROOT, "mappings")]
    for name in names:
        done = subprocess.run([program, "mapping", "test", name], capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            fault("mapping test " + name, "ended with %d:\n%s%s" % (done.returncode, done.stdout, done.stderr))
        shown = subprocess.run([program, "mapping", "show", name], capture_output=True, text=True, timeout=60)
        if shown.stdout != read(os.path.join(ROOT, "mappings", name + ".yaml")):
            fault("mapping show " + name, "is not mappings/%s.yaml" % name)
    return len(names)


# ---- scripts ----


def test_scripts(program):
    names = [n for n in os.listdir(os.path.join(ROOT, "scripts")) if n != "README.md" and not os.path.isdir(os.path.join(ROOT, "scripts", n))]
    for name in names:
        done = subprocess.run(
            [os.path.join(ROOT, "scripts", name), "--help"], capture_output=True, text=True, timeout=60
        )
        if done.returncode != 0 or not done.stdout or len(done.stdout.splitlines()) > SCREEN_LINES:
            fault(
                "scripts/%s --help" % name,
                "ended with %d, %d lines %s" % (done.returncode, len(done.stdout.splitlines()), done.stderr[:200]),
            )
        if "`" + name + "`" not in read(os.path.join(ROOT, "scripts", "README.md")):
            fault("scripts/README.md", "does not name %s" % name)
    return len(names)


# ---- the README's commands ----


def settle(line):
    """What differs from run to run: times, speeds, made-up names and ports."""
    line = re.sub(r"\d{4}-\d\d-\d\d(T| )\d\d:\d\d(:\d\d)?(\.\d+)?Z?", "<time>", line)
    line = re.sub(r"\b\d{4}-\d\d-\d\d\b", "<date>", line)
    line = re.sub(r"\b[\d.,]+ ?(ms|s|min|h)\b", "<span>", line)
    line = re.sub(r"\b[\d.,]+ calls? (a|per) second", "<speed>", line)
    line = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:<port>", line)
    return re.sub(r"\b[0-9a-f]{16,64}\b", "<id>", line).rstrip()


def console_blocks(text):
    """[(command, lines shown)] of every ```console block; a line that ends with \\ goes on in the next."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
        command, shown = None, []
        for line in block.splitlines():
            if command is not None and command.endswith("\\"):
                command = command[:-1].rstrip() + " " + line.lstrip("> ")
            elif line.startswith("$ "):
                if command is not None:
                    yield command, shown
                command, shown = line[2:], []
            else:
                shown.append(line)
        if command is not None:
            yield command, shown


def same(shown, came):
    """Lines of "…" stand for any lines."""
    parts, at = [[]], 0
    for line in shown:
        if line.strip() == "…":
            parts.append([])
        else:
            parts[-1].append(line)
    for i, part in enumerate(parts):
        starts = [0] if i == 0 else range(at, len(came) - len(part) + 1)
        found = next((s for s in starts if came[s : s + len(part)] == part), None)
        if found is None:
            return False
        at = found + len(part)
    return at == len(came) or not parts[-1]


def test_readme(program):
    """Runs the tour in a folder where samples/ and the program are at hand, beside a sandbox."""
    folder = tempfile.mkdtemp()
    shutil.copytree(os.path.join(ROOT, "samples"), os.path.join(folder, "samples"))
    environment = dict(
        os.environ,
        PATH=os.path.dirname(program) + ":" + os.environ["PATH"],
        XDG_STATE_HOME=folder + "/state",
        XDG_CONFIG_HOME=folder + "/config",
        NO_COLOR="1",
        TZ="UTC",
    )
    sandbox = subprocess.Popen(
        [
            program,
            "sandbox",
            "--dir",
            folder + "/sandbox",
            "--port-file",
            folder + "/port",
            "--config-out",
            folder + "/samples/subferry.yaml",
        ],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    count = 0
    try:
        while not os.path.exists(folder + "/port"):
            if sandbox.poll() is not None:
                fault("the sandbox", "ended with %d" % sandbox.returncode)
                return 0
            time.sleep(0.02)
        for command, shown in console_blocks(read(os.path.join(ROOT, "README.md"))):
            count += 1
            done = subprocess.run(
                ["bash", "-c", command + ' 2>&1; printf %s "$?" >' + folder + "/status"],
                cwd=folder + "/samples",
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                timeout=300,
            )
            wanted, came = [settle(l) for l in shown], [settle(l) for l in done.stdout.splitlines()]
            while wanted and not wanted[-1]:
                wanted.pop()
            if not same(wanted, came):
                fault(
                    "README.md: $ " + command,
                    "shows something else:\n"
                    + "\n".join(difflib.unified_diff(wanted, came, "README.md", "now", lineterm="")),
                )
        return count
    finally:
        sandbox.send_signal(signal.SIGTERM)
        sandbox.wait()
        shutil.rmtree(folder)


def test_quickstart(program):
    """It ends by itself, all is well, and nothing of it runs on."""
    started = subprocess.Popen(
        [os.path.join(ROOT, "scripts", "quickstart")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said, _ = started.communicate(timeout=900)
    if started.returncode != 0:
        fault("scripts/quickstart", "ended with %d:\n%s" % (started.returncode, said))
    for words in (
        "exactly once",
        "0 uncertain + 0 blocked + 0 not sent",
        "nothing is left to send",
        "reply: Success!",
        "Done.",
    ):
        if words not in said:
            fault("scripts/quickstart", "does not say %r" % words)
    if len(said.splitlines()) > 120:
        fault("scripts/quickstart", "%d lines is not short" % len(said.splitlines()))
    try:
        os.killpg(started.pid, 0)
        fault("scripts/quickstart", "left something running")
        os.killpg(started.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    return 1


TESTS = {
    "links": test_links,
    "help": test_help,
    "samples": test_samples,
    "mappings": test_mappings,
    "scripts": test_scripts,
    "readme": test_readme,
    "quickstart": test_quickstart,
}


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in TESTS:
        sys.exit(__doc__)
    count = TESTS[sys.argv[2]](os.path.abspath(sys.argv[1]))
    for line in FAULTS:
        print(line)
    if not count:
        sys.exit("%s: nothing was found to look at" % sys.argv[2])
    print("%s: %d looked at, %d wrong" % (sys.argv[2], count, len(FAULTS)))
    sys.exit(1 if FAULTS else 0)


main()
