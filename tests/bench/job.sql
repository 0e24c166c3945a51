-- tests/bench/job.sql - plan.yaml's job for DuckDB. duckdb.js sets INPUT and OUTPUT; threads = 2.
CREATE TEMP TABLE r AS
SELECT CustomerID AS lane, row_number() OVER () + 1 AS line, "Service ID" AS sid,
       right(regexp_replace("Home Phone", '[^0-9]', '', 'g'), 10) AS home, right(regexp_replace("Cell Phone", '[^0-9]', '', 'g'), 10) AS cell,
       trim("First Name") AS fname, trim("Last Name") AS lname, trim("Company Name") AS cmpny, trim(Address) AS addr1, trim("Address 2") AS addr2,
       trim(City) AS cty, upper(trim(State)) AS ste, CASE WHEN Zip = '' THEN '' ELSE lpad(Zip, 5, '0') END AS zip, lower(trim(Email)) AS mail,
       trim("Physical Address") AS address, trim("Physical City") AS city, upper(trim("Physical State")) AS state,
       CASE WHEN "Physical Zip" = '' THEN '' ELSE lpad("Physical Zip", 5, '0') END AS pzip
FROM read_csv('INPUT', header = true, all_varchar = true, nullstr = '\N', quote = '"', delim = ',', null_padding = false)
WHERE "Service ID" <> '';

CREATE TEMP TABLE good AS
SELECT *, row_number() OVER (PARTITION BY lane ORDER BY line) = 1 AS is_first FROM r
WHERE regexp_full_match(home, '([0-9]{10})?') AND regexp_full_match(cell, '([0-9]{10})?') AND regexp_full_match(zip, '([0-9]{5})?')
  AND regexp_full_match(pzip, '([0-9]{5})?') AND (mail = '' OR regexp_full_match(mail, '[^@ ]+@[^@ ]+'))
  AND regexp_full_match(fname, '[ -~]{0,32}') AND regexp_full_match(lname, '[ -~]{0,32}') AND regexp_full_match(cmpny, '[ -~]{0,32}')
  AND regexp_full_match(addr1, '[ -~]{0,32}') AND regexp_full_match(addr2, '[ -~]{0,32}') AND regexp_full_match(cty, '[ -~]{0,32}')
  AND regexp_full_match(address, '[ -~]{0,32}') AND regexp_full_match(city, '[ -~]{0,32}');

COPY (
  SELECT lane, 'customers.csv:' || line AS "from", command, params FROM (
    SELECT line, 1 AS step, lane, 'addcust' AS command, json_object('billid', lane, 'fname', fname, 'lname', lname, 'cmpny', nullif(cmpny, ''),
           'hphone', nullif(home, ''), 'mphone', nullif(cell, ''), 'fax', CASE WHEN cell <> '' THEN cell ELSE home END, 'addr1', addr1,
           'addr2', nullif(addr2, ''), 'cty', cty, 'ste', ste, 'zip', zip) AS params FROM good WHERE is_first
    UNION ALL SELECT line, 2, lane, 'addaltemail', json_object('billid', lane, 'altemail', mail) FROM good WHERE is_first AND mail <> ''
    UNION ALL SELECT line, 3, lane, 'addsvc', json_object('billid', lane, 'sid', 'svc_' || sid, 'otherid', sid, 'type', 'INT', 'address', address,
           'city', city, 'state', state, 'zip', pzip, 'phone', nullif(home, '')) FROM good
    UNION ALL SELECT line, 4, lane, 'addphone', json_object('billid', lane, 'phone', cell, 'netid', lane, 'nettype', 'CELL') FROM good
           WHERE is_first AND cell <> '')
  ORDER BY line, step
) TO 'OUTPUT' (FORMAT json);
