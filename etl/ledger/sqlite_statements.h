/* etl/ledger/sqlite_statements.h - the ledger's statements: its tables, and everything that is asked of them. Private to sqlite_*.c.
 *
 * States stand as numbers, as in call_state: pending 0, sending 1, done 2, refused 3, failed 4, uncertain 5, blocked 6. */
#ifndef ETL_LEDGER_SQLITE_STATEMENTS_H
#define ETL_LEDGER_SQLITE_STATEMENTS_H

#define LEDGER_TABLES                                                                                                           \
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"                                                       \
    "CREATE TABLE command(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"                                              \
    "CREATE TABLE lane(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, first INTEGER, calls INTEGER);"                    \
    "CREATE TABLE call(number INTEGER PRIMARY KEY, lane INTEGER NOT NULL, state INTEGER NOT NULL,"                              \
    " tries INTEGER NOT NULL, place INTEGER NOT NULL, length INTEGER NOT NULL, nth INTEGER NOT NULL, command INTEGER NOT NULL," \
    " id TEXT NOT NULL, source TEXT NOT NULL);"                                                                                 \
    "CREATE TABLE answer(number INTEGER PRIMARY KEY, at INTEGER, http INTEGER, verified INTEGER, reason TEXT,"                  \
    " reply TEXT);"                                                                                                             \
    "CREATE TABLE capture(number INTEGER, name TEXT, value TEXT, PRIMARY KEY(number, name)) WITHOUT ROWID;"                     \
    "CREATE TABLE readback(number INTEGER PRIMARY KEY, there INTEGER, print INTEGER, absent_at INTEGER);"                       \
    "CREATE TABLE test(number INTEGER PRIMARY KEY, outcome TEXT, reason TEXT, http INTEGER);"                                   \
    "CREATE TABLE rung(name TEXT, account TEXT, connection TEXT, at TEXT, PRIMARY KEY(name, account)) WITHOUT ROWID;"

#define CALL_COLUMNS                                                                                                   \
    "SELECT c.number, c.lane, c.place, c.length, c.state, c.tries, r.there, r.absent_at, r.print, c.nth"               \
    " FROM call c LEFT JOIN readback r ON r.number = c.number "

/* All statements that are used on a loaded ledger. They are prepared when it is opened, so a mistake in one shows at once. */
#define LEDGER_STATEMENTS(X)                                                                                           \
    X(BEGIN, "BEGIN")                                                                                                  \
    X(COMMIT, "COMMIT")                                                                                                \
    X(FACT_GET, "SELECT value FROM fact WHERE name = ?1")                                                              \
    X(FACT_SET, "INSERT OR REPLACE INTO fact(name, value) VALUES(?1, ?2)")                                             \
    X(NEXT_OPEN, CALL_COLUMNS "WHERE c.number >= ?1 AND c.state IN (0, 5) ORDER BY c.number LIMIT 1")                  \
    X(CALL_AT, CALL_COLUMNS "WHERE c.number = ?1")                                                                     \
    X(SETTLED_AT, "SELECT at FROM answer WHERE number = ?1")                                                           \
    X(PENDING_COMMANDS,                                                                                                \
      "SELECT m.name FROM command m WHERE EXISTS(SELECT 1 FROM call c WHERE c.command = m.number AND c.state = 0)")    \
    X(LANE_FIND, "SELECT number, first, calls FROM lane WHERE key = ?1")                                               \
    X(LANE_AT, "SELECT number, first, calls FROM lane WHERE number = ?1")                                              \
    X(CLAIM, "UPDATE call SET state = 1, tries = tries + 1 WHERE number = ?1 AND state IN (0, 5)")                     \
    X(SETTLE, "UPDATE call SET state = ?2, tries = tries + ?3 WHERE number = ?1 AND state IN (0, 1, 5)")               \
    X(ANSWER,                                                                                                          \
      "INSERT OR REPLACE INTO answer(number, at, http, verified, reason, reply)"                                       \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                                                                               \
    X(CAPTURED, "INSERT OR REPLACE INTO capture(number, name, value) VALUES(?1, ?2, ?3)")                              \
    X(BLOCK, "UPDATE call SET state = 6 WHERE number > ?1 AND number < ?2 AND state = 0")                              \
    X(RELEASE, "UPDATE call SET state = 0 WHERE number > ?1 AND number < ?2 AND state = 6")                            \
    X(BASELINE, "INSERT OR REPLACE INTO readback(number, there, print) VALUES(?1, ?2, ?3)")                            \
    X(ABSENT,                                                                                                          \
      "INSERT INTO readback(number, absent_at) VALUES(?1, ?2)"                                                         \
      " ON CONFLICT(number) DO UPDATE SET absent_at = ?2")                                                             \
    X(RECOVER, "UPDATE call SET state = 5 WHERE state = 1")                                                            \
    X(CAPTURE_GET,                                                                                                     \
      "SELECT value FROM capture WHERE number >= ?1 AND number < ?2 AND name = ?3"                                     \
      " ORDER BY number DESC LIMIT 1")                                                                                 \
    X(RUNG_ADD, "INSERT OR REPLACE INTO rung(name, account, connection, at) VALUES(?1, ?2, ?3, ?4)")                   \
    X(RUNGS, "SELECT name, account, connection, at FROM rung ORDER BY at")                                             \
    X(TESTED, "INSERT OR REPLACE INTO test(number, outcome, reason, http) VALUES(?1, ?2, ?3, ?4)")                     \
    X(COUNT, "SELECT state, count(*) FROM call GROUP BY state")                                                        \
    X(TEST_COUNT, "SELECT outcome, count(*) FROM test GROUP BY outcome ORDER BY 2 DESC, 1")                            \
    X(FIRST_TESTED,                                                                                                    \
      "SELECT l.key FROM test t JOIN call c ON c.number = t.number JOIN lane l ON l.number = c.lane"                   \
      " WHERE t.outcome = ?1 ORDER BY t.number LIMIT 1")                                                               \
    X(FIRST_LANE,                                                                                                      \
      "SELECT l.key FROM call c JOIN lane l ON l.number = c.lane WHERE c.state = ?1"                                   \
      " ORDER BY c.number LIMIT 1")                                                                                    \
    X(LANES, "SELECT count(*) FROM lane")                                                                              \
    X(LAST, "SELECT max(number) FROM call")                                                                            \
    X(LANES_BEGIN, "SELECT first FROM lane ORDER BY number LIMIT 1")                                                   \
    X(LANES_END, "SELECT first + calls FROM lane ORDER BY number DESC LIMIT 1")                                        \
    X(BEFORES, "SELECT count(*) FROM call WHERE lane = 0")                                                             \
    X(PLACES, "SELECT place, nth, state FROM call WHERE place >= ?1 ORDER BY place, nth")                              \
    X(STATES, "SELECT lane, state FROM call ORDER BY number")                                                          \
    X(EACH,                                                                                                            \
      "SELECT c.number, c.lane, c.state, c.tries, c.id, c.source, m.name, l.key, a.at, a.http, a.verified,"            \
      " a.reason, a.reply, t.outcome, t.reason, t.http FROM call c JOIN command m ON m.number = c.command"             \
      " LEFT JOIN lane l ON l.number = c.lane LEFT JOIN answer a ON a.number = c.number"                               \
      " LEFT JOIN test t ON t.number = c.number WHERE c.number >= ?1 ORDER BY c.number")

/* Used once, when a plan is loaded. The temporary table `staged` exists during the load only. */
#define LOAD_STATEMENTS(X)                                                                                             \
    X(LOAD_CALL, "INSERT INTO temp.staged VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                                     \
    X(LOAD_LANE, "INSERT INTO lane(key) VALUES(?1) ON CONFLICT(key) DO UPDATE SET key = key RETURNING number")         \
    X(LOAD_RANGE, "UPDATE lane SET first = ?2, calls = ?3 WHERE number = ?1")                                          \
    X(LOAD_COMMAND, "INSERT INTO command(name) VALUES(?1) ON CONFLICT(name) DO UPDATE SET name = name RETURNING number")

#endif
