# tests/bench/job.awk - plan.yaml's job as an awk script: mawk -f job.awk FILE > calls.jsonl
function cut(line, cells,   n, at, c) {                # CSV: quoted cells may hold commas and doubled quotes
    if (index(line, "\"") == 0) return split(line, cells, ",")
    n = 0
    while (1) {
        if (substr(line, 1, 1) == "\"") {
            c = ""
            line = substr(line, 2)
            while ((at = index(line, "\"")) > 0 && substr(line, at + 1, 1) == "\"") { c = c substr(line, 1, at); line = substr(line, at + 2) }
            cells[++n] = c substr(line, 1, at - 1)
            line = substr(line, at + 1)
            if (line == "") return n
            line = substr(line, 2)
        } else {
            at = index(line, ",")
            if (at == 0) { cells[++n] = line; return n }
            cells[++n] = substr(line, 1, at - 1)
            line = substr(line, at + 1)
        }
    }
}
function trim(s) { sub(/^[ \t]+/, "", s); sub(/[ \t]+$/, "", s); return s }
function phone(s) { gsub(/[^0-9]/, "", s); return length(s) > 10 ? substr(s, length(s) - 9) : s }
function pad(s) { while (s != "" && length(s) < 5) s = "0" s; return s }
function json(s) { if (s ~ /[\\"]/) gsub(/[\\"]/, "\\\\&", s); return s }
function add(name, value) { if (value != "") params = params (params == "" ? "" : ",") "\"" name "\":\"" json(value) "\"" }
function text(s) { if (length(s) > 32 || s ~ /[^ -~]/) bad = 1; return s }
function number(s) { if (s != "" && s !~ /^[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]$/) bad = 1; return s }
function code(s) { if (s != "" && s !~ /^[0-9][0-9][0-9][0-9][0-9]$/) bad = 1; return s }
function call(command) {
    out = out "{\"lane\":\"" lane "\",\"from\":\"customers.csv:" NR "\",\"command\":\"" command "\",\"params\":{" params "}}\n"
    params = ""
}
NR == 1 { n = cut($0, head); for (i = 1; i <= n; i++) at[head[i]] = i; columns = n; next }
{
    n = cut($0, c)
    if (n != columns) { rejected++; next }
    if (c[at["Service ID"]] == "") next
    bad = 0; out = ""; params = ""
    lane = c[at["CustomerID"]]
    home = number(phone(c[at["Home Phone"]])); cell = number(phone(c[at["Cell Phone"]]))
    if (!(lane in seen)) {
        add("billid", text(lane)); add("fname", text(trim(c[at["First Name"]]))); add("lname", text(trim(c[at["Last Name"]])))
        add("cmpny", text(trim(c[at["Company Name"]]))); add("hphone", home); add("mphone", cell); add("fax", cell != "" ? cell : home)
        add("addr1", text(trim(c[at["Address"]]))); add("addr2", text(trim(c[at["Address 2"]]))); add("cty", text(trim(c[at["City"]])))
        add("ste", text(toupper(trim(c[at["State"]])))); add("zip", code(pad(c[at["Zip"]])))
        call("addcust")
        mail = tolower(trim(c[at["Email"]]))
        if (mail != "") {
            if (mail !~ /^[^@ ]+@[^@ ]+$/) bad = 1
            add("billid", lane); add("altemail", mail); call("addaltemail")
        }
    }
    add("billid", lane); add("sid", "svc_" c[at["Service ID"]]); add("otherid", c[at["Service ID"]]); add("type", "INT")
    add("address", text(trim(c[at["Physical Address"]]))); add("city", text(trim(c[at["Physical City"]])))
    add("state", text(toupper(trim(c[at["Physical State"]])))); add("zip", code(pad(c[at["Physical Zip"]]))); add("phone", home)
    call("addsvc")
    if (!(lane in seen) && cell != "") { add("billid", lane); add("phone", cell); add("netid", lane); add("nettype", "CELL"); call("addphone") }
    if (bad) { rejected++; next }
    seen[lane] = 1
    printf "%s", out
}
END { print rejected + 0 " rejected" > "/dev/stderr" }
