"""tests/bench/job.py - plan.yaml's job as a Python script: python3 job.py FILE > calls.jsonl"""
import csv
import json
import re
import sys

TEXT, PHONE, ZIP, MAIL = (
    re.compile(p).fullmatch for p in (r"[ -~]{0,32}", r"([0-9]{10})?", r"([0-9]{5})?", r"[^@ ]+@[^@ ]+")
)
NO_DIGIT = re.compile(r"[^0-9]")


def main(path):
    seen, rejected, write = set(), 0, sys.stdout.write
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        for row in reader:
            if not row["Service ID"]:
                continue
            lane, place, calls = row["CustomerID"], "customers.csv:%d" % reader.line_num, []
            home, cell = (NO_DIGIT.sub("", row[name])[-10:] for name in ("Home Phone", "Cell Phone"))
            if lane not in seen:
                calls.append(
                    (
                        "addcust",
                        {
                            "billid": lane,
                            "fname": row["First Name"].strip(),
                            "lname": row["Last Name"].strip(),
                            "cmpny": row["Company Name"].strip(),
                            "hphone": home,
                            "mphone": cell,
                            "fax": cell or home,
                            "addr1": row["Address"].strip(),
                            "addr2": row["Address 2"].strip(),
                            "cty": row["City"].strip(),
                            "ste": row["State"].strip().upper(),
                            "zip": row["Zip"].rjust(5, "0") if row["Zip"] else "",
                        },
                    )
                )
                if row["Email"]:
                    calls.append(("addaltemail", {"billid": lane, "altemail": row["Email"].strip().lower()}))
            calls.append(
                (
                    "addsvc",
                    {
                        "billid": lane,
                        "sid": "svc_" + row["Service ID"],
                        "otherid": row["Service ID"],
                        "type": "INT",
                        "address": row["Physical Address"].strip(),
                        "city": row["Physical City"].strip(),
                        "state": row["Physical State"].strip().upper(),
                        "zip": row["Physical Zip"].rjust(5, "0") if row["Physical Zip"] else "",
                        "phone": home,
                    },
                )
            )
            if lane not in seen and cell:
                calls.append(("addphone", {"billid": lane, "phone": cell, "netid": lane, "nettype": "CELL"}))
            good = True
            for command, params in calls:
                for name, value in params.items():
                    check = (
                        PHONE
                        if name in ("hphone", "mphone", "fax", "phone")
                        else ZIP
                        if name == "zip"
                        else MAIL
                        if name == "altemail"
                        else TEXT
                    )
                    good = good and check(value) is not None
            if not good:
                rejected += 1
                continue
            seen.add(lane)
            for command, params in calls:
                write(
                    json.dumps(
                        {
                            "lane": lane,
                            "from": place,
                            "command": command,
                            "params": {k: v for k, v in params.items() if v},
                        },
                        separators=(",", ":"),
                    )
                    + "\n"
                )
    print(rejected, "rejected", file=sys.stderr)


main(sys.argv[1])
