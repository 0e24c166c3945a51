# tests/e2e/words.sh - what a claim's command can say besides `subferry`; sourced by run.

exits() {
    local want=$1 code
    shift
    "$@"
    code=$?
    [ "$code" -eq "$want" ] || { echo "exit code $code, expected $want: $*" >&2; exit 99; }
}

control() {
    local path=$1
    shift
    curl -sS --fail-with-body --max-time 30 --cacert "$SANDBOX/ca.pem" "$@" "$SANDBOX_URL/_/$path" || { echo "the sandbox does not answer $path" >&2; exit 99; }
}

order() {
    control faults -X POST --data-binary "$*" >/dev/null
}

count() {
    control counts | python3 -c '
import json, sys
print(sum(c[sys.argv[2]] for p in json.load(sys.stdin).values() for n, c in p["commands"].items() if n == sys.argv[1]))' "$1" "$2"
}

sent() {
    count "$1" executed
}

asked() {
    count "$1" received
}

duplicates() {
    control counts | python3 -c 'import json, sys; print(sum(len(p["duplicates"]) for p in json.load(sys.stdin).values()))'
}

rows() {
    control "state/$1" | python3 -c '
import json, sys
columns = sys.argv[1:]
for line in sorted(" ".join(r.get(c, "-") or "-" for c in columns or sorted(r)) for r in json.load(sys.stdin)):
    print(line)' "${@:2}"
}

journal() {
    control journal | python3 -c '
import json, sys
for line in sys.stdin:
    e = json.loads(line)
    print(" ".join(str(e.get(f, e["params"].get(f, "-"))) for f in sys.argv[1:]))' "$@"
}

same() {
    cmp "$1" "$2" || { echo "$1 and $2 differ" >&2; exit 99; }
}

differ() {
    ! cmp -s "$1" "$2" || { echo "$1 and $2 are the same" >&2; exit 99; }
}

# The columns of a run's results, a line a call.
results() {
    python3 -c '
import csv, sys
with open(sys.argv[1] + "/results.csv", newline="") as f:
    for r in csv.DictReader(f):
        print(" ".join(r[c] or "-" for c in sys.argv[2:]))' "$@"
}

# Every record and every call is somewhere.
balanced() {
    subferry status --json "$1" | python3 -c '
import json, sys
s = json.load(sys.stdin)
print(json.dumps(s)) if len(sys.argv) > 1 else None
r, c = s["records"], s["calls"]
assert r["read"] == r["planned"] + r["rejected"] + r["without_calls"], r
assert c["planned"] == c["done"] + c["refused"] + c["failed"] + c["uncertain"] + c["blocked"] + c["not_sent"], c
print("balanced")' || exit 99
}
