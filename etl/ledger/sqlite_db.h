/* etl/ledger/sqlite_db.h - the ledger's database: its statements, and the small steps they take. Private to ledger*.c. */
#ifndef ETL_LEDGER_SQLITE_DB_H
#define ETL_LEDGER_SQLITE_DB_H

#include <sqlite3.h>

#include "etl/ledger/ledger.h"

#define CALL_COLUMNS                                                                                                   \
    "SELECT c.number, c.lane, c.place, c.length, c.state, c.tries, r.there, r.absent_at, r.print"                      \
    " FROM call c LEFT JOIN readback r ON r.number = c.number "

/* All statements, prepared at open, so that a slip fails at the start of the night. States by number: pending 0, sending 1,
 * done 2, refused 3, failed 4, uncertain 5, blocked 6. */
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
    X(STATES, "SELECT lane, state FROM call ORDER BY number")                                                          \
    X(EACH,                                                                                                            \
      "SELECT c.number, c.lane, c.state, c.tries, c.id, c.source, m.name, l.key, a.at, a.http, a.verified,"            \
      " a.reason, a.reply, t.outcome, t.reason, t.http FROM call c JOIN command m ON m.number = c.command"             \
      " LEFT JOIN lane l ON l.number = c.lane LEFT JOIN answer a ON a.number = c.number"                               \
      " LEFT JOIN test t ON t.number = c.number WHERE c.number >= ?1 ORDER BY c.number")

#define AS_ENUM(name, sql) STMT_##name,
#define AS_TEXT(name, sql) sql,
enum statement { LEDGER_STATEMENTS(AS_ENUM) STATEMENTS };

struct ledger {
    sqlite3      *db;
    sqlite3_stmt *statements[STATEMENTS];
    char         *path, *spare;
    char          plan_digest[65];
    uint64_t      calls, lanes, lanes_begin, after_begins;
    bool          loaded, in_group, writes;
};

enum etl_status db_failed(struct ledger *l, struct err *err);
/* The statement with its first two numbers, as far as it has places for them. */
sqlite3_stmt   *db_bind(struct ledger *l, enum statement which, uint64_t a, uint64_t b);
void            db_bind_str(sqlite3_stmt *s, int place, struct str text);
struct str      db_column(sqlite3_stmt *s, int i);
uint64_t        db_column_u64(sqlite3_stmt *s, int i);
enum etl_status db_finish(struct ledger *l, sqlite3_stmt *s, struct err *err); /* gives no rows */
enum etl_status db_row(struct ledger *l, sqlite3_stmt *s,
                       struct err *err); /* ETL_OK: a row; ETL_END: none; the caller resets */
enum etl_status db_run(struct ledger *l, const char *sql, struct err *err);
enum etl_status db_number(struct ledger *l, enum statement which, uint64_t *out, struct err *err);
enum etl_status db_fact_get(struct ledger *l, const char *name, struct arena *mem, struct str *out, struct err *err);
enum etl_status db_fact_set(struct ledger *l, const char *name, struct str value, struct err *err);
void            db_hold(struct ledger *l);
void            db_let_go(struct ledger *l);
enum etl_status db_read_sizes(struct ledger *l, struct err *err);

#endif
