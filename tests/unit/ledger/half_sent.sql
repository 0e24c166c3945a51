-- A ledger as edition 2 of its tables has it, left by a command that was killed: call 3 is claimed. Plan "digest".
PRAGMA application_id = 1397115953;
PRAGMA user_version = 2;
CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE command(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE lane(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, first INTEGER, calls INTEGER);
CREATE TABLE call(number INTEGER PRIMARY KEY, lane INTEGER NOT NULL, state INTEGER NOT NULL, tries INTEGER NOT NULL, place INTEGER NOT NULL, length INTEGER NOT NULL, nth INTEGER NOT NULL, command INTEGER NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE answer(number INTEGER PRIMARY KEY, at INTEGER, http INTEGER, verified INTEGER, reason TEXT, reply TEXT);
CREATE TABLE capture(number INTEGER, name TEXT, value TEXT, PRIMARY KEY(number, name)) WITHOUT ROWID;
CREATE TABLE readback(number INTEGER PRIMARY KEY, there INTEGER, print INTEGER, absent_at INTEGER);
CREATE TABLE test(number INTEGER PRIMARY KEY, outcome TEXT, reason TEXT, http INTEGER);
CREATE TABLE rung(name TEXT, account TEXT, connection TEXT, at TEXT, PRIMARY KEY(name, account)) WITHOUT ROWID;
INSERT INTO fact VALUES('plan', 'digest'), ('bound-connection', 'here'), ('bound-provider', 'toy'), ('bound-url', 'https://x'), ('bound-account', 'acc');
INSERT INTO command VALUES(1, 'last'), (2, 'first'), (3, 'second'), (4, 'third'), (5, 'begin');
INSERT INTO lane VALUES(1, 'A', 2, 3), (2, 'B', 5, 2), (3, 'C', 7, 1);
INSERT INTO call VALUES
  (1, 0, 2, 1, 700, 90, 0, 5, '00000000000000000000000000000008', 'x.csv:8'),
  (2, 1, 2, 1, 100, 90, 0, 2, '00000000000000000000000000000002', 'x.csv:2'),
  (3, 1, 1, 1, 600, 90, 0, 3, '00000000000000000000000000000007', 'x.csv:7'),
  (4, 1, 0, 0, 500, 90, 0, 4, '00000000000000000000000000000006', 'x.csv:6'),
  (5, 2, 3, 1, 200, 90, 0, 2, '00000000000000000000000000000003', 'x.csv:3'),
  (6, 2, 6, 0, 400, 90, 0, 3, '00000000000000000000000000000005', 'x.csv:5'),
  (7, 3, 0, 0, 300, 90, 0, 2, '00000000000000000000000000000004', 'x.csv:4'),
  (8, 1099511627776, 0, 0, 0, 90, 0, 1, '00000000000000000000000000000001', 'x.csv:1');
INSERT INTO answer VALUES(1, 1760000000000, 200, 0, NULL, 'ok'), (2, 1760000000100, 200, 0, NULL, 'ok'), (5, 1760000000200, 200, 0, 'no', 'no');
INSERT INTO readback VALUES(3, 0, 77, NULL);
